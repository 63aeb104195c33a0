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
	"time"

	"github.com/spf13/pflag"

	"networkmngr/scripts/measure"
)

// measurement is of one or several rows of the table.
type measurement struct {
	name string
	take func(context.Context, *bench) ([]row, error)
}

var measurements = []measurement{
	{"start-6", startSix},
	{"start-100", startHundred},
	{"idle", idle},
	{"relay", relay},
	{"relay-20", relay20},
	{"relay-200", relay200},
	{"full-block", fullBlock},
	{"mine", mineRow},
	{"catch-up", catchUp},
	{"transfers", takeTransfers},
	{"hash", hashing},
	{"get", smallGet},
	{"post", postTransfers},
	{"accounts", largeLedger},
	{"watched", watched},
	{"crowd", crowd},
	{"gossip", gossip},
	{"half", half},
}

// bench is what the measurements share.
type bench struct {
	binary string // of networkmngr
	folder string // for all that is written, removed in the end
	before string // another networkmngr, without faults of links; empty for none
	frames string // the tests of the package transport, built; empty for none
	repeat repetitions
	seed   uint64
	random *rand.Rand // for ports and headers
}

// repetitions say how much is measured.
type repetitions struct {
	starts, bigStarts int
	settle, idle      time.Duration // before, and while, idle nodes are looked at
	relayed           int           // blocks
	fullBlocks        int           // of as many transfers as fit
	rows, catchUps    int
	headers           int           // to find a nonce for
	gets              int           // windows for each number of connections
	window            time.Duration // of each of them
	posts             int           // fresh nodes that take transfers
	accounts          int           // requests for one
	loads             int           // with readers, and as many without
	load              time.Duration // how long each of them sends
	crowd             int           // nodes on one machine, and twice as many
	bend              bends
}

var (
	thorough = repetitions{
		starts: 15, bigStarts: 5, settle: 15 * time.Second, idle: time.Minute,
		relayed: 500, fullBlocks: 20, rows: 9, catchUps: 5, headers: 15, gets: 7, window: 2 * time.Second,
		posts: 5, accounts: 20_000, loads: 7, load: 10 * time.Second, crowd: fullCrowd, bend: bentThoroughly,
	}
	quick = repetitions{
		starts: 3, bigStarts: 1, settle: 3 * time.Second, idle: 10 * time.Second,
		relayed: 100, fullBlocks: 3, rows: 3, catchUps: 1, headers: 3, gets: 3, window: 500 * time.Millisecond,
		posts: 1, accounts: 2000, loads: 3, load: 5 * time.Second, crowd: 30, bend: bentQuickly,
	}
)

func main() {
	if len(os.Args) > 2 && os.Args[1] == plainCommand {
		measure.Exit(servePlain(os.Args[2]))
	}
	var o measure.Options
	o.AddFlags(pflag.CommandLine)
	quickly := pflag.Bool("quick", false, "repeat less, and write no file")
	seed := pflag.Uint64("seed", 1, "of ports and headers")
	bending := pflag.Bool("bent", false, "take the measurements of what is bent on purpose instead")
	before := pflag.String("before", "", "a networkmngr without faults of links, to compare with")
	frames := pflag.String("frames", "", "the built tests of the package transport")
	pflag.Parse()
	b := &bench{
		binary: o.Binary, before: *before, frames: *frames, repeat: thorough, seed: *seed, random: rand.New(rand.NewPCG(*seed, 0)),
	}
	if *quickly {
		b.repeat, o.Out = quick, ""
	}
	table := b.measured()
	if *bending {
		table = b.bent()
	}
	measure.Main(func(ctx context.Context) error { return b.run(ctx, table, o) })
}

// run takes the measurements of a table and prints them.
func (b *bench) run(ctx context.Context, table measure.Table, o measure.Options) (err error) {
	if b.folder, err = os.MkdirTemp("", "bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.folder)) }()
	return table.Run(ctx, o)
}

// measured is the table of what the program costs and achieves.
func (b *bench) measured() measure.Table {
	table := measure.Table{
		Title: "Measurements", Script: fmt.Sprintf("scripts/bench/run --seed %d", b.seed), Notes: notes,
		Columns: []string{"what", "ours", "target", "", "plain", "peers"},
	}
	for _, m := range measurements {
		table.Parts = append(table.Parts, measure.Part{Name: m.name, Take: func(ctx context.Context) (string, error) {
			rows, err := m.take(ctx, b)
			return markdown(rows), err
		}})
	}
	return table
}
