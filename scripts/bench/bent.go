//go:build linux

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"networkmngr/internal/api"
	"networkmngr/scripts/measure"
)

// What happens to networks that are bent on purpose is a table of its own: what bending
// costs and achieves, and whether what follows is as the laws have it.
var bending = []bentPart{
	{"faults-cost", 10 * time.Minute, faultsCost},
	{"faults-achieved", 10 * time.Minute, faultsAchieved},
	{"partition-100", 5 * time.Minute, partitionHundred},
	{"shares", 20 * time.Minute, sharesOfSix},     // of which it takes a third
	{"paced-200", 10 * time.Minute, pacedMiners},  // a third
	{"snapshot", 5 * time.Minute, snapshotOfSix},  // a fifth
	{"split-6", 5 * time.Minute, splitSix},        // a third
	{"split-100", 10 * time.Minute, splitHundred}, // a fifth
	{"stale", 70 * time.Minute, staleOfSix},       // a half
	{"selfish", 40 * time.Minute, selfishShare},   // a half, as some of its blocks are stale
}

// bentPart takes a part of the table, and fails if that is not done within a time.
type bentPart struct {
	name   string
	within time.Duration
	take   func(context.Context, *bench) ([]bentRow, error)
}

func (p bentPart) rows(ctx context.Context, b *bench) (text string, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, p.within, fmt.Errorf("it has not ended within %s", p.within))
	defer cancel()
	found, err := p.take(ctx, b)
	for _, f := range found {
		text += f.markdown()
	}
	if err != nil && ctx.Err() != nil {
		err = errors.Join(context.Cause(ctx), err)
	}
	return text, err
}

// bends say how much is measured of them.
type bends struct {
	pairs     int           // blocks of each of two networks
	frames    string        // how long frames are sent in each case, as go test takes it
	shared    int           // blocks that six nodes share out
	sharedBy  time.Duration // from one of them to the next
	watch     time.Duration // how long processors are looked at
	snapshots int
	past      int           // blocks that a snapshot holds
	apart     time.Duration // how long halves are apart
	stale     int           // blocks
	staleBy   time.Duration // from one of them to the next; the links' delay is a fortieth
	selfish   int           // blocks
	selfishBy time.Duration // from one of them to the next
}

var (
	bentThoroughly = bends{
		pairs: 1000, frames: "2s", shared: 2000, sharedBy: 200 * time.Millisecond, watch: time.Minute,
		snapshots: 5, past: 10_000, apart: time.Minute, stale: 1000, staleBy: 2 * time.Second, selfish: 1500, selfishBy: 500 * time.Millisecond,
	}
	bentQuickly = bends{
		pairs: 100, frames: "200ms", shared: 400, sharedBy: 100 * time.Millisecond, watch: 20 * time.Second,
		snapshots: 1, past: 2000, apart: 15 * time.Second, stale: 200, staleBy: 500 * time.Millisecond, selfish: 600, selfishBy: 250 * time.Millisecond,
	}
)

// bent is the table of what is bent.
func (b *bench) bent() measure.Table {
	table := measure.Table{
		Title: "Bent on purpose", Script: fmt.Sprintf("scripts/bench/run --bent --seed %d", b.seed), Notes: bentNotes,
		Columns: []string{"what", "measured", "wanted", "", "besides"},
	}
	for _, p := range bending {
		table.Parts = append(table.Parts, measure.Part{
			Name: p.name, Take: func(ctx context.Context) (string, error) { return p.rows(ctx, b) },
		})
	}
	return table
}

// bentRow is a line of the table.
type bentRow struct {
	what, measured string
	wanted         string // a bound, or a law and the interval about it
	holds          bool
	besides        string
}

func (f bentRow) markdown() string {
	sign := "✓"
	if !f.holds {
		sign = "✗ misses"
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s |\n", f.what, f.measured, f.wanted, sign, f.besides)
}

// errorsAllowed is how many standard errors a figure may be off from a law.
const errorsAllowed = 4

// byLaw says whether a share of so many trials is what a law has it be.
func byLaw(what string, count, of int, law float64, besides string) bentRow {
	share, allowed := float64(count)/float64(of), errorsAllowed*math.Sqrt(law*(1-law)/float64(of))
	return bentRow{
		what: what, measured: fmt.Sprintf("%.2f %% (%d of %d)", 100*share, count, of),
		wanted: fmt.Sprintf("%.2f ± %.2f %%", 100*law, 100*allowed), holds: math.Abs(share-law) <= allowed, besides: besides,
	}
}

// startPaced starts a network whose blocks take measure.PacedWork hashes, in which nobody
// mines yet.
func (b *bench) startPaced(ctx context.Context, nodes, peers int, flags ...string) (*network, error) {
	easy, err := measure.NewPacedNetwork(b.folder)
	if err != nil {
		return nil, err
	}
	return b.startNetwork(ctx, nodes, peers, append(flags, "--genesis="+easy.File)...)
}

// pace has a network mine a block every so often on average, by waiting for as long as its
// nodes would search.
func (n *network) pace(ctx context.Context, every time.Duration, plan api.MiningPlan) error {
	plan.Mode, plan.Power, plan.Hashrate = "continuous", api.Paced, measure.PacedWork/every.Seconds()
	_, err := n.manager().PlanMining(ctx, plan)
	return err
}

// rest has nobody mine any more.
func (n *network) rest(ctx context.Context) error {
	_, err := n.manager().PlanMining(ctx, api.MiningPlan{Mode: "demand"})
	return err
}

// reach waits until a node's chain is so high; which node it is hardly matters.
func (n *network) reach(ctx context.Context, height uint64) error {
	const look = 200 * time.Millisecond
	return measure.Await(ctx, look, func() (bool, error) {
		info, err := n.nodes[len(n.nodes)-1].Info(ctx)
		return info.Tip.Index >= height, err
	})
}

// decide is agree for nodes that have come to rest, maybe on tips of equal work, which
// nobody leaves: then one mines another block.
func (n *network) decide(ctx context.Context) (uint64, error) {
	const enough = 10 * time.Second // for what is under way to come
	for {
		soon, cancel := context.WithTimeout(ctx, enough)
		height, err := n.agree(soon)
		late := soon.Err() != nil
		cancel()
		if err == nil || !late || ctx.Err() != nil {
			return height, err
		}
		if _, err := n.nodes[len(n.nodes)-1].Mine(ctx, 1); err != nil {
			return 0, err
		}
	}
}

// agree waits until all nodes have one tip, and returns its height.
func (n *network) agree(ctx context.Context) (height uint64, err error) {
	err = await(ctx, lookEvery, "one tip", func() (bool, error) {
		first, err := n.nodes[0].Info(ctx)
		height = first.Tip.Index
		for _, node := range n.nodes[1:] {
			other, failed := node.Info(ctx)
			if err != nil || failed != nil || other.Tip.Hash != first.Tip.Hash {
				return false, cmp.Or(err, failed)
			}
		}
		return err == nil, err
	})
	return height, err
}
