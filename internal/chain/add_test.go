package chain_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/genesis"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// overBoth runs a test over either store.
func overBoth(t *testing.T, test func(t *testing.T, n *network)) {
	overStores(t, func(t *testing.T, s chain.Store) { test(t, newNetworkOver(t, s)) })
}

// overStores runs a test over an empty store of either kind.
func overStores(t *testing.T, test func(*testing.T, chain.Store)) {
	t.Run("memory", func(t *testing.T) { test(t, store.NewMemory()) })
	t.Run("bolt", func(t *testing.T) {
		s, err := store.Open(t.TempDir())
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, s.Close()) }) // after the last check
		test(t, s)
	})
}

func TestNewChainIsItsGenesis(t *testing.T) {
	overBoth(t, func(t *testing.T, n *network) {
		require.Equal(t, n.root(), n.Tip())
		require.Equal(t, chaintest.Balance, n.balance(alice))
		b, err := n.Block(n.root().ID)
		require.NoError(t, err)
		require.Equal(t, n.genesis.Block.Hash(), b.Hash())
	})
}

func TestExtend(t *testing.T) {
	overBoth(t, func(t *testing.T, n *network) {
		pay := chaintest.Transfer(types.NamedKey("alice"), n.root().ID, 0, bob, 5*types.Coin, types.Coin)
		b := chaintest.Next(n.Tip(), carol, pay)
		change := n.take(b)
		require.Equal(t, chain.Change{Added: 1, Moved: true, Tip: chaintest.After(n.root(), b)}, change)
		require.Equal(t, chaintest.Balance-6*types.Coin, n.balance(alice))
		require.Equal(t, chaintest.Balance+5*types.Coin, n.balance(bob))
		require.Equal(t, chaintest.Balance+chaintest.Reward+types.Coin, n.balance(carol))

		more := chaintest.Branch(n.Tip(), bob, 30)
		change = n.take(more...)
		require.Equal(t, 30, change.Added)
		require.Zero(t, change.Reverted)
		n.requireTip(more[29])
	})
}

func TestKnownBlocksChangeNothing(t *testing.T) {
	n := newNetwork(t)
	blocks := n.extend(5)
	side := chaintest.Branch(n.root(), bob, 2)
	n.take(side...)
	for _, again := range [][]types.Block{blocks, side, {n.genesis.Block}, {blocks[2], blocks[2]}, nil} {
		require.Equal(t, chain.Change{Tip: n.Tip()}, n.take(again...))
	}
	next := chaintest.Next(n.Tip(), bob)
	change := n.take(append(blocks, next, next)...)
	require.Equal(t, 1, change.Added)
	n.requireTip(next)
}

func TestUnknownParentIsNobodysFault(t *testing.T) {
	n := newNetwork(t)
	blocks := chaintest.Branch(n.root(), alice, 3)
	change, at := n.refuse(blocks[1], blocks[2])
	require.ErrorIs(t, at, chain.ErrUnknownParent)
	require.Equal(t, blocks[1].Hash(), at.ID)
	require.False(t, chain.Invalid(at))
	require.Zero(t, change.Added)

	require.NoError(t, n.AddHeaders(headersOf(blocks)))
	_, at = n.refuse(blocks[1])
	require.ErrorIs(t, at, chain.ErrUnknownParent, "a header is not enough of a parent")
	n.take(blocks[0])
	n.take(blocks[1], blocks[2])
	n.requireTip(blocks[2])
}

func TestEqualWorkFirstSeenStays(t *testing.T) {
	n := newNetwork(t)
	first := n.extend(3)
	second := chaintest.Branch(n.root(), bob, 3)
	change := n.take(second...)
	require.Equal(t, chain.Change{Added: 3, Tip: n.Tip()}, change)
	n.requireTip(first[2])

	decider := chaintest.Next(chaintest.After(n.root(), second...), bob)
	change = n.take(decider)
	require.Equal(t, chain.Change{Added: 1, Moved: true, Reverted: 3, Tip: n.Tip()}, change)
	n.requireTip(decider)
}

