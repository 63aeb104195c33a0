package mempool

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// twins are two pools that are told the same, and what is true of the chain that
// they hear of.
type twins struct {
	a, b     *Pool
	now      time.Time
	tip      consensus.State
	accounts consensus.Accounts // at tip
}

// people are the senders.
const people = 6

func newTwins(t *rapid.T) *twins {
	limits := Limits{
		Bytes: footprint(1, types.MaxTransactionSize), Expiry: time.Hour,
		Count: rapid.IntRange(1, 20).Draw(t, "count"), PerSender: rapid.IntRange(1, 6).Draw(t, "per sender"),
	}
	tip := chaintest.Genesis().State()
	w := &twins{a: New(limits, tip), b: New(limits, tip), now: chaintest.Now(), tip: tip, accounts: make(consensus.Accounts)}
	for n := range people {
		t := unsigned(n)
		w.accounts[t.Sender()] = consensus.Account{Balance: 1000}
	}
	return w
}

// both does the same to both pools.
func (w *twins) both(do func(p *Pool) error) error {
	err, other := do(w.a), do(w.b)
	if (err == nil) != (other == nil) {
		return consensus.ErrParams // of nobody else here: the two differ
	}
	return err
}

func (w *twins) draw(t *rapid.T) types.Transaction {
	x := unsigned(rapid.IntRange(0, people-1).Draw(t, "sender"))
	next := w.accounts[x.Sender()].Sequence + uint64(len(w.a.BySender(x.Sender())))
	x.Sequence = rapid.Uint64Range(max(next, 2)-2, next+1).Draw(t, "sequence")
	x.Amount = types.Amount(rapid.IntRange(1, 300).Draw(t, "amount"))
	x.Fee = types.Amount(rapid.IntRange(0, 400).Draw(t, "fee"))
	return x
}

// Enter offers a transfer whose signature, as anybody's here, is no good.
func (w *twins) Enter(t *rapid.T) {
	x := w.draw(t)
	o := Offer{Transaction: x, Account: w.accounts[x.Sender()], At: w.tip.ID, Local: rapid.Bool().Draw(t, "local")}
	require.NotErrorIs(t, w.both(func(p *Pool) error { return p.Enter(o, w.now) }), consensus.ErrParams)
}

// Move leads the pools to another tip, by several steps if blocks are undone.
func (w *twins) Move(t *rapid.T) {
	w.tip.ID[0]++
	step := Step{Tip: w.tip.ID, First: true, Accounts: make(consensus.Accounts)}
	touched := rapid.SliceOfNDistinct(rapid.IntRange(0, people-1), 0, people, rapid.ID).Draw(t, "touched")
	for _, n := range touched {
		x := unsigned(n)
		sender := x.Sender()
		account := w.accounts[sender]
		account.Balance = types.Amount(rapid.IntRange(0, 2000).Draw(t, "balance"))
		account.Sequence = rapid.Uint64Range(max(account.Sequence, 3)-3, account.Sequence+3).Draw(t, "next")
		w.accounts[sender] = account
		step.Accounts[sender] = account
	}
	undone := rapid.IntRange(0, 3).Draw(t, "undone blocks")
	if rapid.Bool().Draw(t, "no reorg") || len(touched) == 0 {
		undone = 0
	}
	for range undone {
		x := unsigned(rapid.SampledFrom(touched).Draw(t, "undone"))
		x.Sequence, x.Fee = w.accounts[x.Sender()].Sequence+rapid.Uint64Range(0, 2).Draw(t, "ahead"), 7
		part := step
		part.Undone = []types.Transaction{x}
		w.follow(t, part)
		step.First = false
	}
	step.Last = true
	w.follow(t, step)
}

func (w *twins) follow(t *rapid.T, step Step) {
	require.NoError(t, w.both(func(p *Pool) error {
		step.Accounts = maps.Clone(step.Accounts)
		return p.Follow(w.tip, step, w.now)
	}))
}

// Wait lets time pass.
func (w *twins) Wait(t *rapid.T) {
	w.now = w.now.Add(time.Duration(rapid.IntRange(1, 40).Draw(t, "minutes")) * time.Minute)
	if next := w.a.NextExpiry(); !next.IsZero() && !next.After(w.now) {
		before := w.a.NextExpiry()
		w.a.Expire(w.now)
		w.b.Expire(w.now)
		require.NotEqual(t, before, w.a.NextExpiry())
	}
}

// Renew makes one of the pools anew, from what it was.
func (w *twins) Renew(*rapid.T) { w.b = FromSnapshot(w.b.limits, w.tip, w.b.Snapshot()) }

