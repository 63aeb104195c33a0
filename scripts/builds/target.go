package main

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/tools/go/packages"
)

// target is a system and a processor, in Go's words.
type target struct {
	os, arch string
	builds   bool // a check builds the programs too, for its family
	tests    bool // the tests are for it too
}

// targets are those that the programs are meant for. On Windows tests are not, as
// they send signals.
var targets = []target{
	{os: "linux", arch: "amd64", tests: true}, // scripts/test runs this one
	{os: "linux", arch: "arm64", tests: true},
	{os: "linux", arch: "386", tests: true}, // and, in part, this one, or arm where the kernel runs none of it
	{os: "linux", arch: "arm", tests: true},
	{os: "darwin", arch: "amd64", tests: true},
	{os: "darwin", arch: "arm64", builds: true, tests: true},
	{os: "freebsd", arch: "amd64", builds: true, tests: true},
	{os: "windows", arch: "amd64", builds: true},
	{os: "windows", arch: "arm64"},
}

func (t target) String() string { return t.os + "/" + t.arch }

// env is the environment of a go command for the target. Without C the programs are
// static, and any machine can build them.
func (t target) env() []string {
	return append(os.Environ(), "GOOS="+t.os, "GOARCH="+t.arch, "CGO_ENABLED=0")
}

// errTypes is wrapped by the error of a target whose packages have errors, which are
// printed.
var errTypes = errors.New("packages have errors")

// check looks at the types of the project's packages, and of all those below them to
// their last function, as what is a constant and what a system has depends on the target.
func (t target) check() error {
	fmt.Printf("%s: checking types\n", t)
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.LoadAllSyntax, Env: t.env(), Tests: t.tests,
	}, "./...")
	if err != nil {
		return fmt.Errorf("%s: %w", t, err)
	}
	if count := packages.PrintErrors(loaded); count > 0 {
		return fmt.Errorf("%s: %w: %d", t, errTypes, count)
	}
	return nil
}
