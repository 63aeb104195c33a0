package mempool

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

func withSequence(n uint64) func(*types.Transaction) {
	return func(t *types.Transaction) { t.Sequence = n }
}

func withAmount(a types.Amount) func(*types.Transaction) {
	return func(t *types.Transaction) { t.Amount = a }
}

func withRecipient(name string) func(*types.Transaction) {
	return func(t *types.Transaction) { t.Recipient = addresses[name] }
}

func withFee(a types.Amount) func(*types.Transaction) {
	return func(t *types.Transaction) { t.Fee = a }
}

// withData makes the encoding n bytes longer and leaves the fee alone.
func withData(n int) func(*types.Transaction) {
	return func(t *types.Transaction) { t.Data = chaintest.Data(n) }
}

// Each case alters a transfer that is taken without it. One transfer of alice
// is in the chain, two more are pending.
func TestAddRefuses(t *testing.T) {
	w := newWorld(t)
	used := w.transfer("alice", 0, testFee)
	w.mine(w.chain.Tip(), "miner", used)
	first, second := w.transfer("alice", 1, testFee), w.transfer("alice", 2, testFee)
	w.add(first, second)
	left := chaintest.Balance - 3*(types.Coin+first.Fee)

	third := func(change ...func(*types.Transaction)) types.Transaction {
		return w.transfer("alice", 3, testFee, append([]func(*types.Transaction){withAmount(left / 2)}, change...)...)
	}
	coinbase, forged, foreign := third(), third(), third()
	coinbase.Kind = types.Coinbase
	forged.Signature[0] ^= 1
	foreign.Sign(keys["alice"], types.Hash{1})
	early := third(withSequence(4))
	early.Signature[0] ^= 1

	cases := []struct {
		name string
		bad  types.Transaction
		want error
	}{
		{"known", second, ErrKnown},
		{"in the chain", used, consensus.ErrSequenceUsed},
		{"sequence gap", third(withSequence(4)), consensus.ErrSequenceGap},
		{"overspend", third(withAmount(left - first.Fee + 1)), consensus.ErrOverspend},
		{"zero amount", third(withAmount(0)), consensus.ErrZeroAmount},
		{"amount range", third(withAmount(types.MaxAmount)), consensus.ErrAmountRange},
		{"data", third(func(t *types.Transaction) { t.Data = []byte("{ }") }), consensus.ErrData},
		{"size", third(withData(types.MaxTransactionSize)), consensus.ErrTransactionLen},
		{"replaces for the same fee", third(withSequence(2)), ErrFeeTooLow},
		{"coinbase", coinbase, consensus.ErrExtraCoinbase},
		{"signature before a gap, which may close", early, consensus.ErrSignature},
		{"signature", forged, consensus.ErrSignature},
		{"another network", foreign, consensus.ErrSignature},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			require.ErrorIs(t, w.pool.Add(c.bad), c.want)
			w.check()
			w.pending(first, second)
		})
	}
	good := third(withAmount(left - first.Fee))
	w.add(good)
	w.pending(first, second, good)
}

// The next number counts what is mined and what is pending.
func TestNextSequence(t *testing.T) {
	w := newWorld(t)
	for want := range uint64(4) {
		next, err := w.pool.NextSequence(types.NamedAddress("alice"))
		require.NoError(t, err)
		require.Equal(t, want, next)
		transfer := w.transfer("alice", next, testFee)
		w.add(transfer)
		if want == 1 {
			w.mine(w.chain.Tip(), "miner", w.pool.BySender(transfer.Sender())...)
		}
	}
	next, err := w.pool.NextSequence(types.NamedAddress("bob"))
	require.NoError(t, err)
	require.Zero(t, next)
}

func TestAddDoesNotCountPendingIncome(t *testing.T) {
	w := newWorld(t)
	toErin := func(t *types.Transaction) { t.Recipient = addresses["erin"] }
	w.add(w.transfer("alice", 0, testFee, toErin, withAmount(5*types.Coin)))
	require.ErrorIs(t, w.pool.Add(w.transfer("erin", 0, testFee)), consensus.ErrOverspend)
	w.mine(w.chain.Tip(), "miner", w.template(types.MaxBlockSize)...)
	w.add(w.transfer("erin", 0, testFee))
}

func TestAddKeepsItsOwnData(t *testing.T) {
	w := newWorld(t)
	transfer := w.transfer("alice", 0, testFee, withData(8))
	id := transfer.ID()
	w.add(transfer)
	transfer.Data[0] = '2'
	got, ok := w.pool.Get(id)
	require.True(t, ok)
	require.Equal(t, id, got.ID())
}

