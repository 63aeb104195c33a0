package chain_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// Invalidate is the chain's, of which the views are told.
func (n *network) Invalidate(id types.Hash) (chain.Change, error) {
	n.views()
	change, err := n.Chain.Invalidate(id)
	return n.tell(change, nil), err
}

// Reconsider is the chain's, of which the views are told.
func (n *network) Reconsider(id types.Hash) (chain.Change, error) {
	n.views()
	change, err := n.Chain.Reconsider(id)
	return n.tell(change, nil), err
}

func (n *network) invalidate(b types.Block) chain.Change {
	change, err := n.Invalidate(b.Hash())
	require.NoError(n.t, err)
	require.Equal(n.t, n.Tip(), change.Tip)
	return change
}

func (n *network) reconsider(b types.Block) chain.Change {
	change, err := n.Reconsider(b.Hash())
	require.NoError(n.t, err)
	require.Equal(n.t, n.Tip(), change.Tip)
	return change
}

// requireByHand requires that these blocks are off by hand, and those that are not
// are good.
func (n *network) requireByHand(off bool, blocks ...types.Block) {
	n.t.Helper()
	for i := range blocks {
		h, known := n.Header(blocks[i].Hash())
		require.True(n.t, known)
		require.Equal(n.t, off, h.ByHand)
		require.Equal(n.t, off, !h.Valid)
		require.True(n.t, h.Stored, "it stays on disk")
	}
}

// rivalsOf are a main chain of 6 blocks, a branch of 3 on its second, and one of 4 on the genesis
// block.
func rivalsOf(n *network) (main, near, far []types.Block) {
	main = n.extend(6)
	near = chaintest.Branch(chaintest.After(n.root(), main[:2]...), bob, 3)
	far = chaintest.Branch(n.root(), carol, 4)
	n.take(slices.Concat(near, far)...)
	n.requireTip(main[5])
	return main, near, far
}

func TestInvalidatedBlockLeavesWithAllThatFollows(t *testing.T) {
	overBoth(t, func(t *testing.T, n *network) {
		main, near, far := rivalsOf(n)
		moved := n.Moved()
		change := n.invalidate(main[2])
		require.True(t, change.Moved && rung(moved))
		require.Equal(t, 4, change.Reverted)
		n.requireTip(near[2])
		n.requireByHand(true, main[2:]...)
		n.requireByHand(false, slices.Concat(main[:2], near, far)...)

		require.Equal(t, chain.Change{Tip: n.Tip()}, n.invalidate(main[4]), "it is off already")
		require.Equal(t, chain.Change{Tip: n.Tip()}, n.invalidate(main[2]), "for good")

		n.invalidate(main[0])
		n.requireTip(far[3])
		n.requireByHand(true, near...)
		change = n.invalidate(far[0])
		require.Equal(t, 4, change.Reverted)
		require.True(t, change.Moved)
		require.Equal(t, n.root(), n.Tip(), "no other branch is left")

		n.Chain = n.reopened()
		require.Equal(t, n.root(), n.Tip(), "it stays so")
		n.requireByHand(true, slices.Concat(main, near, far)...)

		n.reconsider(far[3])
		n.requireTip(far[3])
		change = n.reconsider(near[2])
		n.requireTip(near[2])
		require.Equal(t, 4, change.Reverted)
		n.requireByHand(false, slices.Concat(main[:2], near)...)
		n.requireByHand(true, main[2:]...)
		n.reconsider(main[3]) // which takes back what is above and below
		n.requireTip(main[5])
		n.requireByHand(false, main...)
		require.Equal(t, chain.Change{Tip: n.Tip()}, n.reconsider(main[3]), "nothing is left of it")
		n.Chain = n.reopened()
		n.requireTip(main[5])
	})
}

// Of two branches with as much work the one stays that is there: who reconsiders
// gets back what has more.
func TestReconsideredBranchNeedsMoreWork(t *testing.T) {
	n := newNetwork(t)
	main := n.extend(2)
	n.invalidate(main[1])
	other := chaintest.Next(n.Tip(), bob)
	n.take(other)
	n.reconsider(main[1])
	n.requireTip(other)
	next := chaintest.Next(chaintest.After(n.root(), main...), alice)
	n.take(next)
	n.requireTip(next)
}

