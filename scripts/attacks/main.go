//go:build linux

// Command attacks plays attacks of strangers against real nodes: it starts them,
// connects to them over loopback as peers and HTTP clients do, and times how long
// an honest block takes meanwhile. scripts/attacks/run builds and runs it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"

	"github.com/spf13/pflag"
)

// attack is one attack, which has a stage of its own.
type attack struct {
	name string
	play func(context.Context, *stage) error
}

var attacks = []attack{
	{"announces each block and is silent, 1 link", func(ctx context.Context, s *stage) error { return announce(ctx, s, 1) }},
	{"announces each block and is silent, 8 links", func(ctx context.Context, s *stage) error { return announce(ctx, s, 8) }},
	{"announces each block and is silent, 64 links", func(ctx context.Context, s *stage) error { return announce(ctx, s, 64) }},
	{"gives a newcomer one block each 19 s of 128", catchUp},
	{"12 × 10,000 forged transfers", forgeTransfers},
	{"500,000 headers of the least work", floodHeaders},
	{"claims the most work there can be, and comes back when dropped", claimAll},
	{"17 headers in rotation, 5,000 transfers pending", rotateHeaders},
	{"a newcomer and 10,296 pending transfers of 2 KB", newcomer},
	{"600 HTTP connections that say nothing", idleConnections},
	{"20,000 blocks beside the chain", sideBlocks},
}

// longest bounds the time of one attack.
const longest = 2 * time.Minute

// options are the command's flags.
type options struct{ binary, out, only, commit string }

func parseOptions() options {
	var o options
	pflag.StringVar(&o.binary, "binary", "", "the networkmngr to attack")
	pflag.StringVar(&o.out, "out", "", "`file` for the table, beside standard output")
	pflag.StringVar(&o.commit, "commit", "unknown", "what binary was built from")
	pflag.StringVar(&o.only, "only", "", "`pattern` of the attacks to play, and write no file")
	pflag.Parse()
	return o
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, parseOptions()); err != nil {
		fmt.Fprintln(os.Stderr, "attacks:", err)
		os.Exit(1)
	}
}

// run plays the attacks and prints their results.
func run(ctx context.Context, o options) error {
	wanted, err := regexp.Compile(o.only)
	if err != nil {
		return err
	}
	report, err := newReport(o)
	if err != nil {
		return err
	}
	for _, a := range attacks {
		if !wanted.MatchString(a.name) {
			continue
		}
		row, err := play(ctx, o.binary, a)
		if err != nil {
			return fmt.Errorf("%s: %w", a.name, err)
		}
		fmt.Fprint(os.Stderr, row.markdown())
		report.rows = append(report.rows, row)
	}
	fmt.Print(report.markdown())
	if o.out == "" || o.only != "" {
		return nil
	}
	return os.WriteFile(o.out, []byte(report.markdown()), 0o644)
}

// play plays one attack on nodes of its own.
func play(ctx context.Context, binary string, a attack) (r row, err error) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	s, err := newStage(ctx, binary)
	if err != nil {
		return row{}, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	err = a.play(ctx, s)
	return row{name: a.name, cost: s.cost.text(), without: s.without, with: s.with}, err
}