func TestReplace(t *testing.T) {
	w := newWorld(t)
	first, second, third := w.transfer("alice", 0, testFee), w.transfer("alice", 1, testFee), w.transfer("alice", 2, testFee)
	w.add(first, second, third)
	least, ok := replacementFee(feeRate{second.Fee, second.Size()}, second.Size())
	require.True(t, ok)

	require.ErrorIs(t, w.pool.Add(w.transfer("alice", 1, 0, withFee(least-1))), ErrFeeTooLow)
	// Four times the size for twice the fee is less a byte.
	require.ErrorIs(t, w.pool.Add(w.transfer("alice", 1, 2*testFee, withData(3*second.Size()))), ErrFeeTooLow)
	// Nothing is left for the third.
	dear := w.transfer("alice", 1, 2*testFee, withAmount(chaintest.Balance-4*types.Coin))
	w.add(dear)
	require.ErrorIs(t, w.pool.Add(w.transfer("alice", 1, 4*testFee, withAmount(chaintest.Balance-2*types.Coin))), consensus.ErrOverspend)
	w.pending(first, dear, third)

	// All that is left besides the first and the third, and one unit more.
	least, ok = replacementFee(feeRate{dear.Fee, dear.Size()}, dear.Size())
	require.True(t, ok)
	most := chaintest.Balance - 2*(types.Coin+first.Fee) - least
	require.ErrorIs(t, w.pool.Add(w.transfer("alice", 1, 0, withFee(least), withAmount(most+1))), consensus.ErrOverspend)
	dear = w.transfer("alice", 1, 0, withFee(least), withAmount(most))
	w.add(dear)
	w.pending(first, dear, third)

	cheap := w.transfer("alice", 1, 8*testFee)
	w.add(cheap)
	w.pending(first, cheap, third)
	require.Equal(t, ids([]types.Transaction{first, cheap, third}), ids(w.pool.BySender(addresses["alice"])))
	require.False(t, w.pool.Has(dear.ID()))
	w.template(types.MaxBlockSize)
}

func TestSenderHasALimit(t *testing.T) {
	w := newWorld(t, func(l *Limits) { l.PerSender = 2 })
	w.add(w.transfer("alice", 0, testFee), w.transfer("alice", 1, testFee))
	require.ErrorIs(t, w.pool.Add(w.transfer("alice", 2, testFee)), ErrTooMany)
	w.add(w.transfer("alice", 1, 2*testFee), w.transfer("bob", 0, testFee))
}

func TestFullPoolEvictsTheWorstTail(t *testing.T) {
	w := newWorld(t, func(l *Limits) { l.Count = 3 })
	// A high fee behind a low one comes with it, and so ranks no higher.
	low, behind := w.transfer("alice", 0, testFee), w.transfer("alice", 1, 9*testFee)
	bob := w.transfer("bob", 0, 2*testFee)
	w.add(low, behind, bob)

	require.ErrorIs(t, w.pool.Add(w.transfer("carol", 0, testFee)), ErrFull)
	require.ErrorIs(t, w.pool.Add(w.transfer("alice", 2, 9*testFee)), ErrFull, "it would come after low")
	w.pending(low, behind, bob)

	carol := w.transfer("carol", 0, 3*testFee)
	w.add(carol)
	w.pending(low, bob, carol)
	dave := w.transfer("dave", 0, 3*testFee)
	w.add(dave)
	w.pending(bob, carol, dave)

	again := w.transfer("bob", 0, 4*testFee)
	w.add(again)
	w.pending(again, carol, dave)
}

func TestEvictionGoesFromQueueToQueue(t *testing.T) {
	w := newWorld(t, func(l *Limits) { l.Count = 4 })
	a0, a1 := w.transfer("alice", 0, 5*testFee), w.transfer("alice", 1, testFee)
	b0, b1 := w.transfer("bob", 0, 4*testFee), w.transfer("bob", 1, 2*testFee)
	w.add(a0, a1, b0, b1)
	c0, c1, c2 := w.transfer("carol", 0, 6*testFee), w.transfer("carol", 1, 6*testFee), w.transfer("carol", 2, 6*testFee)
	w.add(c0)
	w.pending(a0, b0, b1, c0)
	w.add(c1)
	w.pending(a0, b0, c0, c1)
	w.add(c2)
	w.pending(a0, c0, c1, c2)
}