func TestWorkCountsNotLength(t *testing.T) {
	n := newNetworkOver(t, store.NewMemory(), func(d *genesis.Description) { d.HalfLife = 4 * chaintest.BlockTime })
	long := n.extend(21)
	state := n.root()
	var short []types.Block
	for range 15 { // as fast as it may be: the target falls
		b := chaintest.Mine(state, bob, state.Time()+1)
		short = append(short, b)
		state = state.After(b.Header)
	}
	change := n.take(short...)
	require.Equal(t, 21, change.Reverted)
	n.requireTip(short[14])
	require.Equal(t, 1, n.take(chaintest.Next(chaintest.After(n.root(), long...), bob)).Added, "longer still")
	n.requireTip(short[14])
}

// A snapshot stays what it was, whatever becomes of the chain: longer, or
// another one from any height on.
func TestSnapshotStays(t *testing.T) {
	n := newNetwork(t)
	var snapshots []chain.Snapshot
	var lists [][]chain.Ref
	for length := 1; length < 12; length++ {
		n.take(chaintest.Branch(n.root(), types.Address{byte(length)}, length)...)
		n.extend(1)
		snapshots, lists = append(snapshots, n.Snapshot()), append(lists, n.MainChain(0, 100))
	}
	for i, s := range snapshots {
		require.Equal(t, lists[i], slices.Collect(s.From(0, 100)))
		require.Equal(t, lists[i][1:2], slices.Collect(s.From(1, 1)))
		require.Empty(t, slices.Collect(s.From(s.Tip.Height+1, 1)))
		require.Equal(t, s.Tip.ID, lists[i][s.Tip.Height].ID)
	}
}

func TestReorgOfAnyDepth(t *testing.T) {
	overBoth(t, func(t *testing.T, n *network) {
		pay := chaintest.Transfer(types.NamedKey("alice"), n.root().ID, 0, bob, 7, 1)
		n.take(chaintest.Next(n.Tip(), alice, pay))
		n.extend(11)
		states := []consensus.State{n.root()} // by height, of the main chain
		for _, ref := range n.MainChain(1, 12) {
			h, _ := n.Header(ref.ID)
			states = append(states, states[len(states)-1].After(h.Header))
		}
		for depth := 1; depth <= 12; depth++ {
			base := states[len(states)-1-depth]
			branch := chaintest.Branch(base, types.Address{byte(depth)}, depth+1)
			change := n.take(branch...)
			require.Equal(t, chain.Change{Added: depth + 1, Moved: true, Reverted: depth, Tip: n.Tip()}, change)
			n.requireTip(branch[depth])
			requireSound(t, n.Chain, n.store)
			states = states[:len(states)-depth]
			for _, b := range branch {
				states = append(states, states[len(states)-1].After(b.Header))
			}
		}
	})
}

func TestReorgTakesTransfersBackAndMakesThemAgain(t *testing.T) {
	n := newNetwork(t)
	pay := chaintest.Transfer(types.NamedKey("alice"), n.root().ID, 0, bob, types.Coin, 0)
	n.take(chaintest.Next(n.root(), carol, pay))
	require.Equal(t, chaintest.Balance+types.Coin, n.balance(bob))
	empty := chaintest.Branch(n.root(), carol, 2)
	n.take(empty...)
	require.Equal(t, chaintest.Balance, n.balance(bob))
	n.take(chaintest.Next(n.Tip(), carol, pay))
	require.Equal(t, chaintest.Balance+types.Coin, n.balance(bob))
	_, at := n.refuse(chaintest.Next(n.Tip(), carol, pay))
	require.ErrorIs(t, at, consensus.ErrSequenceUsed)
}

