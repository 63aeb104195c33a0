package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// write makes a project of files in a folder of its own, and works there.
func write(t *testing.T, files map[string]string) {
	t.Chdir(t.TempDir())
	for path, text := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
}

// project has three floors; top imports ground itself and through middle.
func project(t *testing.T) {
	write(t, map[string]string{
		"internal/ground/doc.go":         "// Package ground holds up\n// the rest. More of it.\npackage ground\n",
		"internal/middle/middle.go":      "// Package middle is a|b.\npackage middle\n\nimport _ \"networkmngr/internal/ground\"\n",
		"internal/middle/middle_test.go": "package middle\n\nimport _ \"networkmngr/internal/top\"\n",
		"internal/groundtest/help.go":    "package groundtest\n",
		"internal/top/top.go":            "// Package top is seen first.\npackage top\n\nimport (\n\t_ \"networkmngr/internal/ground\"\n\t_ \"networkmngr/internal/groundtest\"\n)\n",
		"internal/top/top_windows.go":    "package top\n\nimport _ \"networkmngr/internal/middle\"\n",
		"internal/aside/aside.go":        "// Package aside has a list:\n//   - of one.\npackage aside\n",
		"cmd/run/main.go":                "// Command run runs.\npackage main\n\nimport (\n\t_ \"networkmngr/internal/aside\"\n\t_ \"networkmngr/internal/top\"\n)\n",
		guide:                            "before\n" + beginMark + "old\n" + endMark + "after\n",
	})
}

const drawn = "| package | what it is |\n| --- | --- |\n" +
	"| `internal/aside` | has a list |\n" +
	"| `internal/ground` | holds up the rest |\n" +
	"| `internal/middle` | is a\\|b |\n" +
	"| `internal/top` | is seen first |\n" +
	"| `cmd/run` | runs |\n\n" +
	"```mermaid\nflowchart TD\n" +
	"    subgraph floor0[\"floor 0\"]\n        internal_aside[\"aside\"]\n        internal_ground[\"ground\"]\n    end\n" +
	"    subgraph floor1[\"floor 1\"]\n        internal_middle[\"middle\"]\n    end\n" +
	"    subgraph floor2[\"floor 2\"]\n        internal_top[\"top\"]\n    end\n" +
	"    subgraph floor3[\"floor 3\"]\n        cmd_run[\"cmd/run\"]\n    end\n" +
	"    internal_middle --> internal_ground\n" +
	"    internal_top --> internal_middle\n" +
	"    cmd_run --> internal_aside & internal_top\n" +
	"```\n"

func TestTheGuideIsBroughtUpToDate(t *testing.T) {
	project(t)
	require.ErrorIs(t, run(true), errStale)
	require.NoError(t, run(false))
	text, err := os.ReadFile(guide)
	require.NoError(t, err)
	require.Equal(t, "before\n"+beginMark+drawn+endMark+"after\n", string(text))
	require.NoError(t, run(true))
}

func TestTheGuidesNameWhatIsThere(t *testing.T) {
	for text, gone := range map[string]bool{
		"`top.Run`, `top.House.Open`, `top.House.Floors`, `top.Rooms`, `top.ErrFull`": false,
		"`chain.Chain` of others, `internal/top/`":                                    false,
		"`top.Walk`":               true,
		"`top.House.Close`":        true,
		"`internal/top/bottom.go`": true,
	} {
		project(t)
		code := "package top\n\nvar ErrFull error\n\nfunc Run() {}\n\ntype House struct{ Floors int }\n\nfunc (h *House) Open() {}\n\ntype Rooms[T any] []T\n\nfunc (r Rooms[T]) Count() {}\n\ntype Plan[K, V any] map[any]V\n\nfunc (p Plan[K, V]) Find() {}\n"
		require.NoError(t, os.WriteFile("internal/top/code.go", []byte(code), 0o644))
		require.NoError(t, os.WriteFile("README.md", []byte(text), 0o644))
		err := run(false)
		if gone {
			require.ErrorContains(t, err, "README.md names "+text)
		} else {
			require.NoError(t, err)
		}
	}
}

func TestWhatCannotBeDrawnIsAnError(t *testing.T) {
	for name, mutate := range map[string]func(){
		"no marks":       func() { require.NoError(t, os.WriteFile(guide, []byte("text\n"), 0o644)) },
		"no end":         func() { require.NoError(t, os.WriteFile(guide, []byte(beginMark), 0o644)) },
		"two beginnings": func() { require.NoError(t, os.WriteFile(guide, []byte(beginMark+endMark+beginMark), 0o644)) },
		"no doc comment": func() { require.NoError(t, os.WriteFile("internal/ground/doc.go", []byte("package ground\n"), 0o644)) },
		"no Go":          func() { require.NoError(t, os.WriteFile("internal/ground/doc.go", []byte("nothing\n"), 0o644)) },
	} {
		t.Run(name, func(t *testing.T) {
			project(t)
			mutate()
			require.Error(t, run(false))
		})
	}
}
