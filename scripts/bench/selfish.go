//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/theory"
	"networkmngr/internal/types"
)

// selfishShare has one node of six mine selfishly with 40 % of the hash power, and holds
// its share of the main chain against the one of Eyal and Sirer. Of two equal branches the
// others have the honest one first, as the selfish one answers it: gamma is near 0.
func selfishShare(ctx context.Context, b *bench) (found []bentRow, err error) {
	const nodes, alpha, delay = 6, 0.4, time.Millisecond
	n, err := b.startPaced(ctx, nodes, nodes-1)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.stop()) }()
	if err := n.slow(ctx, delay); err != nil {
		return nil, err
	}
	selfish := api.Strategy{StrategyChoice: api.StrategyChoice{Name: "selfish"}}
	plan := api.MiningPlan{
		Shares:     map[string]float64{"n0": 40, "n1": 12, "n2": 12, "n3": 12, "n4": 12, "n5": 12},
		Strategies: map[string]api.Strategy{"n0": selfish},
	}
	if err := n.mineUntil(ctx, b.repeat.bend.selfishBy, plan, b.repeat.bend.selfish); err != nil {
		return nil, err
	}
	blocks, err := n.mined(ctx)
	if err != nil {
		return nil, err
	}
	last, err := n.nodes[0].Info(ctx)
	if err != nil {
		return nil, err
	}
	chain := mainChain(blocks, last.Tip.Hash)
	share, deviation := batches(chain, "n0")
	gamma, races := gammaOf(blocks, "n0")
	counted := alpha / (alpha + (1-alpha)*lonely(blocks, "n0"))
	law, allowed := theory.SelfishShare(counted, gamma), errorsAllowed*deviation
	return []bentRow{{
		what:     fmt.Sprintf("blocks of a selfish miner with 40 %% of the power, a block every %s", b.repeat.bend.selfishBy),
		measured: fmt.Sprintf("%.1f %% of %d, of %d mined", 100*share, len(chain), len(blocks)),
		wanted:   fmt.Sprintf("%.1f ± %.1f %%", 100*law, 100*allowed),
		holds:    math.Abs(share-law) <= allowed,
		besides: fmt.Sprintf("Eyal and Sirer's with gamma %.3f, measured in %d races, and alpha %.3f, as the others' blocks cross each other; an honest one has 40 %%",
			gamma, races, counted),
	}}, nil
}

// lonely is the part of the blocks of others than a node that add to the height of their
// chain: of those on one parent, which cross each other, only one does.
func lonely(blocks []mined, node string) float64 {
	all, parents := 0, make(map[types.Hash]bool)
	for _, b := range blocks {
		if b.node != node {
			all++
			parents[b.Previous] = true
		}
	}
	return float64(len(parents)) / float64(all)
}

// batches is a node's share of a chain, and its standard error: from the shares of twenty
// parts of the chain, as what selfish miners win comes in runs.
func batches(chain []mined, node string) (share, deviation float64) {
	const parts = 20
	shares := make([]float64, parts)
	for i := range shares {
		part := chain[len(chain)*i/parts : len(chain)*(i+1)/parts]
		for _, b := range part {
			if b.node == node {
				shares[i] += 1 / float64(len(part))
			}
		}
	}
	mean, within := theory.MeanInterval(shares)
	const confident = 1.959964 // standard errors of that interval
	return mean, (within.High - mean) / confident
}

// gammaOf is that of a node, and of how many races it is known.
func gammaOf(blocks []mined, node string) (gamma float64, races int) {
	found := make([]theory.Found[types.Hash, string], len(blocks))
	for i, b := range blocks {
		found[i] = theory.Found[types.Hash, string]{Hash: b.Hash, Previous: b.Previous, Miner: b.node}
	}
	races, own := theory.Races(found, node)
	return float64(own) / float64(max(races, 1)), races
}
