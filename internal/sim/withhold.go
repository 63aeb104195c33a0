package sim

import (
	"slices"
	"time"

	"github.com/holiman/uint256"

	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// This file has the behaviours of those who show blocks and keep them.

// between is how long an adversary waits between two blocks, so that it is never
// silent for as long as a request may take.
const between = 19 * time.Second

// showAdversaries shows adversaries a block as soon as it is mined: they sit next to
// their victims, and are there before its miner's announcement.
func (w *World) showAdversaries(by *node, b *types.Block) {
	for _, n := range w.nodes[w.config.Nodes:] {
		for _, to := range w.honest() {
			if how, up := n.adversary.behaviours[to.id]; up && to != by && n.up() && to.up() {
				n.adversary.announceFirst(to, how, b)
			}
		}
	}
}

func (a *adversary) announceFirst(to *node, how behaviour, b *types.Block) {
	switch how {
	case headerFirst:
		a.say(to.id, protocol.Headers{Headers: []types.Header{b.Header}})
	case compactFirst:
		a.say(to.id, protocol.Compact{
			Header: b.Header, Coinbase: b.Transactions[0], ShortIDs: []protocol.ShortID{{1}},
		})
	}
}

// best is the honest node with the most work.
func (a *adversary) best() *node {
	return slices.MaxFunc(a.world.honest(), func(a, b *node) int { return a.work().Cmp(b.work()) })
}

// giveOneByOne gives good blocks, but not soon.
func (a *adversary) giveOneByOne(peer types.NodeID, ids []types.Hash) {
	if len(ids) == 0 {
		return
	}
	if raw, err := a.best().chain.BlockBytes(ids[0]); err == nil {
		a.say(peer, protocol.Blocks{Encoded: [][]byte{raw}})
	}
	rest := slices.Clone(ids[1:])
	a.world.background(between, a.thisBoot(func() {
		if _, up := a.behaviours[peer]; up {
			a.giveOneByOne(peer, rest)
		}
	}))
}

// work is that of the node's tip, or 0 if it never started.
func (n *node) work() *uint256.Int {
	if n.chain == nil {
		return new(uint256.Int)
	}
	tip := n.chain.Tip()
	return &tip.Work
}
