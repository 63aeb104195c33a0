package mempool

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// addLocal adds what must be taken, and kept.
func (w *world) addLocal(list ...types.Transaction) {
	for _, t := range list {
		require.NoError(w.t, w.pool.AddLocal(t))
	}
	w.check()
}

// local requires that exactly these are local at the tip.
func (w *world) local(want ...types.Transaction) {
	tip, list, _ := w.pool.Kept()
	require.Equal(w.t, w.pool.tip.ID, tip)
	require.ElementsMatch(w.t, ids(want), ids(list))
}

func TestLocalTransfersAreNotEvicted(t *testing.T) {
	w := newWorld(t, func(l *Limits) { l.Count = 4 })
	a0, a1, b0 := w.transfer("alice", 0, 0), w.transfer("alice", 1, 0), w.transfer("bob", 0, testFee)
	w.add(a0)
	w.addLocal(a1)
	w.add(b0, w.transfer("carol", 0, 2*testFee))
	w.local(a0, a1)
	better := w.transfer("dave", 0, 3*testFee)
	w.add(better)
	require.False(t, w.pool.Has(b0.ID()))
	require.True(t, w.pool.Has(a0.ID()), "what comes before a local transfer is local")
	require.ErrorIs(t, w.pool.Add(w.transfer("bob", 0, testFee)), ErrFull)
	_, status := w.pool.Entries(0, 0)
	require.Positive(t, status.LeastRate)
	w.add(w.transfer("bob", 0, 9*testFee))
	w.local(a0, a1)
}

func TestPoolThatIsFullOfLocalTransfers(t *testing.T) {
	w := newWorld(t, func(l *Limits) { l.Count = 1 })
	a0 := w.transfer("alice", 0, testFee)
	w.addLocal(a0)
	require.ErrorIs(t, w.pool.Add(w.transfer("bob", 0, 2*testFee)), ErrFull)
	w.pending(a0)
	_, status := w.pool.Entries(0, 0)
	require.Zero(t, status.LeastRate, "no fee would help")
}

// Who could not be promised to be kept is refused, and nothing is lost for it.
func TestRoomForLocalTransfersIsBounded(t *testing.T) {
	w := newWorld(t, func(l *Limits) { l.Count = 8 })
	var promised []types.Transaction
	for n := range uint64(6) {
		promised = append(promised, w.transfer("alice", n, 0))
	}
	w.add(promised[:5]...)
	w.addLocal(promised[5])
	more := w.transfer("bob", 0, 9*testFee)
	require.ErrorIs(t, w.pool.AddLocal(more), ErrFull)
	w.add(more)
	w.local(promised...)
	w.mine(w.chain.Tip(), "miner", promised[0])
	w.sync()
	w.addLocal(w.transfer("carol", 0, 0))
}

func TestLocalTransfersDoNotExpire(t *testing.T) {
	w := newWorld(t, func(l *Limits) { l.Expiry = time.Hour })
	a0, a1, a2 := w.transfer("alice", 0, 0), w.transfer("alice", 1, 0), w.transfer("alice", 2, 0)
	w.add(a0)
	w.addLocal(a1)
	w.add(a2, w.transfer("bob", 0, 0))
	w.clock = w.clock.Add(time.Hour + 1)
	w.sync()
	w.pending(a0, a1)
	require.False(t, w.pool.set.expired(w.clock), "nothing is left that could expire")
}

func TestParkedLocalTransfersAreAllKept(t *testing.T) {
	w := newWorld(t, func(l *Limits) { l.Expiry = time.Hour; l.PerSender = 1200 })
	base := w.chain.Tip()
	w.mine(base, "erin")
	var promised []types.Transaction
	for n := range uint64(1200) {
		promised = append(promised, w.transfer("erin", n, 0, withAmount(1)))
	}
	w.addLocal(promised...)
	right := w.mine(w.mine(base, "right"), "right")
	w.sync()
	w.pending()
	w.local(promised...)
	w.clock = w.clock.Add(time.Hour + 1)
	w.mine(right, "right", w.transfer("alice", 0, 0, withRecipient("erin")))
	w.sync()
	w.pending(promised...)
}

// The sender has chosen: what it chose last is kept, whoever was told of it.
func TestReplacementOfALocalTransferIsLocal(t *testing.T) {
	w := newWorld(t)
	a0, b0, b1 := w.transfer("alice", 0, testFee), w.transfer("bob", 0, testFee), w.transfer("bob", 1, testFee)
	w.addLocal(a0, b0, b1)
	otherA, otherB := w.transfer("alice", 0, 3*testFee), w.transfer("bob", 0, 3*testFee)
	w.add(otherA, otherB)
	w.local(otherA, otherB, b1)
}

// A local transfer for which a queue has no room after a replacement is parked.
func TestLocalTransfersBehindALargerReplacementAreKept(t *testing.T) {
	w := newWorld(t, func(l *Limits) { l.Bytes = footprint(1, types.MaxTransactionSize) })
	size := types.MaxTransactionSize / 3
	a0, a1 := w.transfer("alice", 0, 0, withData(10)), w.transfer("alice", 1, 0, withData(size))
	w.addLocal(a0, a1)
	large := w.transfer("alice", 0, 9*testFee, withData(types.MaxTransactionSize-500))
	require.NoError(t, w.pool.Add(large))
	w.check()
	require.True(t, w.pool.Has(a1.ID()))
	w.mine(w.chain.Tip(), "miner", a0)
	w.sync()
	w.pending(a1)
}

