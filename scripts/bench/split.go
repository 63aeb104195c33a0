//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/faults"
	"networkmngr/internal/report"
)

func splitSix(ctx context.Context, b *bench) ([]bentRow, error) { return b.split(ctx, 6, 5) }

func splitHundred(ctx context.Context, b *bench) ([]bentRow, error) {
	return b.split(ctx, 100, 6, "--peers-out=6")
}

// split cuts a network that mines into halves for a while. What each half mines meanwhile
// is Poisson's; then the chain with more work wins, and the nodes of the other half leave
// just as many blocks as they had, which are stale.
func (b *bench) split(ctx context.Context, nodes, peers int, flags ...string) (found []bentRow, err error) {
	const every = time.Second
	n, err := b.startPaced(ctx, nodes, peers, flags...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.stop()) }()
	h, err := n.partAndHeal(ctx, every, b.repeat.bend.apart)
	if err != nil {
		return nil, err
	}
	told, err := n.story(ctx)
	if err != nil {
		return nil, err
	}
	return h.findings(nodes, every, told), nil
}

// halves is what became of a network that was cut in two.
type halves struct {
	fork   uint64 // height of the last block of both
	mined  [2]int // blocks of each half's chain
	apart  time.Duration
	joined time.Duration // from the call that heals until all have one tip
	height uint64        // of that
}

// partAndHeal has the halves mine apart. They rest before they are joined, so that the
// chains that meet are known.
func (n *network) partAndHeal(ctx context.Context, every, apart time.Duration) (h halves, err error) {
	const together = 5 // blocks that are mined before
	if err := n.mineUntil(ctx, every, api.MiningPlan{}, together); err != nil {
		return h, err
	}
	if h.fork, err = n.agree(ctx); err != nil {
		return h, err
	}
	if _, err := n.manager().Partition(ctx, n.middle()); err != nil {
		return h, err
	}
	if err := n.pace(ctx, every, api.MiningPlan{}); err != nil {
		return h, err
	}
	began := time.Now()
	if err := sleep(ctx, apart); err != nil {
		return h, err
	}
	if err := n.rest(ctx); err != nil {
		return h, err
	}
	h.apart = time.Since(began)
	if err := n.settle(ctx, &h); err != nil {
		return h, err
	}
	began = time.Now()
	if _, err := n.manager().Heal(ctx, api.Heal{}); err != nil {
		return h, err
	}
	h.height, err = n.agree(ctx)
	h.joined = time.Since(began)
	return h, err
}

// middle cuts the first half of the nodes off from the others.
func (n *network) middle() faults.Partition {
	half := len(n.nodes) / 2
	first, second := fmt.Sprintf("n0-n%d", half-1), fmt.Sprintf("n%d-n%d", half, len(n.nodes)-1)
	return faults.Partition{Groups: []faults.Nodes{{first}, {second}}}
}

// settle waits until each half is of one mind, and counts its blocks. If they have the same
// work, which no law lets one win, the first mines one more.
func (n *network) settle(ctx context.Context, h *halves) error {
	half := len(n.nodes) / 2
	for i, part := range [2]*network{{nodes: n.nodes[:half]}, {nodes: n.nodes[half:]}} {
		height, err := part.decide(ctx)
		if err != nil {
			return err
		}
		h.mined[i] = int(height - h.fork)
	}
	if h.mined[0] != h.mined[1] {
		return nil
	}
	if _, err := n.nodes[0].Mine(ctx, 1); err != nil {
		return err
	}
	return n.settle(ctx, h)
}

// findings are what a report tells of the halves, beside what it must be.
func (h halves) findings(nodes int, every time.Duration, told report.Report) []bentRow {
	won, lost := max(h.mined[0], h.mined[1]), min(h.mined[0], h.mined[1])
	mean := h.apart.Seconds() / every.Seconds() / 2
	allowed := errorsAllowed * math.Sqrt(mean)
	fork := deepest(told)
	name := func(what string) string {
		return fmt.Sprintf("%d nodes, halves apart for %.0f s: %s", nodes, h.apart.Seconds(), what)
	}
	return []bentRow{{
		what: name("blocks of each"), measured: fmt.Sprintf("%d and %d", h.mined[0], h.mined[1]),
		wanted:  fmt.Sprintf("%.1f ± %.1f (Poisson)", mean, allowed),
		holds:   math.Abs(float64(won)-mean) <= allowed && math.Abs(float64(lost)-mean) <= allowed,
		besides: fmt.Sprintf("a block every %s of both; %s", every, joinedWords(h)),
	}, {
		what: name("height once healed"), measured: fmt.Sprint(h.height), wanted: fmt.Sprintf("%d, of more work", int(h.fork)+won),
		holds: h.height == h.fork+uint64(won),
	}, {
		what: name("reorg"), measured: fmt.Sprintf("%d deep, on %d nodes", fork.Depth, len(fork.Nodes)),
		wanted: fmt.Sprintf("%d deep, on %d nodes", lost, nodes/2), holds: fork.Depth == lost && len(fork.Nodes) == nodes/2,
	}, {
		what: name("stale blocks"), measured: fmt.Sprint(told.Totals.Stale), wanted: fmt.Sprintf("at least %d", lost),
		holds: told.Totals.Stale >= lost, besides: "those beyond are of races within a half",
	}}
}

func joinedWords(h halves) string {
	return fmt.Sprintf("one tip again %.2f s after the call that heals", h.joined.Seconds())
}

// deepest is the fork at which nodes have left the most blocks.
func deepest(told report.Report) (deepest report.Fork) {
	for _, fork := range append(told.Reorgs.Full, told.Reorgs.Rest...) {
		if fork.Depth > deepest.Depth {
			deepest = fork
		}
	}
	return deepest
}
