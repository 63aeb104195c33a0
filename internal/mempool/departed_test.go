package mempool

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// departed requires that a transfer waits no longer, for a reason, in favour of another.
func (w *world) departed(t types.Transaction, why error, by types.Hash) {
	require.False(w.t, w.pool.Has(t.ID()))
	one, known := w.pool.Departed(t.ID())
	require.True(w.t, known)
	require.ErrorIs(w.t, one.Why, why)
	require.Equal(w.t, t, one.Transaction)
	require.Equal(w.t, by, one.By)
}

func TestReplacedTransferIsRemembered(t *testing.T) {
	w := newWorld(t)
	first, second := w.transfer("alice", 0, testFee), w.transfer("alice", 0, 2*testFee)
	w.add(first, second)
	w.departed(first, ErrReplaced, second.ID())
	_, known := w.pool.Departed(second.ID())
	require.False(t, known)
}

// What a block holds is no loss; what it contradicts is, and by what is known if the
// block is at hand.
func TestOvertakenTransferIsRemembered(t *testing.T) {
	w := newWorld(t)
	held, lost := w.transfer("bob", 0, testFee), w.transfer("alice", 0, testFee)
	other := w.transfer("alice", 0, testFee, withAmount(2*types.Coin))
	w.add(held, lost)
	tip := w.mine(w.chain.Tip(), "miner", held, other)
	block, err := w.chain.Block(tip.ID)
	require.NoError(t, err)
	w.pool.Include([]types.Block{block})
	w.sync()
	w.departed(lost, consensus.ErrSequenceUsed, other.ID())
	_, known := w.pool.Departed(held.ID())
	require.False(t, known)
}

// A double spend that a reorg brings about: the payment of the branch that lost was
// overtaken, whoever knows the blocks.
func TestDoubleSpendOfAReorgIsRemembered(t *testing.T) {
	w := newWorld(t)
	base := w.chain.Tip()
	paid, both := w.transfer("alice", 0, testFee), w.transfer("bob", 0, testFee)
	other := w.transfer("alice", 0, testFee, withRecipient("erin"))
	left := w.mine(base, "left", paid, both)
	w.sync()
	w.mine(w.mine(base, "right", other), "right", both)
	w.sync()
	w.pending()
	w.departed(paid, consensus.ErrSequenceUsed, other.ID())
	_, known := w.pool.Departed(both.ID())
	require.False(t, known, "it is in both branches")

	w.mine(w.mine(left, "left"), "left")
	w.sync()
	w.departed(other, consensus.ErrSequenceUsed, paid.ID())
}

func TestEvictedAndExpiredTransfersAreRemembered(t *testing.T) {
	w := newWorld(t, func(l *Limits) { l.Count = 1 })
	first, second := w.transfer("alice", 0, testFee), w.transfer("bob", 0, 2*testFee)
	w.add(first, second)
	w.departed(first, errEvicted, types.Hash{})
	w.clock = w.clock.Add(25 * time.Hour)
	w.pool.Expire(w.clock)
	w.departed(second, ErrExpired, types.Hash{})
}

// A parked transfer says what it lacks.
func TestParkedTransferSaysWhatItLacks(t *testing.T) {
	w := newWorld(t)
	base := w.chain.Tip()
	w.mine(base, "left", w.transfer("alice", 0, testFee, withAmount(10*types.Coin), withRecipient("erin")))
	first, second := w.transfer("erin", 0, testFee), w.transfer("erin", 1, testFee)
	w.add(first, second)
	_, parked := w.pool.Parked(first.ID())
	require.False(t, parked)
	w.mine(w.mine(base, "right"), "right")
	w.sync()
	for x, lack := range map[*types.Transaction]error{&first: consensus.ErrOverspend, &second: consensus.ErrSequenceGap} {
		lacks, parked := w.pool.Parked(x.ID())
		require.True(t, parked)
		require.ErrorIs(t, lacks, lack)
	}
}

func TestDeparturesAreBounded(t *testing.T) {
	var d departures
	size := footprint(1, types.MaxTransactionSize)
	large := types.Transaction{Kind: types.Transfer}
	large.Data = make([]byte, types.MaxTransactionSize-large.Size())
	for i := range byte(250) {
		d.add(types.Hash{i}, Departed{Transaction: large})
		d.add(types.Hash{i}, Departed{Transaction: large}) // as it departs once more
	}
	require.Len(t, d.byID, maxDepartedBytes/size)
	require.Equal(t, len(d.byID)*size, d.bytes)
	require.Contains(t, d.byID, types.Hash{249})
	for i := range uint64(2 * maxDeparted) {
		d.add(types.DoubleSHA256(fmt.Append(nil, i)), Departed{})
	}
	require.LessOrEqual(t, len(d.byID), maxDeparted)
	require.Len(t, d.order, len(d.byID))
	require.LessOrEqual(t, d.bytes, maxDepartedBytes)
}
