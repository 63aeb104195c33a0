//go:build unix

package signaltest

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMain is a program that a test starts, too: it tells whether it ignores SIGHUP.
func TestMain(m *testing.M) {
	const asProgram = "SIGNALTEST_PROGRAM"
	switch {
	case os.Getenv(asProgram) == "":
		os.Setenv(asProgram, "1")
		os.Exit(m.Run())
	case signal.Ignored(syscall.SIGHUP):
		os.Exit(1)
	}
	os.Exit(0)
}

func TestHeed(t *testing.T) {
	signal.Ignore(syscall.SIGHUP)
	t.Cleanup(func() { signal.Reset(syscall.SIGHUP) })
	require.Error(t, exec.Command(os.Args[0]).Run(), "a program ignores what its parent ignores")
	Heed(syscall.SIGHUP)
	require.NoError(t, exec.Command(os.Args[0]).Run())
}
