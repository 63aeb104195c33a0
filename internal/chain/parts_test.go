package chain_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// blockAPart are limits by which each transaction of the store takes one block.
func blockAPart() chain.Limits {
	limits := chain.DefaultLimits()
	limits.PartTransactions = 1
	return limits
}

// inParts opens the chain anew, with a transaction for each block.
func (n *network) inParts() {
	var err error
	n.Chain, err = chain.OpenWithin(blockAPart(), n.store, n.genesis, chaintest.Now)
	require.NoError(n.t, err)
}

// counting counts the transactions of a store, and looks at the chain from
// outside after each.
type counting struct {
	chain.Store
	updates int
	after   func()
}

func (s *counting) Update(fn func(chain.Writer) error) error {
	err := s.Store.Update(fn)
	if s.updates++; s.after != nil {
		s.after()
	}
	return err
}

func TestDeepReorgMovesTheTipOnce(t *testing.T) {
	s := &counting{Store: store.NewMemory()}
	n := newNetworkOver(t, s)
	main := n.extend(6)
	n.inParts()
	moved := n.Moved()
	side := chaintest.Branch(n.root(), bob, 9)
	n.take(side[:6]...)
	s.updates, s.after = 0, func() {
		if s.updates < 13 { // to store a block, to take six back, and to apply six
			n.requireTip(main[5])
			require.False(t, rung(moved))
		}
	}
	change := n.take(side[6])
	require.Equal(t, chain.Change{Added: 1, Moved: true, Reverted: 6, Tip: n.Tip()}, change)
	require.GreaterOrEqual(t, s.updates, 13)
	require.True(t, rung(moved))
	s.after = nil
	_, under := n.Resumed()
	require.False(t, under)
}

func TestReplaceInParts(t *testing.T) {
	n := newNetwork(t)
	n.extend(3)
	n.inParts()
	better := append([]types.Block{n.genesis.Block}, chaintest.Branch(n.root(), bob, 5)...)
	change, err := n.Replace(better)
	require.NoError(t, err)
	require.Equal(t, chain.Change{Added: 5, Moved: true, Reverted: 3, Tip: n.Tip()}, change)
}

func TestInvalidBlockInADeepReorgLeadsBack(t *testing.T) {
	for name, add := range map[string]func(*network, []types.Block) error{
		"add": func(n *network, side []types.Block) error { _, err := n.AddBlocks(side...); return err },
		"replace": func(n *network, side []types.Block) error {
			_, err := n.Replace(append([]types.Block{n.genesis.Block}, side...))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := newNetwork(t)
			main := n.extend(6)
			n.inParts()
			good := chaintest.Branch(n.root(), bob, 4)
			wrong := overdraft(n.genesis, chaintest.After(n.root(), good...))
			side := append(append(good, wrong), chaintest.Branch(chaintest.After(n.root(), append(good, wrong)...), bob, 3)...)
			err := add(n, side)
			var at *chain.BlockError
			require.ErrorAs(t, err, &at)
			require.Equal(t, wrong.Hash(), at.ID)
			n.requireTip(main[5])
			_, err = n.BlockBytes(wrong.Hash())
			require.ErrorIs(t, err, chain.ErrNotFound)
		})
	}
}

// dying is a store whose process dies once left transactions are durable.
type dying struct {
	chain.Store
	left int
}

func (s *dying) Update(fn func(chain.Writer) error) error {
	if s.left == 0 {
		return errDisk
	}
	s.left--
	return s.Store.Update(fn)
}

// Wherever a deep reorg is cut short, the next start finishes it, or is where it
// began; with a block on the way that is invalid, it is always there.
func TestReorgThatIsCutShortIsFinished(t *testing.T) {
	for name, spoiled := range map[string]bool{"valid": false, "invalid": true} {
		t.Run(name, func(t *testing.T) {
			for left, ended := 0, false; !ended; left++ {
				ended = cutShort(t, left, spoiled)
				require.Less(t, left, 100)
			}
		})
	}
}