// Check requires that the pools are alike, and have the accounts of the tip.
func (w *twins) Check(t *rapid.T) {
	(&world{t: t, pool: &Synced{Pool: w.a}}).check()
	for _, p := range []*Pool{w.a, w.b} {
		for sender, q := range p.set.queues {
			require.Equal(t, w.accounts[sender], q.account)
		}
		for _, x := range p.set.parked.byID {
			require.Equal(t, w.accounts[x.sender], p.set.parked.accounts[x.sender])
		}
	}
	require.Equal(t, w.a.IDs(100), w.b.IDs(100))
	require.Equal(t, w.a.Snapshot(), w.b.Snapshot())
	require.Equal(t, w.a.NextExpiry(), w.b.NextExpiry())
	tip, local, undone := w.a.Kept()
	otherTip, otherLocal, otherUndone := w.b.Kept()
	require.Equal(t, tip, otherTip)
	require.Equal(t, local, otherLocal)
	require.Equal(t, undone, otherUndone)
}

// The same calls make the same pool, and whoever is not told of keeps its account.
func TestTheSameInputsMakeTheSamePool(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newTwins(t)
		t.Repeat(map[string]func(*rapid.T){"enter": w.Enter, "enter more": w.Enter, "move": w.Move, "wait": w.Wait, "renew": w.Renew, "": w.Check})
	})
}

// From Leave to the last step nothing enters, as the steps may lack its sender.
func TestNothingEntersOnTheWay(t *testing.T) {
	w := newWorld(t)
	p, a0, b0 := w.pool.Pool, w.transfer("alice", 0, testFee), w.transfer("bob", 0, testFee)
	rich := consensus.Account{Balance: chaintest.Balance}
	offer := func(x types.Transaction) Offer { return Offer{Transaction: x, Account: rich, At: w.pool.At()} }
	require.True(t, p.Idle())
	require.NoError(t, p.Enter(offer(a0), w.clock))
	require.False(t, p.Idle())
	require.True(t, p.Concerns(addresses["alice"]))
	require.False(t, p.Concerns(addresses["bob"]))
	stale := offer(b0)
	stale.At = types.Hash{1}
	require.ErrorIs(t, p.Enter(stale, w.clock), ErrMoved)
	require.NoError(t, p.Check(stale), "which is for Enter to tell")

	p.Leave()
	require.ErrorIs(t, p.Enter(offer(b0), w.clock), ErrMoved)
	require.ErrorIs(t, p.Enter(offer(a0), w.clock), ErrKnown)
	next := w.chain.Tip()
	next.ID = types.Hash{2}
	require.ErrorIs(t, p.Follow(next, Step{Tip: next.ID, Last: true}, w.clock), errStep, "the first is missing")
	require.NoError(t, p.Follow(next, Step{Tip: next.ID, First: true}, w.clock))
	require.ErrorIs(t, p.Enter(offer(b0), w.clock), ErrMoved)
	p.Stay()
	require.NoError(t, p.Enter(offer(b0), w.clock))
	require.NoError(t, p.Follow(next, Step{Tip: next.ID, First: true}, w.clock))
	require.NoError(t, p.Follow(next, Step{Tip: next.ID, Last: true}, w.clock))
	require.Equal(t, next.ID, p.At())
	require.NoError(t, p.Enter(offer(w.transfer("carol", 0, testFee)), w.clock))
}

// Where a way has begun anew, what its first beginning told is not so.
func TestAWayThatBeginsAnew(t *testing.T) {
	w := newWorld(t)
	p, a0, b0 := w.pool.Pool, w.transfer("alice", 0, testFee), w.transfer("bob", 0, testFee)
	w.add(a0)
	accounts := func(sequence uint64) consensus.Accounts {
		account := consensus.Account{Balance: chaintest.Balance, Sequence: sequence}
		return consensus.Accounts{addresses["alice"]: account, addresses["bob"]: account}
	}
	first, second := w.chain.Tip(), w.chain.Tip()
	first.ID, second.ID = types.Hash{1}, types.Hash{2}
	require.NoError(t, p.Follow(first, Step{Tip: first.ID, First: true, Undone: []types.Transaction{b0}, Accounts: accounts(1)}, w.clock))
	require.NoError(t, p.Follow(second, Step{Tip: second.ID, First: true, Undone: []types.Transaction{b0}, Accounts: accounts(0)}, w.clock))
	w.pending(a0)
	require.NoError(t, p.Follow(second, Step{Tip: second.ID, Last: true}, w.clock))
	w.pending(a0, b0)
	w.check()
}
