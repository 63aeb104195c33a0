//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/theory"
)

// sharesOfSix has six nodes mine with shares of a paced hash rate, and tests whether the
// blocks they find go with these.
func sharesOfSix(ctx context.Context, b *bench) (found []bentRow, err error) {
	const nodes, least = 6, 0.001
	n, err := b.startPaced(ctx, nodes, nodes-1)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.stop()) }()
	shares := []float64{50, 30, 10, 5, 3, 2}
	plan := api.MiningPlan{Shares: make(map[string]float64)}
	for i, share := range shares {
		plan.Shares[fmt.Sprintf("n%d", i)] = share
	}
	if err := n.mineUntil(ctx, b.repeat.bend.sharedBy, plan, b.repeat.bend.shared); err != nil {
		return nil, err
	}
	blocks, err := n.mined(ctx)
	if err != nil {
		return nil, err
	}
	counts := make([]int, nodes)
	for _, block := range blocks {
		for i := range counts {
			if block.node == fmt.Sprintf("n%d", i) {
				counts[i]++
			}
		}
	}
	fair := theory.TestFairness(counts, shares)
	if fair.P == nil {
		return nil, fmt.Errorf("%d blocks are too few for a test", len(blocks))
	}
	return []bentRow{{
		what:     fmt.Sprintf("six nodes with shares 50-30-10-5-3-2, %d paced blocks", len(blocks)),
		measured: fmt.Sprintf("%v, chi-squared %.1f, p = %.3f", counts, fair.Statistic, *fair.P),
		wanted:   "p of 0.001 at least", holds: *fair.P >= least, besides: fmt.Sprintf("a block every %s", b.repeat.bend.sharedBy),
	}}, nil
}

// pacedMiners measures the processor time of 200 miners and of the relay of their blocks.
// What the relay takes depends on who finds the blocks, so that none of it is taken off.
func pacedMiners(ctx context.Context, b *bench) (found []bentRow, err error) {
	const nodes, peers, every, most = 200, 6, 2 * time.Second, 50.0
	n, err := b.startPaced(ctx, nodes, peers, "--peers-out=6")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.stop()) }()
	atRest, err := b.taken(ctx, n)
	if err != nil {
		return nil, err
	}
	if err := n.pace(ctx, every, api.MiningPlan{}); err != nil {
		return nil, err
	}
	mining, err := b.taken(ctx, n)
	if err != nil {
		return nil, err
	}
	return []bentRow{{
		what:     fmt.Sprintf("200 paced miners, a block every %s: processor time of all nodes", every),
		measured: fmt.Sprintf("%.1f %% of a core", mining), wanted: fmt.Sprintf("%.0f %% of a core", most), holds: mining <= most,
		besides: fmt.Sprintf("with the relay of the blocks; %.1f %% while nobody mines", atRest),
	}}, nil
}

// taken returns the processor time that all nodes of a network take together once they
// have settled, in per cent of a core.
func (b *bench) taken(ctx context.Context, n *network) (float64, error) {
	all, err := n.pids(ctx)
	if err != nil {
		return 0, err
	}
	if err := sleep(ctx, b.repeat.settle); err != nil {
		return 0, err
	}
	each, err := loads(ctx, b.repeat.bend.watch, all)
	if err != nil {
		return 0, err
	}
	return each[0] * float64(len(all)), nil
}
