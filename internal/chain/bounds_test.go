package chain_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// within opens the chain anew with other limits.
func (n *network) within(change func(*chain.Limits)) {
	limits := chain.DefaultLimits()
	change(&limits)
	var err error
	n.Chain, err = chain.OpenWithin(limits, n.store, n.genesis, chaintest.Now)
	require.NoError(n.t, err)
}

// siblings mines headers on state.
func siblings(t *testing.T, state consensus.State, count int) []types.Header {
	header := chaintest.Next(state, bob).Header
	target, ok := consensus.TargetFromBits(header.Bits)
	require.True(t, ok)
	list := make([]types.Header, count)
	for i := range list {
		header.MerkleRoot = types.Hash{byte(i), byte(i >> 8), byte(i >> 16), 1}
		for header.Nonce = 0; ; header.Nonce++ {
			if work := consensus.HashToInt(header.Hash()); !work.Gt(&target) {
				break
			}
		}
		list[i] = header
	}
	return list
}

func (n *network) knows(headers []types.Header) (count int) {
	for _, h := range headers {
		if _, ok := n.Header(h.Hash()); ok {
			count++
		}
	}
	return count
}

func TestHeadersOfLittleWorkGiveWay(t *testing.T) {
	const bound = 200
	n := newNetwork(t)
	n.extend(10)
	n.within(func(l *chain.Limits) { l.Headers = bound })
	flood := siblings(t, n.root(), 5*bound)
	for _, h := range flood {
		require.NoError(t, n.AddHeaders([]types.Header{h}))
	}
	require.LessOrEqual(t, n.knows(flood), bound)
	require.NoError(t, n.AddHeaders([]types.Header{n.genesis.Block.Header}), "a known one")
	next := chaintest.Next(n.Tip(), alice)
	require.NoError(t, n.AddHeaders([]types.Header{next.Header}))
	require.NoError(t, n.AddHeaders(flood))
	require.Equal(t, 1, n.knows([]types.Header{next.Header}), "it has more work than the flood")
	n.take(next)
}

// The headers of a heavier branch from far below the tip come in, though the
// first of them are lighter than all that is there.
func TestHeavierBranchComesThroughAFlood(t *testing.T) {
	const bound = 200
	n := newNetwork(t)
	n.extend(100)
	n.within(func(l *chain.Limits) { l.Headers = bound })
	require.NoError(t, n.AddHeaders(siblings(t, n.Tip(), bound)))
	branch := headersOf(chaintest.Branch(n.root(), bob, 120))
	for len(branch) > 0 {
		require.NoError(t, n.AddHeaders(branch[:20]))
		branch = branch[20:]
	}
	require.Equal(t, uint64(120), n.HeadersTip().Height)
}

func TestLightestSideBlocksGiveWay(t *testing.T) {
	overBoth(t, func(t *testing.T, n *network) {
		const bound = 16
		main := n.extend(30)
		n.within(func(l *chain.Limits) { l.SideBlocks = bound })
		near := chaintest.Branch(chaintest.After(n.root(), main[:25]...), carol, 3)
		n.take(near...)
		var spam []types.Block
		for i := range 3 * bound {
			b := chaintest.Next(n.root(), types.Address{byte(i), 1})
			spam = append(spam, b)
			n.take(b)
		}
		kept := 0
		for _, b := range spam {
			if h, ok := n.Header(b.Hash()); ok && h.Stored {
				kept++
				continue
			}
			_, err := n.BlockBytes(b.Hash())
			require.ErrorIs(t, err, chain.ErrNotFound)
		}
		require.LessOrEqual(t, kept+len(near), bound)
		for _, b := range near {
			_, err := n.BlockBytes(b.Hash())
			require.NoError(t, err, "what has more work stays")
		}
		gone := spam[0]
		_, err := n.AddBlocks(gone)
		require.NoError(t, err, "it may come again")
		requireResumed(t, n.Chain, n.store)
	})
}

// A branch that is known to outweigh the main chain is kept, however long.
func TestBranchThatMayWinStays(t *testing.T) {
	n := newNetwork(t)
	n.extend(40)
	n.within(func(l *chain.Limits) { l.SideBlocks = 8 })
	better := chaintest.Branch(n.root(), bob, 41)
	require.NoError(t, n.AddHeaders(headersOf(better)))
	for _, b := range better {
		n.take(b)
	}
	n.requireTip(better[40])
	n.extend(1)
	updates, _, err := n.UpdatesSince(better[40].Hash())
	require.NoError(t, err)
	require.Len(t, updates.Applied, 1)
}

// A listener that stands on a branch that was left long ago still finds its way.
func TestLeftBranchStaysInTheTree(t *testing.T) {
	n := newNetwork(t)
	n.within(func(l *chain.Limits) { l.SideBlocks, l.Headers = 4, 4 })
	old := n.extend(20)
	n.take(chaintest.Branch(n.root(), bob, 21)...)
	n.extend(3)
	updates, _, err := n.UpdatesSince(old[19].Hash())
	require.NoError(t, err)
	require.Len(t, updates.Reverted, 20)
}

// What a reorg has just taken back stays for as long as a follower has not seen
// that, however much it is; then it gives way with the next write.
func TestRevertedBlocksWaitForFollowers(t *testing.T) {
	n := newNetwork(t)
	n.within(func(l *chain.Limits) { l.SideBlocks = 4 })
	seen := n.Tip().ID
	n.Follow(func() types.Hash { return seen })
	old := n.extend(20)
	seen = n.Tip().ID
	stored := func() (count int) {
		for i := range old {
			if _, err := n.BlockBytes(old[i].Hash()); err == nil {
				count++
			}
		}
		return count
	}
	better := chaintest.Branch(n.root(), bob, 22)
	require.NoError(t, n.AddHeaders(headersOf(better)))
	n.take(better[:21]...)
	n.requireTip(better[20])
	require.Equal(t, len(old), stored())
	n.take(better[21])
	require.Equal(t, len(old), stored(), "the follower is slow")
	n.within(func(l *chain.Limits) { l.SideBlocks = 4 })
	require.Equal(t, len(old), stored(), "a start evicts nothing")
	n.Follow(func() types.Hash { return seen })
	seen = n.Tip().ID
	n.extend(1)
	require.LessOrEqual(t, stored(), 4)
}
