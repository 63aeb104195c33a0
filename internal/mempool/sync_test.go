package mempool

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

func TestSyncDropsWhatABlockIncluded(t *testing.T) {
	w := newWorld(t)
	a0, a1, b0 := w.transfer("alice", 0, testFee), w.transfer("alice", 1, testFee), w.transfer("bob", 0, testFee)
	w.add(a0, a1, b0)
	w.mine(w.chain.Tip(), "miner", a0)
	w.sync()
	w.pending(a1, b0)
	w.template(types.MaxBlockSize)
}

func TestSyncDropsWhatABlockContradicts(t *testing.T) {
	w := newWorld(t)
	a0, a1, a2 := w.transfer("alice", 0, testFee), w.transfer("alice", 1, testFee), w.transfer("alice", 2, testFee, withAmount(500*types.Coin))
	w.add(a0, a1, a2)
	// It leaves enough for a1, not for a2.
	w.mine(w.chain.Tip(), "miner", w.transfer("alice", 0, 0, withAmount(600*types.Coin)))
	w.sync()
	w.pending(a1)
}

func TestSyncPutsBackWhatAReorgUndid(t *testing.T) {
	w := newWorld(t)
	base := w.chain.Tip()
	a0, a1, a2 := w.transfer("alice", 0, testFee), w.transfer("alice", 1, testFee), w.transfer("alice", 2, testFee)
	b0, b1 := w.transfer("bob", 0, testFee), w.transfer("bob", 1, testFee)
	w.add(a0, a1, a2, b0, b1)
	left := w.mine(w.mine(base, "left", a0, b0), "left", a1)
	w.sync()
	w.pending(a2, b1)

	// The other branch has b0 too, and nothing of alice.
	right := w.mine(w.mine(w.mine(base, "right"), "right", b0), "right")
	w.sync()
	w.pending(a0, a1, a2, b1)
	require.Len(t, w.template(types.MaxBlockSize), 4)

	// Back again, on top of what was left.
	w.mine(w.mine(left, "left"), "left")
	w.sync()
	w.pending(a2, b1)
	require.Greater(t, w.chain.Tip().Height, right.Height)
}

func TestSyncOverAReorgToConflictingTransfers(t *testing.T) {
	w := newWorld(t)
	base := w.chain.Tip()
	a0, a1 := w.transfer("alice", 0, testFee), w.transfer("alice", 1, testFee)
	other := w.transfer("alice", 0, 2*testFee)
	w.add(a0, a1)
	left := w.mine(base, "left", a0)
	w.sync()
	w.mine(w.mine(base, "right", other), "right")
	w.sync()
	w.pending(a1)
	w.mine(w.mine(left, "left"), "left")
	w.sync()
	w.pending(a1)
}

// A reorg takes away what erin was paid, and with it what she could pay. Once
// she is paid again, the transfers that were accepted are pending again.
func TestSyncKeepsWhatLostItsCoinsAside(t *testing.T) {
	w := newWorld(t)
	base := w.chain.Tip()
	pay := w.transfer("alice", 0, testFee, withAmount(10*types.Coin), withRecipient("erin"))
	left := w.mine(base, "left", pay)
	e0, e1 := w.transfer("erin", 0, testFee), w.transfer("erin", 1, testFee)
	w.add(e0, e1)
	w.mine(left, "left", e0)
	w.sync()
	w.pending(e1)

	right := w.mine(w.mine(w.mine(base, "right"), "right"), "right")
	w.sync()
	w.pending(pay)
	require.True(t, w.pool.Has(e0.ID()))
	require.True(t, w.pool.Has(e1.ID()))
	require.ErrorIs(t, w.pool.Add(e0), ErrKnown)

	w.mine(right, "right", pay)
	w.sync()
	w.pending(e0, e1)
	require.Empty(t, w.pool.set.parked.byID)
}

// A sender who chooses another transfer meanwhile has chosen.
func TestAParkedTransferGivesWayToALaterChoice(t *testing.T) {
	w := newWorld(t)
	base := w.chain.Tip()
	left := w.mine(base, "erin")
	large := w.transfer("erin", 0, 9*testFee, withAmount(types.Coin*3/2))
	w.add(large)
	right := w.mine(w.mine(base, "right"), "right", w.transfer("alice", 0, 0, withRecipient("erin")))
	w.sync()
	w.pending()
	small := w.transfer("erin", 0, testFee, withAmount(types.Coin/2))
	w.add(small)
	w.pending(small)
	w.mine(right, "right", w.transfer("alice", 1, 0, withAmount(9*types.Coin), withRecipient("erin")))
	w.sync()
	w.pending(small)
	require.False(t, w.pool.Has(large.ID()))
	require.Greater(t, w.chain.Tip().Height, left.Height)
}

func TestParkedTransfersExpireAndAreBounded(t *testing.T) {
	w := newWorld(t, func(l *Limits) { l.Expiry = time.Hour; l.PerSender = 2 * maxParked })
	base := w.chain.Tip()
	w.mine(base, "erin")
	for n := range uint64(maxParked + 2) {
		require.NoError(t, w.pool.Add(w.transfer("erin", n, 0, withAmount(1))))
	}
	right := w.mine(w.mine(base, "right"), "right")
	w.sync()
	w.pending()
	require.Len(t, w.pool.set.parked.byID, maxParked)
	w.clock = w.clock.Add(time.Hour + 1)
	w.mine(right, "right")
	w.sync()
	require.Empty(t, w.pool.set.parked.byID)
}

