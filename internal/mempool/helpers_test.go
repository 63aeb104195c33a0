package mempool

import (
	"crypto/ed25519"
	"maps"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// testFee is a fee per byte that tests count from.
const testFee = 1000

// world is a pool over a real chain, in memory unless a test chooses another, and
// a clock that stands still until a test moves it.
type world struct {
	t     require.TestingT
	chain *chain.Chain
	pool  *Synced
	clock time.Time
}

func newWorld(t require.TestingT, change ...func(*Limits)) *world {
	c, err := chain.Open(store.NewMemory(), chaintest.Genesis(), chaintest.Now)
	require.NoError(t, err)
	return newWorldOver(t, c, change...)
}

func newWorldOver(t require.TestingT, c *chain.Chain, change ...func(*Limits)) *world {
	limits := DefaultLimits()
	for _, f := range change {
		f(&limits)
	}
	w := &world{t: t, chain: c, clock: chaintest.Now()}
	w.pool = newPool(limits, c, func() time.Time { return w.clock })
	return w
}

// newPool is an empty pool that follows c.
func newPool(limits Limits, c interface {
	Chain
	Tip() consensus.State
}, now func() time.Time) *Synced {
	return NewSynced(limits, c, c.Tip(), now)
}

// keys and addresses are worked out once: under the race detector that takes
// longer than all else.
var (
	keys      = make(map[string]ed25519.PrivateKey)
	addresses = make(map[string]types.Address)
)

func init() {
	for _, name := range append([]string{"erin", "left", "right", "miner", "nobody"}, chaintest.Names...) {
		keys[name], addresses[name] = types.NamedKey(name), types.NamedAddress(name)
	}
}

// transfer is a signed transfer of one coin from a named account to another
// address, whose fee is rate units a byte.
func (w *world) transfer(sender string, sequence uint64, rate int, change ...func(*types.Transaction)) types.Transaction {
	t := types.Transaction{Sequence: sequence, Recipient: addresses["nobody"], Amount: types.Coin}
	t.Kind = types.Transfer
	t.Fee = types.Amount(rate * t.Size())
	for _, f := range change {
		f(&t)
	}
	t.Sign(keys[sender], w.chain.Genesis().Params.GenesisID)
	return t
}

// add adds what must be taken.
func (w *world) add(list ...types.Transaction) {
	for _, t := range list {
		require.NoError(w.t, w.pool.Add(t))
	}
	w.check()
}

// mine puts a block with transfers on top of below, and returns the state after
// it. payout tells blocks on one state apart.
func (w *world) mine(below consensus.State, payout string, transfers ...types.Transaction) consensus.State {
	b := chaintest.Next(below, addresses[payout], transfers...)
	_, err := w.chain.AddBlocks(b)
	require.NoError(w.t, err)
	return below.After(b.Header)
}

// sync syncs and checks.
func (w *world) sync() {
	require.NoError(w.t, w.pool.Sync())
	w.check()
}

// template is all that a block of any size could hold, which a block must.
func (w *world) template(room int) []types.Transaction {
	state, list, err := w.pool.Template(room)
	require.NoError(w.t, err)
	block := chaintest.Next(state, addresses["miner"], list...)
	accounts, at, err := w.chain.Accounts(consensus.Touched(&block)...)
	require.NoError(w.t, err)
	require.Equal(w.t, state.ID, at.ID)
	_, _, err = state.Apply(&block, accounts)
	require.NoError(w.t, err)
	total := 0
	for i := range list {
		total += list[i].Size()
	}
	require.LessOrEqual(w.t, total, room)
	return list
}

// check compares the pool's bookkeeping with what a plain count gives.
func (w *world) check() {
	s := w.pool.set
	count, size := 0, 0
	var local, heard usage
	for sender, q := range s.queues {
		require.NotEmpty(w.t, q.items)
		require.LessOrEqual(w.t, len(q.items), s.limits.PerSender)
		require.Same(w.t, q, s.tails[q.index])
		require.Equal(w.t, sender, q.sender)
		account := q.account
		for i, it := range q.items {
			require.Equal(w.t, sender, it.Sender())
			require.Same(w.t, it.transfer, s.byID[it.ID()])
			var err error
			account, err = account.Spend(&it.Transaction)
			require.NoError(w.t, err)
			require.Equal(w.t, account, it.after)
			require.True(w.t, it.local || !it.added.Before(s.oldest))
			require.True(w.t, i == 0 || !it.local || q.items[i-1].local, "local ones come first")
			if it.local {
				local.add(it.transfer)
			}
			require.True(w.t, i == 0 || q.items[i-1].compare(it) < 0, "ranks fall along a queue")
			count, size = count+1, size+it.Size()
		}
	}
	require.Len(w.t, s.byID, count)
	require.Len(w.t, s.tails, len(s.queues))
	require.Equal(w.t, count, w.pool.Len())
	require.Equal(w.t, size, w.pool.set.size)
	require.LessOrEqual(w.t, count, s.limits.Count)
	require.LessOrEqual(w.t, footprint(count, size), s.limits.Bytes)
	for _, t := range s.parked.byID {
		if t.local {
			local.add(t)
		} else {
			heard.add(t)
		}
	}
	require.Equal(w.t, local, s.local)
	require.Equal(w.t, heard, s.parked.remote)
	w.checkRanks(s)
}

// checkRanks checks that what would be evicted next is what a template would
// take last of what is not local.
func (w *world) checkRanks(s *set) {
	ranked := s.ranked()
	require.True(w.t, slices.IsSortedFunc(ranked, item.compare))
	heard := slices.DeleteFunc(slices.Clone(ranked), func(it item) bool { return it.local })
	if len(heard) > 0 {
		require.Equal(w.t, heard[len(heard)-1].id, s.tails[0].tail().id)
	} else if len(ranked) > 0 {
		require.True(w.t, s.tails[0].tail().local)
	}
}

// listed is a page of the pending transfers.
func listed(p *Synced, from, limit int) []types.Transaction {
	entries, _ := p.Entries(from, limit)
	list := make([]types.Transaction, len(entries))
	for i := range entries {
		list[i] = entries[i].Transaction
	}
	return list
}

// pending requires that exactly these are pending.
func (w *world) pending(want ...types.Transaction) {
	require.ElementsMatch(w.t, ids(want), ids(listed(w.pool, 0, w.pool.Len())))
	require.Len(w.t, maps.Collect(w.pool.All()), len(want))
	for id, x := range w.pool.All() {
		require.Equal(w.t, x.ID(), id)
	}
}

// hasRoom reports whether the smallest transfer needs no eviction.
func (w *world) hasRoom() bool { return w.pool.set.fits(&transfer{size: minTransfer}) }

func ids(list []types.Transaction) []types.Hash {
	out := make([]types.Hash, len(list))
	for i := range list {
		out[i] = list[i].ID()
	}
	return out
}

// fakeChain stands on one tip where everybody is rich.
type fakeChain struct {
	Chain
	state consensus.State
}

func newFakeChain() *fakeChain { return &fakeChain{state: chaintest.Genesis().State()} }

func (f *fakeChain) Tip() consensus.State { return f.state }

func (f *fakeChain) UpdatesSince(types.Hash) (chain.Updates, consensus.State, error) {
	return chain.Updates{}, f.state, nil
}

func (f *fakeChain) Diff(chain.Ref) (consensus.Diff, error) { return nil, nil }

func (f *fakeChain) Accounts(addresses ...types.Address) (consensus.Accounts, chain.Ref, error) {
	accounts := make(consensus.Accounts, len(addresses))
	for _, a := range addresses {
		accounts[a] = consensus.Account{Balance: chaintest.Balance}
	}
	return accounts, chain.Ref{ID: f.state.ID}, nil
}
