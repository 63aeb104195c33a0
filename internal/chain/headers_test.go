package chain_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/genesis"
	"networkmngr/internal/types"
)

func TestHeadersComeBeforeBlocks(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := newNetwork(t)
		main := n.extend(2)
		side := chaintest.Branch(n.root(), bob, 6)
		require.NoError(rt, n.AddHeaders(headersOf(side)))
		require.NoError(rt, n.AddHeaders(headersOf(side)), "known ones are passed over")
		n.requireTip(main[1])
		require.Equal(rt, side[5].Hash(), n.HeadersTip().ID)
		require.False(rt, n.HeadersTip().Stored)

		waiting := rapid.Permutation(side).Draw(rt, "order")
		for len(waiting) > 0 {
			var again []types.Block
			for _, b := range waiting {
				_, err := n.AddBlocks(b)
				if err != nil {
					require.ErrorIs(rt, err, chain.ErrUnknownParent)
					again = append(again, b)
				}
			}
			require.Less(rt, len(again), len(waiting))
			waiting = again
		}
		n.requireTip(side[5])
		require.True(rt, n.HeadersTip().Stored)
	})
}

func TestHeadersAreChecked(t *testing.T) {
	n := newNetwork(t)
	good := headersOf(chaintest.Branch(n.root(), bob, 3))
	orphan := headersOf(chaintest.Branch(chaintest.Genesis(func(d *genesis.Description) { d.Name = "other" }).State(), bob, 1))
	require.ErrorIs(t, n.AddHeaders(orphan), chain.ErrUnknownParent)

	wrong := good[1]
	wrong.Time = good[0].Time - 20
	sealed := types.Block{Header: wrong, Transactions: []types.Transaction{{}}}
	chaintest.Solve(&sealed)
	err := n.AddHeaders([]types.Header{good[0], sealed.Header, good[1]})
	require.ErrorIs(t, err, consensus.ErrTimeTooOld)
	require.True(t, chain.Invalid(err))
	require.Equal(t, good[0].Hash(), n.HeadersTip().ID, "what came before is kept")
}

func TestMissing(t *testing.T) {
	n := newNetwork(t)
	n.extend(1)
	side := chaintest.Branch(n.root(), bob, 5)
	require.Empty(t, n.Missing(side[4].Hash(), 10), "not known")
	require.NoError(t, n.AddHeaders(headersOf(side)))
	n.take(side[0])
	refs := n.Missing(side[4].Hash(), 10)
	require.Len(t, refs, 4)
	for i, ref := range refs {
		require.Equal(t, chain.Ref{Height: uint64(i + 2), ID: side[i+1].Hash()}, ref)
	}
	require.Equal(t, refs[:2], n.Missing(side[4].Hash(), 2))
	require.Equal(t, refs[:1], n.Missing(side[1].Hash(), 10))
	require.Empty(t, n.Missing(side[0].Hash(), 10))
	n.take(side[1:]...)
	require.Empty(t, n.Missing(side[4].Hash(), 10))
}

func TestReadingWhatIsNotThere(t *testing.T) {
	n := newNetwork(t)
	b := chaintest.Next(n.root(), alice)
	for _, known := range []bool{false, true} {
		if known {
			require.NoError(t, n.AddHeaders([]types.Header{b.Header}))
		}
		_, err := n.Block(b.Hash())
		require.ErrorIs(t, err, chain.ErrNotFound)
		require.NotErrorIs(t, err, chain.ErrStore)
		_, err = n.BlockBytes(b.Hash())
		require.ErrorIs(t, err, chain.ErrNotFound)
	}
	_, ok := n.IDAt(1)
	require.False(t, ok)
	require.Empty(t, n.MainChain(1, 10))
	_, _, err := n.UpdatesSince(types.Hash{1})
	require.ErrorIs(t, err, chain.ErrNotFound)
	n.take(b)
	id, ok := n.IDAt(1)
	require.True(t, ok)
	require.Equal(t, b.Hash(), id)
	require.Equal(t, []chain.Ref{{Height: 1, ID: id}}, n.MainChain(1, 10))
	require.Len(t, n.MainChain(0, 1), 1)
}

// Two nodes whose chains fork somewhere: what one's locator gets from the
// other is what follows the last block they share, or an earlier one.
func TestLocatorFindsTheFork(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		shared := rapid.IntRange(0, 60).Draw(rt, "shared")
		ours, theirs := newNetwork(t), newNetwork(t)
		both := chaintest.Branch(ours.root(), alice, shared)
		ours.take(both...)
		theirs.take(both...)
		ours.take(chaintest.Branch(ours.Tip(), bob, rapid.IntRange(0, 40).Draw(rt, "ours"))...)
		theirs.take(chaintest.Branch(theirs.Tip(), carol, rapid.IntRange(0, 40).Draw(rt, "theirs"))...)
		limit := rapid.IntRange(1, 80).Draw(rt, "limit")

		locator := ours.Locator(ours.Tip().ID)
		requireLocator(rt, ours, locator)
		got := theirs.HeadersTo(theirs.Tip().ID, locator, limit)
		from := 0 // naive: the highest of locator that is theirs
		for _, id := range locator {
			if h, ok := theirs.Header(id); ok {
				from = int(h.Height)
				break
			}
		}
		require.LessOrEqual(rt, from, shared)
		want := theirs.MainChain(uint64(from)+1, limit)
		require.Len(rt, got, len(want))
		for i := range got {
			require.Equal(rt, want[i].ID, got[i].Hash())
		}
		require.NoError(rt, ours.AddHeaders(got), "it attaches")
	})
}

// requireLocator checks the heights of a locator: ten single steps from the
// top, then doubling ones, and genesis.
func requireLocator(t *rapid.T, n *network, locator []types.Hash) {
	height, step := n.Tip().Height, uint64(1)
	for i, id := range locator {
		h, ok := n.Header(id)
		require.True(t, ok)
		require.Equal(t, height, h.Height)
		main, _ := n.IDAt(height)
		require.Equal(t, main, id)
		if i >= 10 {
			step *= 2
		}
		height -= min(step, height)
	}
	require.Equal(t, n.root().ID, locator[len(locator)-1])
	require.LessOrEqual(t, len(locator), 10+8)
}

func TestLocatorOfASideBranch(t *testing.T) {
	n := newNetwork(t)
	main := n.extend(30)
	side := chaintest.Branch(chaintest.After(n.root(), main[:20]...), bob, 3)
	require.NoError(t, n.AddHeaders(headersOf(side)))
	locator := n.Locator(side[2].Hash())
	require.Equal(t, []types.Hash{side[2].Hash(), side[1].Hash(), side[0].Hash(), main[19].Hash()}, locator[:4])
	require.Empty(t, n.Locator(types.Hash{1}))
	tip, end := n.Tip().ID, side[2].Hash()
	require.Empty(t, n.HeadersTo(tip, []types.Hash{end, {1}}, 10), "nothing of it is on the main chain")
	require.Len(t, n.HeadersTo(tip, []types.Hash{end, main[27].Hash()}, 10), 2)
	require.Equal(t, headersOf(side), n.HeadersTo(end, []types.Hash{tip, main[19].Hash()}, 10), "of the side branch")
	require.Equal(t, headersOf(side[:2]), n.HeadersTo(end, []types.Hash{main[19].Hash()}, 2))
	require.Empty(t, n.HeadersTo(end, []types.Hash{end}, 10))
	require.Empty(t, n.HeadersTo(types.Hash{1}, []types.Hash{end}, 10), "an unknown branch")
}
