package node

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
)

// A node that has invalidated a block goes its own way, linked with all others as
// before, comes back to them when it reconsiders, and the transfers of what it left
// wait again meanwhile.
func TestInvalidatedBlockIsOneNodesOwnAffair(t *testing.T) {
	w := newWorld(t)
	nodes := w.mesh(3)
	loner := nodes[1]
	nodes[0].mine(2)
	transfers := pay(0, 3)
	nodes[0].submit(transfers...)
	blocks := nodes[0].mine(2)
	w.awaitOneTip(nodes...)
	change, err := loner.Invalidate(blocks[0].Hash())
	require.NoError(t, err)
	require.Equal(t, 2, change.Reverted)
	w.awaitPending(transfers, loner)
	more := nodes[2].mine(2)
	w.awaitOneTip(nodes[0], nodes[2])
	own := loner.mine(1)[0]
	require.Equal(t, blocks[0].Previous, own.Previous)
	w.awaitPeers(2, nodes...)
	tips := loner.Tips()
	require.Equal(t, own.Hash(), tips[0].ID)
	require.True(t, tips[1].ByHand)
	require.Equal(t, chain.InvalidTip, tips[1].Status)

	w.until("the headers that follow", func() bool {
		last, known := loner.LastStored(more[1].Hash())
		return known && last.ID == blocks[1].Hash()
	})
	last, _ := loner.LastStored(more[1].Hash())
	_, err = loner.Reconsider(last.ID)
	require.NoError(t, err)
	require.Equal(t, more[1].Hash(), w.awaitOneTip(nodes...).ID)
}

// What is mined aside on one node is the others' main chain in the end.
func TestMinedAsideBecomesTheMainChain(t *testing.T) {
	w := newWorld(t)
	nodes := w.mesh(3)
	transfers := pay(0, 3)
	nodes[0].submit(transfers...)
	blocks := nodes[0].mine(3)
	w.awaitOneTip(nodes...)
	aside, hashes, err := nodes[2].MineAside(t.Context(), blocks[0].Previous, 20, nil)
	require.NoError(t, err)
	require.Positive(t, hashes)
	require.GreaterOrEqual(t, len(aside), 4)
	require.Equal(t, aside[len(aside)-1].Hash(), w.awaitOneTip(nodes...).ID)
	w.awaitPending(transfers, nodes...)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = nodes[2].MineAside(ctx, aside[0].Previous, 20, nil)
	require.ErrorIs(t, err, context.Canceled)
	_, _, err = nodes[2].MineAside(t.Context(), aside[0].Previous, 2, nil)
	require.ErrorIs(t, err, chain.ErrNotBetter)
}
