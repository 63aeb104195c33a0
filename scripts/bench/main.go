//go:build linux

// Command bench measures networkmngr from outside, as its users see it: it starts
// the real program, sends it HTTP requests, and measures its processes.
// scripts/bench/run builds and runs it.
package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"

	"github.com/spf13/pflag"
)

// measure is one measurement, of one or several rows of the table.
type measure struct {
	name string
	run  func(context.Context, *bench) ([]row, error)
}

var measures = []measure{
	{"start-6", startSix},
	{"start-100", startHundred},
	{"idle", idle},
	{"relay", relay},
	{"mine", mineRow},
	{"catch-up", catchUp},
	{"transfers", takeTransfers},
	{"hash", hashing},
	{"get", smallGet},
	{"post", postTransfers},
	{"accounts", largeLedger},
}

// bench is what the measurements share.
type bench struct {
	binary string // of networkmngr
	folder string // for all that is written, removed in the end
	repeat repetitions
	seed   uint64
	random *rand.Rand // for ports and headers
}

// repetitions say how much is measured.
type repetitions struct {
	starts, bigStarts int
	settle, idle      time.Duration // before, and while, idle nodes are looked at
	relayed           int           // blocks
	rows, catchUps    int
	headers           int           // to find a nonce for
	gets              int           // windows for each number of connections
	window            time.Duration // of each of them
	posts             int           // fresh nodes that take transfers
	accounts          int           // requests for one
}

var (
	thorough = repetitions{
		starts: 15, bigStarts: 5, settle: 15 * time.Second, idle: time.Minute,
		relayed: 500, rows: 9, catchUps: 5, headers: 15, gets: 7, window: 2 * time.Second,
		posts: 5, accounts: 20_000,
	}
	quick = repetitions{
		starts: 3, bigStarts: 1, settle: 3 * time.Second, idle: 10 * time.Second,
		relayed: 100, rows: 3, catchUps: 1, headers: 3, gets: 3, window: 500 * time.Millisecond,
		posts: 1, accounts: 2000,
	}
)

// options are the command's flags.
type options struct {
	binary, out, only, commit string
	quick                     bool
	seed                      uint64
}

func parseOptions() options {
	var o options
	pflag.StringVar(&o.binary, "binary", "", "the networkmngr to measure")
	pflag.StringVar(&o.out, "out", "", "`file` for the table, beside standard output")
	pflag.StringVar(&o.commit, "commit", "unknown", "what binary was built from")
	pflag.BoolVar(&o.quick, "quick", false, "repeat less, and write no file")
	pflag.StringVar(&o.only, "only", "", "`pattern` of the measurements to take, and write no file")
	pflag.Uint64Var(&o.seed, "seed", 1, "of ports and headers")
	pflag.Parse()
	return o
}

func main() {
	if len(os.Args) > 2 && os.Args[1] == plainCommand {
		exit(servePlain(os.Args[2]))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	exit(run(ctx, parseOptions()))
}

func exit(err error) {
	if err == nil {
		os.Exit(0)
	}
	fmt.Fprintln(os.Stderr, "bench:", err)
	os.Exit(1)
}

// run takes the measurements and prints them.
func run(ctx context.Context, o options) (err error) {
	wanted, err := regexp.Compile(o.only)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	b := &bench{
		binary: o.binary, folder: folder, repeat: thorough,
		seed: o.seed, random: rand.New(rand.NewPCG(o.seed, 0)),
	}
	if o.quick {
		b.repeat = quick
	}
	report, err := newReport(o)
	if err != nil {
		return err
	}
	for _, m := range measures {
		if !wanted.MatchString(m.name) {
			continue
		}
		began := time.Now()
		rows, err := m.run(ctx, b)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		fmt.Fprintf(os.Stderr, "%s took %s\n", m.name, time.Since(began).Round(100*time.Millisecond))
		report.rows = append(report.rows, rows...)
	}
	fmt.Print(report.markdown())
	if o.out == "" || o.quick || o.only != "" {
		return nil
	}
	return os.WriteFile(o.out, []byte(report.markdown()), 0o644)
}