// What is mined or sent on an invalidated block is not taken, and nobody is blamed.
func TestNothingIsTakenOnAnInvalidatedBlock(t *testing.T) {
	n := newNetwork(t)
	main := n.extend(3)
	late := chaintest.Branch(n.Tip(), bob, 3)
	n.invalidate(main[1])
	n.requireTip(main[0])
	require.NoError(t, n.AddHeaders(headersOf(late)))
	h, known := n.Header(late[2].Hash())
	require.True(t, known && h.ByHand && !h.Valid && !h.Stored)
	require.Empty(t, n.Missing(late[2].Hash(), 9), "nobody asks for them")
	require.Equal(t, n.Tip().ID, n.HeadersTip().ID)
	require.Empty(t, n.views()[0].Heavier())
	side := chaintest.Next(n.Tip(), carol)
	for name, blocks := range map[string][]types.Block{"new": late, "stored": main[1:], "both": slices.Concat(main, late)} {
		_, at := n.refuse(blocks...)
		require.ErrorIs(t, at, chain.ErrInvalidated, name)
		require.False(t, chain.Invalid(at), name)
		n.requireTip(main[0])
	}
	_, err := n.Replace(slices.Concat([]types.Block{n.genesis.Block}, main, late))
	require.ErrorIs(t, err, chain.ErrInvalidated)
	n.take(side)
	n.requireTip(side)
	_, at := n.refuse(main[1])
	require.ErrorIs(t, at, chain.ErrInvalidated, "not on a side branch either")

	last, known := n.views()[0].LastStored(late[2].Hash())
	require.True(t, known)
	require.Equal(t, chain.Ref{Height: 3, ID: main[2].Hash()}, last)
	_, known = n.views()[0].LastStored(types.Hash{1})
	require.False(t, known)
	n.reconsider(late[2]) // whose header follows on main[1]
	n.requireTip(main[2])
	require.Len(t, n.Missing(late[2].Hash(), 9), 3)
	n.take(late...)
	n.requireTip(late[2])
}

// A branch that was never applied may break a rule: then the next one is taken.
func TestInvalidatedForABranchThatBreaksARule(t *testing.T) {
	overBoth(t, func(t *testing.T, n *network) {
		main := n.extend(6)
		good := chaintest.Branch(n.root(), bob, 3)
		base := chaintest.Branch(n.root(), carol, 3)
		bad := overdraft(n.genesis, chaintest.After(n.root(), base...))
		n.take(slices.Concat(good, base, []types.Block{bad})...)
		n.inParts()
		n.invalidate(main[0])
		require.Contains(t, []types.Hash{good[2].Hash(), base[2].Hash()}, n.Tip().ID)
		h, _ := n.Header(bad.Hash())
		require.True(t, !h.Valid && !h.ByHand)
		n.Chain = n.reopened()
		n.requireByHand(true, main...)
	})
}

func TestWhatCannotBeInvalidated(t *testing.T) {
	n := newNetwork(t)
	main := n.extend(1)
	_, err := n.Invalidate(n.root().ID)
	require.ErrorIs(t, err, chain.ErrGenesisStays)
	_, err = n.Invalidate(types.Hash{1})
	require.ErrorIs(t, err, chain.ErrNotFound)
	_, err = n.Reconsider(types.Hash{1})
	require.ErrorIs(t, err, chain.ErrNotFound)
	n.within(func(l *chain.Limits) { l.ByHand = 2 })
	for i := range 2 {
		b := chaintest.Next(n.root(), types.Address{byte(i), 1})
		n.take(b)
		n.invalidate(b)
	}
	_, err = n.Invalidate(main[0].Hash())
	require.ErrorIs(t, err, chain.ErrManyInvalidated)
}

// Blocks that are off by hand stay, with those that they follow on, however many they are; others give way
// as ever.
func TestInvalidatedBlocksStay(t *testing.T) {
	overBoth(t, func(t *testing.T, n *network) {
		const bound = 8
		main := n.extend(30)
		side := chaintest.Branch(n.root(), bob, 5)
		n.take(side...)
		n.within(func(l *chain.Limits) { l.SideBlocks = bound })
		n.invalidate(side[3])
		n.invalidate(main[2])
		for i := range 3 * bound {
			n.take(chaintest.Next(n.root(), types.Address{byte(i), 1}))
		}
		n.requireByHand(true, main[2:]...)
		n.requireByHand(true, side[3:]...)
		n.requireByHand(false, side[:3]...)
		n.Chain = n.reopened()
		n.reconsider(main[2])
		n.requireTip(main[29])
	})
}

// A header whose block was invalidated is off by hand when it comes again, too.
func TestInvalidatedHeaderStaysOff(t *testing.T) {
	n := newNetwork(t)
	n.extend(3)
	side := chaintest.Branch(n.root(), bob, 2)
	n.take(side...)
	n.invalidate(side[0])
	n.Chain = n.reopened()
	more := chaintest.Next(chaintest.After(n.root(), side...), bob)
	require.NoError(t, n.AddHeaders(headersOf([]types.Block{more})))
	h, _ := n.Header(more.Hash())
	require.True(t, h.ByHand)
}