func TestSyncHoldsTheLimitsAfterAReorg(t *testing.T) {
	w := newWorld(t, func(l *Limits) { l.Count = 3; l.PerSender = 2 })
	base := w.chain.Tip()
	a0, a1, b0 := w.transfer("alice", 0, 2*testFee), w.transfer("alice", 1, 2*testFee), w.transfer("bob", 0, testFee)
	w.add(a0, a1, b0)
	w.mine(base, "left", a0, a1, b0)
	a2, c0 := w.transfer("alice", 2, 9*testFee), w.transfer("carol", 0, 3*testFee)
	w.add(a2, c0)
	w.mine(w.mine(base, "right"), "right")
	w.sync()
	w.pending(a0, a1, c0)
}

func TestTransfersExpireWithThoseAfterThem(t *testing.T) {
	w := newWorld(t, func(l *Limits) { l.Expiry = time.Hour })
	a0, b0 := w.transfer("alice", 0, testFee), w.transfer("bob", 0, testFee)
	w.add(a0)
	w.clock = w.clock.Add(time.Minute)
	w.add(w.transfer("alice", 1, testFee), b0)
	w.clock = w.clock.Add(time.Hour - time.Minute)
	w.sync()
	require.Equal(t, 3, w.pool.Len())
	w.clock = w.clock.Add(1)
	w.sync()
	w.pending(b0)
	w.clock = w.clock.Add(time.Minute)
	w.sync()
	w.pending()
	w.add(a0)
}

// movingChain moves its tip between the pool's first question and the next.
type movingChain struct {
	Chain
	move func() // once
}

func (m *movingChain) UpdatesSince(id types.Hash) (chain.Updates, consensus.State, error) {
	updates, state, err := m.Chain.UpdatesSince(id)
	if move := m.move; move != nil {
		m.move = nil
		move()
	}
	return updates, state, err
}

func TestSyncStartsAgainIfTheTipMoves(t *testing.T) {
	w := newWorld(t)
	a0, b0 := w.transfer("alice", 0, testFee), w.transfer("bob", 0, testFee)
	w.add(a0, b0)
	below := w.mine(w.chain.Tip(), "miner", a0)
	w.pool.chain = &movingChain{w.chain, func() { w.mine(below, "miner", b0) }}
	w.sync()
	w.pending()
	require.Equal(t, w.chain.Tip(), w.pool.tip)
}

func TestAddLooksAtTheNewestTip(t *testing.T) {
	w := newWorld(t)
	a0 := w.transfer("alice", 0, testFee)
	w.pool.chain = &movingChain{w.chain, func() { w.mine(w.chain.Tip(), "miner", a0) }}
	require.ErrorIs(t, w.pool.Add(a0), consensus.ErrSequenceUsed)
	require.Equal(t, w.chain.Tip(), w.pool.tip)
}

// brokenChain fails to read.
type brokenChain struct {
	Chain
	updates, block, accounts error
}

func (b brokenChain) UpdatesSince(id types.Hash) (chain.Updates, consensus.State, error) {
	updates, state, err := b.Chain.UpdatesSince(id)
	return updates, state, errors.Join(err, b.updates)
}

func (b brokenChain) Block(id types.Hash) (types.Block, error) {
	block, err := b.Chain.Block(id)
	return block, errors.Join(err, b.block)
}

func (b brokenChain) Accounts(list ...types.Address) (consensus.Accounts, chain.Ref, error) {
	accounts, at, err := b.Chain.Accounts(list...)
	return accounts, at, errors.Join(err, b.accounts)
}

func TestAFailingStoreLeavesThePoolAsItWas(t *testing.T) {
	w := newWorld(t)
	base := w.chain.Tip()
	a0, a1 := w.transfer("alice", 0, testFee), w.transfer("alice", 1, testFee)
	w.add(a0, a1)
	w.mine(base, "left", a0)
	w.sync()
	w.mine(w.mine(base, "right"), "right")
	before, disk := w.pool.tip, errors.New("disk failed")
	for _, broken := range []brokenChain{{updates: disk}, {block: disk}, {accounts: disk}} {
		broken.Chain = w.chain
		w.pool.chain = broken
		require.ErrorIs(t, w.pool.Sync(), disk)
		require.ErrorIs(t, w.pool.Add(w.transfer("bob", 0, testFee)), disk)
		_, _, err := w.pool.Template(types.MaxBlockSize)
		require.ErrorIs(t, err, disk)
		w.pending(a1)
		require.Equal(t, before, w.pool.tip)
	}
	w.pool.chain = w.chain
	w.sync()
	w.pending(a0, a1)
}

// A pool of a hundred transfers takes what a reorg of many full blocks undid
// without holding it all at once, and keeps the best.
func TestSyncOverADeepReorgKeepsTheBest(t *testing.T) {
	w := newWorld(t, func(l *Limits) { l.Count = 4 })
	base := w.chain.Tip()
	tip := base
	for n := range uint64(8) {
		tip = w.mine(tip, "left", w.transfer("alice", n, testFee), w.transfer("bob", n, 2*testFee))
	}
	w.sync()
	_, err := w.chain.AddBlocks(chaintest.Branch(base, addresses["right"], 9)...)
	require.NoError(t, err)
	w.sync()
	require.Len(t, w.pool.BySender(addresses["bob"]), 4)
	require.Len(t, w.template(types.MaxBlockSize), 4)
}
