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

// pacedMiners compares what 200 miners take of the processors with what they take where
// one of them finds as many blocks: the rest is for mining.
func pacedMiners(ctx context.Context, b *bench) (found []bentRow, err error) {
	const nodes, peers, every = 200, 6, 2 * time.Second
	n, err := b.startPaced(ctx, nodes, peers, "--peers-out=6")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.stop()) }()
	all, err := n.pids(ctx)
	if err != nil {
		return nil, err
	}
	var taken [2]float64 // per cent of a core
	for i, plan := range []api.MiningPlan{{}, {Shares: map[string]float64{"n0": 1}}} {
		if err := n.pace(ctx, every, plan); err != nil {
			return nil, err
		}
		if err := sleep(ctx, b.repeat.settle); err != nil {
			return nil, err
		}
		each, err := loads(ctx, b.repeat.bend.watch, all)
		if err != nil {
			return nil, err
		}
		taken[i] = each[0] * nodes
	}
	mining := taken[0] - taken[1]
	return []bentRow{{
		what:     fmt.Sprintf("200 paced miners, a block every %s: processor time for mining", every),
		measured: fmt.Sprintf("%.1f %% of a core", mining), wanted: "50 % of a core", holds: mining <= 50,
		besides: fmt.Sprintf("%.1f %% in all, and %.1f %% where one of the 200 finds all blocks", taken[0], taken[1]),
	}}, nil
}