// decisions are what is done by hand, and the tips before and after.
var decisions = map[string]func(*network) (do func(*chain.Chain) error, before, after types.Hash){
	"invalidate": func(n *network) (func(*chain.Chain) error, types.Hash, types.Hash) {
		main, near, _ := rivalsOf(n)
		return func(c *chain.Chain) error {
			_, err := c.Invalidate(main[2].Hash())
			return err
		}, main[5].Hash(), near[2].Hash()
	},
	"alone": func(n *network) (func(*chain.Chain) error, types.Hash, types.Hash) {
		main := n.extend(5)
		return func(c *chain.Chain) error {
			_, err := c.Invalidate(main[1].Hash())
			return err
		}, main[4].Hash(), main[0].Hash()
	},
	"reconsider": func(n *network) (func(*chain.Chain) error, types.Hash, types.Hash) {
		main, near, _ := rivalsOf(n)
		n.invalidate(main[2])
		return func(c *chain.Chain) error {
			_, err := c.Reconsider(main[2].Hash())
			return err
		}, near[2].Hash(), main[5].Hash()
	},
}

// Killed after any transaction of the store, with each taking one block, a decision
// has been made as a whole or not at all; that it was answered means that it was made.
func TestKilledAtEachCommitOfADecision(t *testing.T) {
	for name, prepare := range decisions {
		t.Run(name, func(t *testing.T) {
			for left, done := 0, false; !done; left++ {
				s := &dying{store.NewMemory(), 1 << 20}
				n := newNetworkOver(t, s)
				do, before, after := prepare(n)
				n.inParts()
				s.left = left
				err := do(n.Chain)
				done = err == nil
				require.True(t, done || errors.Is(err, chain.ErrStore))
				require.Equal(t, done, n.Chain.Tip().ID == after, "nobody sees the tip on its way")
				require.Equal(t, !done, n.Chain.Tip().ID == before)
				s.left = 1 << 20
				n.inParts() // over what the one that died has left
				requireSound(t, n.Chain, n.store)
				require.Contains(t, []types.Hash{before, after}, n.Chain.Tip().ID)
				require.True(t, !done || n.Chain.Tip().ID == after)
				require.NoError(t, do(n.Chain))
				require.Equal(t, after, n.Chain.Tip().ID)
				require.Less(t, left, 50)
			}
		})
	}
}

// Wherever the store fails in a decision, memory and disk agree, and it can be made
// again.
func TestStoreThatFailsInADecision(t *testing.T) {
	for name, prepare := range decisions {
		t.Run(name, func(t *testing.T) {
			for left, failed := 0, true; failed; left++ {
				s := &failingStore{store.NewMemory(), -1}
				n := newNetworkOver(t, s)
				do, before, after := prepare(n)
				n.inParts()
				s.left = left
				err := do(n.Chain)
				s.left = -1
				if failed = err != nil; failed {
					require.ErrorIs(t, err, chain.ErrStore)
					require.Equal(t, before, n.Chain.Tip().ID)
				}
				require.NoError(t, do(n.Chain))
				require.Equal(t, after, n.Chain.Tip().ID)
				requireSound(t, n.Chain, n.store)
				require.Less(t, left, 1000)
			}
		})
	}
}

// decideAtRandom invalidates blocks and reconsiders others, and requires each time that
// no branch without an invalidated block outweighs the main chain, which has none.
func decideAtRandom(t *rapid.T, c *chain.Chain, blocks []types.Block) {
	for range rapid.IntRange(0, 6).Draw(t, "decisions") {
		id := blocks[rapid.IntRange(0, len(blocks)-1).Draw(t, "block")].Hash()
		var err error
		if rapid.Bool().Draw(t, "invalidate") {
			_, err = c.Invalidate(id)
		} else {
			_, err = c.Reconsider(id)
		}
		require.True(t, err == nil || errors.Is(err, chain.ErrNotFound), "%v", err)
		requireHeaviest(t, c, blocks)
	}
}

func requireHeaviest(t require.TestingT, c *chain.Chain, blocks []types.Block) {
	tip := c.Tip()
	for i := range blocks {
		if h, known := c.Header(blocks[i].Hash()); known && h.Stored && h.Valid {
			require.False(t, h.Work.Gt(&tip.Work), "block %d (%s) outweighs the tip", h.Height, h.ID)
		}
	}
	for _, ref := range c.MainChain(0, int(tip.Height)+1) {
		h, _ := c.Header(ref.ID)
		require.False(t, h.ByHand)
	}
}

// reconsiderAll takes back all that was decided.
func reconsiderAll(t require.TestingT, c *chain.Chain, blocks []types.Block) {
	for i := range blocks {
		_, err := c.Reconsider(blocks[i].Hash())
		require.True(t, err == nil || errors.Is(err, chain.ErrNotFound), "%v", err)
	}
}
