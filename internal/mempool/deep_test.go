package mempool

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// newFollowedWorld is a world whose chain keeps for the pool the blocks that a
// reorg undid, and otherwise sideBlocks of them.
func newFollowedWorld(t *testing.T, sideBlocks int) *world {
	limits := chain.DefaultLimits()
	limits.SideBlocks = sideBlocks
	c, err := chain.OpenWithin(limits, store.NewMemory(), chaintest.Genesis(), chaintest.Now)
	require.NoError(t, err)
	w := newWorldOver(t, c)
	c.Follow(w.pool.At)
	return w
}

// A reorg that undoes more blocks than the chain keeps aside puts all of their
// transfers back, though the pool comes late; the blocks go once it has come, and
// the transfers stay.
func TestReorgDeeperThanTheSideBlocksPutsAllBack(t *testing.T) {
	const sideBlocks, depth = 4, 20
	w := newFollowedWorld(t, sideBlocks)
	base := w.chain.Tip()
	undone, left := make([]types.Transaction, depth), make([]types.Hash, depth)
	at := base
	for i := range undone {
		undone[i] = w.transfer("alice", uint64(i), testFee)
		at = w.mine(at, "left", undone[i])
		left[i] = at.ID
	}
	w.sync()
	w.pending()
	right := chaintest.Branch(base, addresses["right"], depth+2)
	_, err := w.chain.AddBlocks(right[:depth+1]...)
	require.NoError(t, err)
	_, err = w.chain.AddBlocks(right[depth+1])
	require.NoError(t, err)
	w.sync()
	w.pending(undone...)

	w.mine(w.chain.Tip(), "right")
	kept := 0
	for _, id := range left {
		if _, err := w.chain.Block(id); err == nil {
			kept++
		}
	}
	require.LessOrEqual(t, kept, sideBlocks)
	w.sync()
	w.pending(undone...)
	require.Len(t, w.template(types.MaxBlockSize), depth)
}