func TestInvalidBlockInABatch(t *testing.T) {
	for name, spoil := range map[string]func(*network, consensus.State) types.Block{
		"malformed": func(_ *network, s consensus.State) types.Block { return malformed(s) },
		"overdraft": func(n *network, s consensus.State) types.Block { return overdraft(n.genesis, s) },
		"forged":    func(n *network, s consensus.State) types.Block { return forgery(n.genesis, s) },
	} {
		t.Run(name, func(t *testing.T) {
			n := newNetwork(t)
			good := chaintest.Branch(n.root(), alice, 3)
			state := chaintest.After(n.root(), good...)
			wrong := spoil(n, state)
			after := chaintest.Branch(state.After(wrong.Header), alice, 2)

			change, at := n.refuse(slices.Concat(good, []types.Block{wrong}, after)...)
			require.True(t, chain.Invalid(at))
			require.Equal(t, chain.Ref{Height: 4, ID: wrong.Hash()}, at.Ref)
			require.Equal(t, 3, change.Added)
			require.True(t, change.Moved)
			n.requireTip(good[2])

			_, at = n.refuse(wrong)
			require.ErrorIs(t, at, chain.ErrInvalidAncestor, "it costs nothing more")
			_, at = n.refuse(after[0])
			require.ErrorIs(t, at, chain.ErrInvalidAncestor)
			require.True(t, chain.Invalid(at))
			require.ErrorIs(t, n.AddHeaders(headersOf(after)), chain.ErrInvalidAncestor)
			n.extend(2)
		})
	}
}

// A block whose transactions somebody has swapped, also for others that are
// signed well, is no fault of the header, and the true one is still taken.
func TestSwappedTransactionsInABatch(t *testing.T) {
	n := newNetwork(t)
	blocks := chaintest.Branch(n.root(), alice, 3)
	swapped := slices.Clone(blocks)
	pay := chaintest.Transfer(types.NamedKey("alice"), n.root().ID, 0, bob, 1, 0)
	swapped[1].Transactions = append(slices.Clone(blocks[1].Transactions), pay)
	change, at := n.refuse(swapped...)
	require.True(t, consensus.Mutated(at))
	require.Equal(t, 1, change.Added)
	n.take(blocks...)
	n.requireTip(blocks[2])
}

func TestBadHeaderIsNotRemembered(t *testing.T) {
	n := newNetwork(t)
	b := chaintest.Next(n.Tip(), alice)
	b.Bits--
	chaintest.Solve(&b)
	_, at := n.refuse(b)
	require.ErrorIs(t, at, consensus.ErrBits)
	require.True(t, chain.Invalid(at))
	_, known := n.Header(b.Hash())
	require.False(t, known)
}

// An invalid block on a side branch shows only when the branch gets heavier.
func TestInvalidSideBranchIsFoundOnConnecting(t *testing.T) {
	n := newNetwork(t)
	main := n.extend(4)
	good := chaintest.Branch(n.root(), bob, 2)
	wrong := overdraft(n.genesis, chaintest.After(n.root(), good...))
	state := chaintest.After(n.root(), append(good, wrong)...)
	rest := chaintest.Branch(state, bob, 3)
	side := append(append(good, wrong), rest...)
	require.Equal(t, 4, n.take(side[:4]...).Added, "as heavy as the main chain: not looked at yet")
	require.NoError(t, n.AddHeaders(headersOf(side)))
	require.Equal(t, side[5].Hash(), n.HeadersTip().ID)

	change, at := n.refuse(side[4])
	require.ErrorIs(t, at, consensus.ErrOverspend)
	require.Equal(t, chain.Ref{Height: 3, ID: wrong.Hash()}, at.Ref)
	require.Equal(t, chain.Change{Tip: n.Tip()}, change)
	n.requireTip(main[3])
	require.Equal(t, main[3].Hash(), n.HeadersTip().ID, "the header tip falls back")
	for i, b := range side {
		h, ok := n.Header(b.Hash())
		require.True(t, ok)
		require.Equal(t, i < 2, h.Valid, "block %d of the branch", i)
	}
	for _, b := range side[2:] {
		_, at = n.refuse(b)
		require.ErrorIs(t, at, chain.ErrInvalidAncestor)
	}

	repaired := chaintest.Branch(chaintest.After(n.root(), good...), carol, 3)
	n.take(repaired...)
	n.requireTip(repaired[2])
}

// What came before the block that failed stays, also when the block to blame
// was stored long ago.
func TestBatchKeepsWhatCameBeforeWhenAnOldBlockIsToBlame(t *testing.T) {
	n := newNetwork(t)
	main := n.extend(2)
	wrong := overdraft(n.genesis, n.root())
	n.take(wrong)
	rest := chaintest.Branch(chaintest.After(n.root(), wrong), bob, 3)
	good := chaintest.Next(n.Tip(), bob)
	change, at := n.refuse(good, rest[0], rest[1], rest[2])
	require.ErrorIs(t, at, consensus.ErrOverspend)
	require.Equal(t, wrong.Hash(), at.ID)
	n.requireTip(good)
	require.True(t, change.Moved)
	require.NotEqual(t, main[1].Hash(), n.Tip().ID)
	h, _ := n.Header(rest[1].Hash())
	require.False(t, h.Valid)
}

