//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/faults"
	"networkmngr/internal/links"
	"networkmngr/internal/times"
)

// linksByBlocks is how many of the links' delays there are from a block to the next.
const linksByBlocks = 40

// staleOfSix has six nodes with one share each mine over links with a delay, and holds the
// stale rate against (1-H2)·x/(1+x), where x is the measured time until another node has
// a block by that from a block to the next: see theory.Stale.
func staleOfSix(ctx context.Context, b *bench) (found []bentRow, err error) {
	const nodes = 6
	n, err := b.startPaced(ctx, nodes, nodes-1)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.stop()) }()
	every := b.repeat.bend.staleBy
	if err := n.slow(ctx, every/linksByBlocks); err != nil {
		return nil, err
	}
	if err := n.mineUntil(ctx, every, api.MiningPlan{}, b.repeat.bend.stale); err != nil {
		return nil, err
	}
	told, err := n.story(ctx)
	if err != nil {
		return nil, err
	}
	stale := told.Stale
	if stale.Law == nil {
		return nil, fmt.Errorf("the report knows no law for %d blocks", stale.Mined)
	}
	what := fmt.Sprintf("stale blocks of six nodes, links of %s, a block every %s", every/linksByBlocks, every)
	besides := fmt.Sprintf("(1-H2)·x/(1+x) with x = %.1f ms / %.0f ms, H2 = %.3f",
		1000*stale.Law.Delay, 1000*stale.Law.Interval, stale.Law.Concentration)
	return []bentRow{byLaw(what, stale.Stale, stale.Mined, stale.Law.Rate, besides)}, nil
}

// slow has every link take so long.
func (n *network) slow(ctx context.Context, delay time.Duration) error {
	all := faults.Nodes{faults.All}
	_, err := n.manager().SetLink(ctx, faults.Rule{From: all, To: all, Link: links.Link{Delay: times.Duration(delay)}})
	return err
}

// mineUntil has the network mine until a chain has so many blocks, and be at rest and of
// one mind then.
func (n *network) mineUntil(ctx context.Context, every time.Duration, plan api.MiningPlan, blocks int) error {
	if err := n.pace(ctx, every, plan); err != nil {
		return err
	}
	if err := n.reach(ctx, uint64(blocks)); err != nil {
		return err
	}
	if err := n.rest(ctx); err != nil {
		return err
	}
	_, err := n.decide(ctx)
	return err
}