func TestChoiceInPlaceOfAParkedLocalTransferIsLocal(t *testing.T) {
	w := newWorld(t)
	base := w.chain.Tip()
	w.mine(base, "erin")
	large := w.transfer("erin", 0, 0, withAmount(types.Coin*3/2))
	w.addLocal(large)
	right := w.mine(w.mine(base, "right"), "right", w.transfer("alice", 0, 0, withRecipient("erin")))
	w.sync()
	small := w.transfer("erin", 0, testFee, withAmount(types.Coin/2))
	w.add(small)
	w.mine(right, "right")
	w.sync()
	require.False(t, w.pool.Has(large.ID()))
	w.local(small)
}

// A reorg gives back what it took: what was local is, and the rest is not.
func TestWhatWasLocalIsLocalAfterAReorg(t *testing.T) {
	w := newWorld(t)
	base := w.chain.Tip()
	a0, b0 := w.transfer("alice", 0, 0), w.transfer("bob", 0, 0)
	w.addLocal(a0)
	w.add(b0)
	left := w.mine(base, "left", a0, b0)
	w.sync()
	w.local()
	right := w.mine(w.mine(base, "right"), "right")
	w.sync()
	w.local(a0)
	w.pending(a0, b0)
	w.mine(w.mine(left, "left"), "left")
	w.sync()
	w.mine(w.mine(right, "right"), "right")
	w.sync()
	w.local(a0)
}

// A pool that starts anew learns from whoever kept them which transfers of its chain
// are local.
func TestRestoredTransferOfTheChainIsLocalAfterAReorg(t *testing.T) {
	w := newWorld(t)
	base := w.chain.Tip()
	a0 := w.transfer("alice", 0, 0)
	w.mine(base, "left", a0)
	w.pool = newPool(w.pool.limits, w.chain, w.pool.now)
	require.ErrorIs(t, w.pool.Restore(a0, true), consensus.ErrSequenceUsed)
	w.mine(w.mine(base, "right"), "right")
	w.sync()
	w.local(a0)
}

func TestKeptNamesWhatAReorgUndid(t *testing.T) {
	w := newWorld(t)
	base := w.chain.Tip()
	a0, b0, c0 := w.transfer("alice", 0, 0), w.transfer("bob", 0, 0), w.transfer("carol", 0, 0)
	w.addLocal(a0)
	w.add(c0)
	w.mine(base, "left", b0)
	w.sync()
	w.mine(w.mine(base, "right"), "right")
	w.sync()
	_, local, undone := w.pool.Kept()
	require.Equal(t, ids([]types.Transaction{a0}), ids(local))
	require.Equal(t, ids([]types.Transaction{b0}), ids(undone))
}

// What a reorg put back is not dropped for lack of room, within bounds.
func TestUndoneTransfersWaitForRoom(t *testing.T) {
	w := newWorld(t, func(l *Limits) { l.PerSender = 2 })
	base := w.chain.Tip()
	var list []types.Transaction
	for n := range uint64(4) {
		list = append(list, w.transfer("alice", n, 0))
	}
	w.mine(base, "left", list...)
	w.sync()
	w.mine(w.mine(base, "right"), "right")
	w.sync()
	w.pending(list[:2]...)
	w.mine(w.chain.Tip(), "right", list[:2]...)
	w.sync()
	w.pending(list[2:]...)
}

// A pool that was lost with its process is made good from where it stood, however
// deep the reorg that came meanwhile.
func TestResumeBringsBackWhatReorgsUndid(t *testing.T) {
	w := newWorld(t)
	base := w.chain.Tip()
	a0, b0 := w.transfer("alice", 0, 0), w.transfer("bob", 0, 0)
	stood := w.mine(w.mine(base, "left", a0), "left", b0)
	_, err := w.chain.AddBlocks(chaintest.Branch(base, addresses["right"], 3)...)
	require.NoError(t, err)
	w.pool = newPool(w.pool.limits, w.chain, w.pool.now)
	w.pending()
	require.NoError(t, w.pool.Resume(stood.ID))
	w.pending(a0, b0)
	require.Equal(t, w.chain.Tip(), w.pool.tip)
}

// Blocks can be made at once where nothing has happened meanwhile.
func TestResumeFromTheTip(t *testing.T) {
	w := newWorld(t)
	a0 := w.transfer("alice", 0, 0)
	w.addLocal(a0)
	require.NoError(t, w.pool.Resume(w.chain.Tip().ID))
	state, transfers, err := w.pool.Template(types.MaxBlockSize)
	require.NoError(t, err)
	require.Equal(t, w.chain.Tip(), state)
	require.Equal(t, []types.Transaction{a0}, transfers)
}

func TestResumeFromABlockThatIsGone(t *testing.T) {
	w := newWorld(t)
	require.ErrorIs(t, w.pool.Resume(types.Hash{1}), chain.ErrNotFound)
	w.addLocal(w.transfer("alice", 0, 0))
	require.Equal(t, w.chain.Tip(), w.pool.tip)
}

// What was promised once is restored whatever stands in its way.
func TestRestoreKeepsWhatDoesNotFit(t *testing.T) {
	w := newWorld(t, func(l *Limits) { l.Count = 4; l.PerSender = 2 })
	var promised []types.Transaction
	for n := range uint64(6) {
		promised = append(promised, w.transfer("alice", n, 0))
	}
	for _, x := range promised {
		require.NoError(t, w.pool.Restore(x, true))
	}
	w.check()
	w.pending(promised[:2]...)
	w.local(promised...)
	forged := w.transfer("bob", 7, 0)
	forged.Signature[0]++
	require.Error(t, w.pool.Restore(forged, true))
	w.local(promised...)
	for range 3 {
		w.mine(w.chain.Tip(), "miner", w.template(types.MaxBlockSize)...)
		w.sync()
	}
	w.local()
}