// The error is about the block at which the batch stopped, not about a later
// one whose header happens to be no good.
func TestErrorIsAboutTheFirstBlockThatCannotBeTaken(t *testing.T) {
	n := newNetwork(t)
	blocks := chaintest.Branch(n.root(), alice, 3)
	blocks[2].Bits--
	chaintest.Solve(&blocks[2])
	require.NoError(t, n.AddHeaders(headersOf(blocks[:1])))
	_, at := n.refuse(blocks[1], blocks[2])
	require.Equal(t, blocks[1].Hash(), at.ID)
	_, err := n.AddBlocks(blocks[1], blocks[2])
	require.ErrorIs(t, err, chain.ErrUnknownParent)
	require.False(t, chain.Invalid(err))
}

// An invalid block in the same batch as the one that makes its branch heavier.
func TestInvalidSideBranchInOneBatch(t *testing.T) {
	n := newNetwork(t)
	main := n.extend(2)
	good := chaintest.Branch(n.root(), bob, 1)
	wrong := overdraft(n.genesis, chaintest.After(n.root(), good...))
	rest := chaintest.Branch(chaintest.After(n.root(), good[0], wrong), bob, 2)
	change, at := n.refuse(good[0], wrong, rest[0], rest[1])
	require.ErrorIs(t, at, consensus.ErrOverspend)
	require.Equal(t, wrong.Hash(), at.ID)
	require.Equal(t, chain.Change{Added: 1, Tip: n.Tip()}, change)
	n.requireTip(main[1])
	_, at = n.refuse(wrong)
	require.ErrorIs(t, at, chain.ErrInvalidAncestor)
}

// Anybody can put other transactions under a good header.
func TestMutatedBodyDoesNotCondemnTheBlock(t *testing.T) {
	pays := func(n *network) []types.Transaction {
		id, key := n.root().ID, types.NamedKey("alice")
		return []types.Transaction{chaintest.Transfer(key, id, 0, bob, 1, 0), chaintest.Transfer(key, id, 1, bob, 1, 0)}
	}
	for name, mutate := range map[string]func(b *types.Block){
		"another coinbase":    func(b *types.Block) { b.Transactions[0].Recipient = bob },
		"one fewer":           func(b *types.Block) { b.Transactions = b.Transactions[:2] },
		"none":                func(b *types.Block) { b.Transactions = nil },
		"the last one twice":  func(b *types.Block) { b.Transactions = append(b.Transactions, b.Transactions[2]) },
		"a broken signature":  func(b *types.Block) { b.Transactions[1].Signature[0] ^= 1 },
		"a height of another": func(b *types.Block) { b.Transactions[0].Sequence = 99 },
	} {
		t.Run(name, func(t *testing.T) {
			for _, place := range []string{"tip", "side branch", "known header"} {
				n := newNetwork(t)
				good := chaintest.Next(n.root(), carol, pays(n)...)
				switch place {
				case "side branch":
					n.extend(1)
				case "known header":
					require.NoError(t, n.AddHeaders([]types.Header{good.Header}))
				}
				wrong := good
				wrong.Transactions = slices.Clone(good.Transactions)
				mutate(&wrong)
				require.Equal(t, good.Hash(), wrong.Hash())
				_, at := n.refuse(wrong)
				require.True(t, chain.Invalid(at), "whoever sent it is to blame")
				require.True(t, consensus.Mutated(at))

				require.Equal(t, 1, n.take(good).Added, place)
				more := chaintest.Branch(chaintest.After(n.root(), good), bob, 2)
				n.take(more...)
				n.requireTip(more[1])
			}
		})
	}
}