// A large transfer takes the room of several, or of none.
func TestFullPoolEvictsForALargeTransferAllOrNothing(t *testing.T) {
	const large = 4 << 10
	w := newWorld(t, func(l *Limits) { l.Bytes = footprint(1, types.MaxTransactionSize); l.PerSender = 1000 })
	var list []types.Transaction
	for n := uint64(0); w.hasRoom(); n++ {
		// bob's, half of all, are worth more.
		sender, rate := "alice", testFee
		if n%2 == 1 {
			sender, rate = "bob", 3*testFee
		}
		list = append(list, w.transfer(sender, n/2, rate))
		w.add(list[n])
	}
	big := func(n, rate int) types.Transaction {
		return w.transfer("carol", 0, 0, withData(n), withFee(types.Amount(rate*(minTransfer+n))))
	}
	require.ErrorIs(t, w.pool.Add(big(types.MaxTransactionSize-minTransfer, 2*testFee)), ErrFull)
	w.check()
	w.pending(list...)
	w.add(big(large, 2*testFee))
	require.Len(t, w.pool.BySender(addresses["bob"]), len(list)/2)
	require.Less(t, len(w.pool.BySender(addresses["alice"])), len(list)/2)
}

// A replacement that grows makes room by what ranks lower, its own followers
// among them; one that cannot leaves all as it was.
func TestReplacementThatGrowsInAFullPool(t *testing.T) {
	w := newWorld(t, func(l *Limits) { l.Bytes = footprint(1, types.MaxTransactionSize); l.PerSender = 1000 })
	alice := w.transfer("alice", 0, testFee)
	w.add(alice, w.transfer("alice", 1, testFee))
	for n := uint64(0); w.hasRoom(); n++ {
		w.add(w.transfer("bob", n, 9*testFee))
	}
	before := listed(w.pool, 0, w.pool.Len())
	grown := func(n int) types.Transaction {
		return w.transfer("alice", 0, 0, withData(n), withFee(types.Amount(2*testFee*(minTransfer+n))))
	}
	require.ErrorIs(t, w.pool.Add(grown(2*footprint(1, minTransfer))), ErrFull)
	w.check()
	w.pending(before...)
	w.add(grown(footprint(1, minTransfer) * 4 / 5))
	require.Len(t, w.pool.BySender(addresses["alice"]), 1)
	require.Equal(t, len(before)-1, w.pool.Len())
}

func TestListAndTemplateAreInOrderOfFees(t *testing.T) {
	w := newWorld(t)
	a0, a1 := w.transfer("alice", 0, 2*testFee), w.transfer("alice", 1, 9*testFee)
	b0, b1 := w.transfer("bob", 0, 5*testFee), w.transfer("bob", 1, testFee)
	w.add(a0, b0)
	w.clock = w.clock.Add(time.Second)
	c0 := w.transfer("carol", 0, 2*testFee)
	w.add(b1, a1, c0)
	want := ids([]types.Transaction{b0, a0, a1, c0, b1})
	// Of equal rates the older comes first, but a1 is no older than c0: which of
	// the two is first follows from their senders.
	got := ids(w.template(types.MaxBlockSize))
	require.ElementsMatch(t, want[2:4], got[2:4])
	copy(want[2:4], got[2:4])
	require.Equal(t, want, got)
	require.Equal(t, want, ids(listed(w.pool, 0, 100)))
	require.Equal(t, want[1:3], ids(listed(w.pool, 1, 2)))
	require.Empty(t, listed(w.pool, 5, 2))
	require.Empty(t, listed(w.pool, -1, -1))
	require.Equal(t, want, w.pool.IDs(100))
	require.Equal(t, want[:2], w.pool.IDs(2))
	require.Empty(t, w.pool.IDs(-1))
}

func TestTemplateFillsItsRoom(t *testing.T) {
	w := newWorld(t)
	large := w.transfer("alice", 0, 0, withData(1000), withFee(types.Coin))
	behind, small := w.transfer("alice", 1, 2*testFee), w.transfer("bob", 0, testFee)
	w.add(large, behind, small)
	require.Equal(t, ids([]types.Transaction{small}), ids(w.template(large.Size()-1)))
	require.Equal(t, ids([]types.Transaction{large}), ids(w.template(large.Size())))
	require.Equal(t, ids([]types.Transaction{large, behind}), ids(w.template(large.Size()+minTransfer)))
	require.Empty(t, w.template(0))
}
