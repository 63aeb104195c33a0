// Command builds checks that both programs build for every system that they are
// meant for: it checks the types of all packages, those of other people too, for each
// target, which takes seconds, and builds for one target of each family, unoptimized,
// as that takes half the time, and without what only debuggers read, which is a seventh of
// the rest. Run it in the project's root.
//
//	go run ./scripts/builds          # checks
//	go run ./scripts/builds -o dist  # builds for all targets, into dist/linux-amd64 and so on
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// programs is where those are that are built.
const programs = "./cmd/..."

func main() {
	folder := flag.String("o", "", "build for all targets into folders of this `FOLDER`")
	flag.Parse()
	if err := run(*folder); err != nil {
		fmt.Fprintln(os.Stderr, "builds:", err)
		os.Exit(1)
	}
}

// run builds for all targets into a folder; where that has no name, it checks them.
func run(folder string) error {
	if folder != "" {
		return buildInto(folder, func(target) bool { return true }, "-trimpath", "-ldflags=-s -w")
	}
	for _, t := range targets {
		if err := t.check(); err != nil {
			return err
		}
	}
	folder, err := os.MkdirTemp("", "builds-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	return buildInto(folder, func(t target) bool { return t.builds }, "-gcflags=all=-N -l -dwarf=false", "-ldflags=-s -w")
}

// buildInto builds for the wanted targets, each into a folder of its own, with further
// arguments of go build.
func buildInto(folder string, wanted func(target) bool, args ...string) error {
	for _, t := range targets {
		if !wanted(t) {
			continue
		}
		if err := t.build(filepath.Join(folder, t.os+"-"+t.arch), args); err != nil {
			return err
		}
	}
	return nil
}

// build writes both programs for the target into a folder. They are static.
func (t target) build(folder string, args []string) error {
	fmt.Printf("%s: building\n", t)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	args = slices.Concat([]string{"build", "-o", folder + string(filepath.Separator)}, args, []string{programs})
	cmd := exec.Command("go", args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = t.env(), os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", t, err)
	}
	return nil
}