func TestBlockFromTheFutureIsNobodysFault(t *testing.T) {
	n := newNetwork(t)
	limit := n.now.Add(n.genesis.Params.MaxFuture()).Unix()
	early := chaintest.Mine(n.Tip(), alice, uint32(limit)+1)
	_, at := n.refuse(early)
	require.ErrorIs(t, at, consensus.ErrTimeTooNew)
	require.False(t, chain.Invalid(at))
	require.ErrorIs(t, n.AddHeaders([]types.Header{early.Header}), consensus.ErrTimeTooNew)
	_, err := n.Replace([]types.Block{n.genesis.Block, early})
	require.ErrorIs(t, err, consensus.ErrTimeTooNew)

	n.now = n.now.Add(2e9)
	n.take(early)
	n.requireTip(early)
}

func TestReplace(t *testing.T) {
	n := newNetwork(t)
	n.extend(3)
	better := append([]types.Block{n.genesis.Block}, chaintest.Branch(n.root(), bob, 5)...)
	change, err := n.Replace(better)
	require.NoError(t, err)
	require.Equal(t, chain.Change{Added: 5, Moved: true, Reverted: 3, Tip: n.Tip()}, change)
	n.requireTip(better[5])

	for _, worse := range [][]types.Block{better, better[:3], {n.genesis.Block}} {
		change, err = n.Replace(worse)
		require.ErrorIs(t, err, chain.ErrNotBetter)
		require.False(t, chain.Invalid(err))
		require.Equal(t, chain.Change{Tip: n.Tip()}, change)
	}
}

func TestReplaceTakesAllOrNothing(t *testing.T) {
	n := newNetwork(t)
	main := n.extend(2)
	good := chaintest.Branch(n.root(), bob, 4)
	state := chaintest.After(n.root(), good...)
	for name, wrong := range map[string]types.Block{"malformed": malformed(state), "overdraft": overdraft(n.genesis, state)} {
		_, err := n.Replace(slices.Concat([]types.Block{n.genesis.Block}, good, []types.Block{wrong}))
		require.True(t, chain.Invalid(err), name)
		var at *chain.BlockError
		require.ErrorAs(t, err, &at)
		require.Equal(t, chain.Ref{Height: 5, ID: wrong.Hash()}, at.Ref)
		n.requireTip(main[1])
		h, _ := n.Header(good[0].Hash())
		require.False(t, h.Stored, "nothing of it was kept")
	}
	broken := slices.Clone(good)
	broken[2].Previous[0] ^= 1
	chaintest.Solve(&broken[2])
	_, err := n.Replace(append([]types.Block{n.genesis.Block}, broken...))
	require.ErrorIs(t, err, consensus.ErrParent)

	_, err = n.Replace(append([]types.Block{n.genesis.Block}, good...))
	require.NoError(t, err)
	n.requireTip(good[3])
}

func TestReplaceStartsWithOurGenesis(t *testing.T) {
	n := newNetwork(t)
	other := chaintest.Genesis(func(d *genesis.Description) { d.Name = "other" })
	theirs := append([]types.Block{other.Block}, chaintest.Branch(other.State(), bob, 3)...)
	for _, wrong := range [][]types.Block{nil, theirs, chaintest.Branch(n.root(), bob, 3)} {
		_, err := n.Replace(wrong)
		require.ErrorIs(t, err, consensus.ErrGenesis)
	}
}

func TestStoreOfAnotherNetwork(t *testing.T) {
	n := newNetwork(t)
	other := chaintest.Genesis(func(d *genesis.Description) { d.Name = "other" })
	_, err := chain.Open(n.store, other, chaintest.Now)
	require.ErrorIs(t, err, chain.ErrWrongNetwork)
}

func TestResumeAfterReorgsWithSideBranches(t *testing.T) {
	overBoth(t, func(t *testing.T, n *network) {
		main := n.extend(15)
		n.take(chaintest.Branch(chaintest.After(n.root(), main[:3]...), bob, 5)...)
		n.take(chaintest.Branch(chaintest.After(n.root(), main[:10]...), carol, 8)...)
		before := n.Tip()
		n.Chain = n.reopened()
		require.Equal(t, before, n.Tip())
		n.take(chaintest.Branch(chaintest.After(n.root(), main...), alice, 4)...)
		n.requireTip(chaintest.Branch(chaintest.After(n.root(), main...), alice, 4)[3])
	})
}
