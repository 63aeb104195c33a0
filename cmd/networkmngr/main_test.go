// Package main_test runs the real programs, as processes on real ports, and
// looks at them from outside: by HTTP, files, exit codes and signals.
package main_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/signaltest"
)

var (
	seed   = flag.Uint64("seed", 0, "of the moments at which processes are killed; 0 draws one")
	rounds = flag.Int("kills", 3, "how often each kind of kill is tried")
)

const (
	// patience bounds every wait. It is for a machine with much else to do.
	patience = 5 * time.Minute
	// tick is how often a condition that is waited for is looked at.
	tick = 5 * time.Millisecond
)

// buildFlags are those for go build. To link what only debuggers read takes a third of it.
var buildFlags = []string{"-ldflags=-s -w"}

// bin is the folder of the programs.
var bin string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(testMain(m))
}

func testMain(m *testing.M) int {
	var err error
	if bin, err = os.MkdirTemp("", "e2e-*"); err != nil {
		panic(err)
	}
	defer os.RemoveAll(bin)
	args := append([]string{"build"}, buildFlags...)
	build := exec.Command("go", append(args, "-o", bin+string(filepath.Separator), ".", "../node")...)
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build the programs:", err)
		return 1
	}
	signaltest.Heed(os.Interrupt, syscall.SIGHUP)
	return m.Run()
}

// newRand gives what a test draws moments from, and prints how to draw the same
// ones again.
func newRand(t *testing.T) *rand.Rand {
	drawn := *seed
	if drawn == 0 {
		drawn = rand.Uint64()
	}
	t.Logf("to draw the same again: -seed %d", drawn)
	return rand.New(rand.NewPCG(drawn, 0))
}

// upTo draws a time from 0 to most.
func upTo(r *rand.Rand, most time.Duration) time.Duration {
	return time.Duration(r.Int64N(int64(most)))
}

// eventually waits until condition holds.
func eventually(t *testing.T, condition func() bool, what string, args ...any) {
	t.Helper()
	require.Eventuallyf(t, condition, patience, tick, what, args...)
}