// cutShort reports whether the reorg needed no more transactions than left.
func cutShort(t *testing.T, left int, spoiled bool) bool {
	kept := store.NewMemory()
	n := newNetworkOver(t, kept)
	main := n.extend(4)
	side := chaintest.Branch(n.root(), bob, 3)
	if spoiled {
		side[2] = overdraft(n.genesis, chaintest.After(n.root(), side[:2]...))
	}
	side = append(side, chaintest.Branch(chaintest.After(n.root(), side...), bob, 2)...)
	n.take(side[:4]...)
	n.store = &dying{kept, left}
	n.inParts()
	_, err := n.AddBlocks(side[4])
	ended := err == nil || chain.Invalid(err)
	n.store = kept
	n.Chain = n.reopened()
	if under, found := n.Resumed(); found {
		require.Equal(t, main[3].Hash(), under.From.ID)
	}
	if spoiled || left == 0 {
		n.requireTip(main[3])
	} else {
		n.requireTip(side[4])
	}
	return ended
}

// Whoever is left with a store that failed in the middle of a reorg is told so,
// and the next write leads back first.
func TestStoreThatFailsInTheMiddleOfAReorg(t *testing.T) {
	s := &dying{store.NewMemory(), -1}
	n := newNetworkOver(t, s)
	main := n.extend(4)
	n.inParts()
	side := chaintest.Branch(n.root(), bob, 6)
	n.take(side[:4]...)
	s.left = 3
	_, err := n.AddBlocks(side[4])
	require.ErrorIs(t, err, chain.ErrStore)
	n.requireTip(main[3])
	_, _, err = n.Accounts(alice)
	require.ErrorIs(t, err, chain.ErrStore)
	s.left = -1
	next := chaintest.Next(n.Tip(), alice)
	n.take(next)
	n.requireTip(next)
}

// The property of random trees holds whatever one transaction takes.
func TestRandomTreesInParts(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := newNetwork(t)
		n.inParts()
		blocks := grownTree(rt, n.genesis)
		addInParts(rt, n.Chain, blocks)
		whole := newNetwork(t)
		addInParts(rt, whole.Chain, blocks)
		require.Equal(rt, whole.Tip().Work, n.Tip().Work)
	})
}

// weighing is a store that notes of how many transactions of blocks one of its
// own changes the rows at most.
type weighing struct {
	chain.Store
	most int
}

type weighingWriter struct {
	chain.Writer
	rows int
}

func (w *weighingWriter) Index(height uint64, b *types.Block) error {
	w.rows += len(b.Transactions)
	return w.Writer.Index(height, b)
}

func (w *weighingWriter) Unindex(height uint64, b *types.Block) error {
	w.rows += len(b.Transactions)
	return w.Writer.Unindex(height, b)
}

func (s *weighing) Update(fn func(chain.Writer) error) error {
	return s.Store.Update(func(w chain.Writer) error {
		weighed := &weighingWriter{Writer: w}
		err := fn(weighed)
		s.most = max(s.most, weighed.rows)
		return err
	})
}

// However small its blocks' bytes and however deep a reorg is, a transaction of
// the store that takes part in it changes the rows of so many transactions and no more than a block's
// beyond that: its memory is that of the pages that they lie on.
func TestDeepReorgTakesAFewTransactionsAtATime(t *testing.T) {
	const perBlock, bound = 9, 25
	s := &weighing{Store: store.NewMemory()}
	n := newNetworkOver(t, s)
	n.within(func(l *chain.Limits) { l.PartTransactions = bound })
	n.take(fullBranch(n.root(), alice, 30, perBlock)...)
	s.most = 0 // new blocks come in larger parts
	n.take(fullBranch(n.root(), bob, 31, perBlock)...)
	require.Equal(t, uint64(31), n.Tip().Height)
	require.Less(t, s.most, bound+perBlock+1)
	require.Greater(t, s.most, bound/2)
}

// fullBranch mines blocks on the genesis block that pay from alice to payout.
func fullBranch(state consensus.State, payout types.Address, count, perBlock int) []types.Block {
	genesis, sequence := state.ID, uint64(0)
	blocks := make([]types.Block, count)
	for i := range blocks {
		list := make([]types.Transaction, perBlock)
		for j := range list {
			list[j] = chaintest.Transfer(types.NamedKey("alice"), genesis, sequence, payout, 1, 0)
			sequence++
		}
		blocks[i] = chaintest.Next(state, payout, list...)
		state = state.After(blocks[i].Header)
	}
	return blocks
}
