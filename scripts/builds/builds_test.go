package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// project makes one of a single file, and works there.
func project(t *testing.T, text string) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("go.mod", []byte("module one\n\ngo 1.26\n"), 0o644))
	require.NoError(t, os.WriteFile("one.go", []byte("package one\n\n"+text), 0o644))
}

func TestWhatDependsOnTheTargetIsFound(t *testing.T) {
	for text, wrong := range map[string][]target{
		"const large int = 1 << 31\n":                                              {{os: "linux", arch: "386"}, {os: "linux", arch: "arm"}},
		"import \"syscall\"\n\nvar _ = syscall.SIGSTOP\n":                          {{os: "windows", arch: "amd64"}},
		"import \"syscall\"\n\nfunc _(l syscall.Rlimit) uint64 { return l.Cur }\n": {{os: "freebsd", arch: "amd64"}},
	} {
		project(t, text)
		require.NoError(t, target{os: "linux", arch: "amd64"}.check())
		for _, target := range wrong {
			require.ErrorIs(t, target.check(), errTypes, "%s: %s", target, text)
		}
	}
}
