//go:build linux

// Command attacks plays attacks of strangers against real nodes: it starts them,
// connects to them over loopback as peers and HTTP clients do, and times how long
// an honest block takes meanwhile. scripts/attacks/run builds and runs it.
package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"networkmngr/scripts/measure"
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

const notes = `
- *A block*: the middle and the worst time, of so many, from when the victim's
  honest peer has sent the whole of it until it is the victim's tip; a block is
  waited for 45 s. Where the victim mines by itself, it is the time of /mine; where
  it is a newcomer, the time until it has the whole chain, or all that is pending.
- *Memory* is the victim's PSS, the highest of what is looked at every 100 ms.
- *Cost* is what the attacker spends in all: links that were made, bytes of
  frames, hashes for proofs of work (as the least of the network: two for each, on
  average), HTTP requests.
- The victim, the miner and the attacker share the machine, and the network is
  loopback. Blocks take two hashes each.
`

func main() {
	var o measure.Options
	o.AddFlags(pflag.CommandLine)
	pflag.Parse()
	table := measure.Table{
		Title: "Attacks", Script: "scripts/attacks/run", Notes: notes,
		Columns: []string{"cost", "a block without", "a block with", "memory without", "memory with"},
	}
	for _, a := range attacks {
		table.Parts = append(table.Parts, measure.Part{Name: a.name, Take: func(ctx context.Context) (string, error) {
			return play(ctx, o.Binary, a)
		}})
	}
	measure.Main(func(ctx context.Context) error { return table.Run(ctx, o) })
}

// play plays one attack on nodes of its own, and returns its row of the table.
func play(ctx context.Context, binary string, a attack) (row string, err error) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	s, err := newStage(ctx, binary)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	err = a.play(ctx, s)
	return fmt.Sprintf("| %s | %s | %s | %s | %s |\n", s.cost.text(),
		s.without.times(), s.with.times(), s.without.size(), s.with.size()), err
}
