package mempool

import (
	"iter"
	"sync"
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/recent"
	"networkmngr/internal/types"
)

// Pool holds pending transfers at one tip of a chain. Its owner, one goroutine at a
// time, changes it; any goroutine may read it: Check, Concerns, Idle, and all that is
// in this file and in local.go. Transactions that a pool returns share their Data with
// it: it must not be changed.
type Pool struct {
	limits  Limits
	network types.Hash // of the genesis block, for signatures

	used recent.Set[types.Hash] // local transfers that wait no longer; the owner's
	way  *passage               // to the next tip, as far as it is known, or nil; the owner's

	included []types.Block // of that way, as far as they are at hand; the owner's

	mu      sync.RWMutex    // held by the owner while it changes what follows
	set     *set            // at tip
	tip     consensus.State // where the transfers wait
	leaving bool            // a way begins here that is not over

	departed departures // transfers that wait no longer
}

// New makes an empty pool at a tip.
func New(limits Limits, tip consensus.State) *Pool {
	return &Pool{limits: limits, network: tip.Params().GenesisID, tip: tip, set: newSet(limits), used: recent.NewSet[types.Hash](maxUsed)}
}

// At is the block over which the transfers wait: the pool has seen what happened
// to the chain up to there.
func (p *Pool) At() types.Hash {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.tip.ID
}

// Account is the account of an address at the pool's tip, and its pending transfers,
// which follow on it; known only if there are some.
func (p *Pool) Account(address types.Address) (account consensus.Account, pending []types.Transaction, known bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if q := p.set.queues[address]; q != nil {
		return q.account, transactions(q.items), true
	}
	return consensus.Account{}, nil, false
}

// AccountAt is the account of an address at the pool's tip, and that tip; known only
// if something of it is pending.
func (p *Pool) AccountAt(address types.Address) (account consensus.Account, at types.Hash, known bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if q := p.set.queues[address]; q != nil {
		return q.account, p.tip.ID, true
	}
	return account, at, false
}

// Template is what a block may hold now: the state that the block comes on top
// of, and transfers of at most maxBytes together, the best fee per byte first.
// That state takes any number of them from the front of the list.
func (p *Pool) Template(maxBytes int) (consensus.State, []types.Transaction) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.tip, p.set.take(maxBytes)
}

// Get is the pending transfer with this id, if there is one. One that lost to a
// reorg what it would spend, and is parked for it, is pending too.
func (p *Pool) Get(id types.Hash) (types.Transaction, bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	for _, byID := range []map[types.Hash]*transfer{p.set.byID, p.set.parked.byID} {
		if t := byID[id]; t != nil {
			return t.Transaction, true
		}
	}
	return types.Transaction{}, false
}

// Has reports whether the transfer with this id is pending.
func (p *Pool) Has(id types.Hash) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.set.keeps(id)
}

// All returns every pending transfer with its id, in no particular order. They may be
// kept, and not changed. The pool waits meanwhile, and must not be called.
func (p *Pool) All() iter.Seq2[types.Hash, *types.Transaction] {
	return func(yield func(types.Hash, *types.Transaction) bool) {
		p.mu.RLock()
		defer p.mu.RUnlock()
		for id, t := range p.set.byID {
			if !yield(id, &t.Transaction) {
				return
			}
		}
	}
}

// Len is how many transfers are pending.
func (p *Pool) Len() int {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return len(p.set.byID)
}

// IDs names the pending transfers that Template would take first, at most
// limit.
func (p *Pool) IDs(limit int) []types.Hash {
	p.mu.RLock()
	ranked := p.set.ranked()
	p.mu.RUnlock()
	ids := make([]types.Hash, min(max(limit, 0), len(ranked)))
	for i := range ids {
		ids[i] = ranked[i].id
	}
	return ids
}

// BySender lists a sender's pending transfers by sequence number.
func (p *Pool) BySender(sender types.Address) []types.Transaction {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if q := p.set.queues[sender]; q != nil {
		return transactions(q.items)
	}
	return nil
}

func transactions(items []item) []types.Transaction {
	list := make([]types.Transaction, len(items))
	for i := range items {
		list[i] = items[i].Transaction
	}
	return list
}

// Entry is a pending transfer and what the pool knows of it.
type Entry struct {
	types.Transaction
	ID    types.Hash
	Size  int // of the encoding, in bytes
	Added time.Time
	Age   time.Duration
}

// Status is a pool in figures.
type Status struct {
	Count, Bytes int          // of all transfers, encoded
	Memory       int          // to reckon for them, in bytes; see Limits.Bytes
	Fees         types.Amount // of all
	Limits       Limits
	// LeastRate is the fee, in units for each byte, above which a transfer gets
	// in; 0 while there is room, or if the pool is full of local ones.
	LeastRate float64
}

// Entries is a page of the pending transfers, in the order in which Template
// takes them: at most limit, after the first from. With it comes the pool in
// figures at the same moment.
func (p *Pool) Entries(from, limit int, now time.Time) ([]Entry, Status) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	ranked, status := p.set.ranked(), p.set.status()
	from = min(max(from, 0), len(ranked))
	limit = min(max(limit, 0), len(ranked)-from)
	entries := make([]Entry, limit)
	for i, it := range ranked[from : from+limit] {
		entries[i] = Entry{Transaction: it.Transaction, ID: it.id, Size: it.size, Added: it.added, Age: max(now.Sub(it.added), 0)}
	}
	return entries, status
}

// Limits are those of the pool.
func (p *Pool) Limits() Limits { return p.limits }

// Size is how many transfers a block could take, the bytes of all their encodings,
// and how many are parked.
func (p *Pool) Size() (count, bytes, parked int) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return len(p.set.byID), p.set.size, len(p.set.parked.byID)
}
