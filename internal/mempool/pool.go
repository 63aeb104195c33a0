package mempool

import (
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// Chain is what a pool needs of the chain that it follows.
type Chain interface {
	Tip() consensus.State
	// UpdatesSince is the way from a block that was the tip to the tip of now.
	UpdatesSince(types.Hash) (chain.Updates, consensus.State, error)
	Block(types.Hash) (types.Block, error)
	// Accounts reads accounts and names the block that they are the state after.
	Accounts(...types.Address) (consensus.Accounts, chain.Ref, error)
}

// Pool holds pending transfers. All methods may be called from any goroutine.
// Transactions that a pool gives share their Data with it: it must not be
// changed.
type Pool struct {
	limits  Limits
	chain   Chain
	now     func() time.Time
	genesis types.Hash // for signatures

	changing sync.Mutex // one change at a time, held while the chain is read
	used     *recent    // local transfers that wait no longer; guarded by changing

	mu  sync.RWMutex    // guards what follows; never held during I/O
	set *set            // only who holds changing too may change it
	tip consensus.State // of set; the same
}

// New makes an empty pool over the chain's tip. limits must be valid.
func New(limits Limits, chain Chain, now func() time.Time) *Pool {
	tip := chain.Tip()
	return &Pool{
		limits: limits, chain: chain, now: now,
		genesis: tip.Params().GenesisID, tip: tip, set: newSet(limits), used: newRecent(maxUsed),
	}
}

// At is the block over which the transfers wait: the pool has seen what happened
// to the chain up to there.
func (p *Pool) At() types.Hash {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.tip.ID
}

// Add takes a transfer in if a block on the tip could take it after its
// sender's pending ones. One with the sequence number of a pending one
// replaces that for a clearly higher fee, unless what follows could then not
// be paid for. It refuses with an error of this package, a consensus.Rule, or
// an error of the chain's store. The signature, the costliest to check, comes
// last.
func (p *Pool) Add(t types.Transaction) error { return p.take(newTransfer(t, p.now())) }

func (p *Pool) take(pending *transfer) error {
	if p.Has(pending.id) {
		return fmt.Errorf("%w: %s", ErrKnown, pending.id)
	}
	if err := consensus.CheckTransfer(&pending.Transaction); err != nil {
		return err
	}
	if err := p.judge(pending, (*set).check); err != nil {
		return err
	}
	// No lock is held here, so that signatures are checked on all cores. What
	// changes meanwhile is seen by the second look.
	if err := consensus.CheckSignature(&pending.Transaction, p.genesis); err != nil {
		return err
	}
	return p.judge(pending, (*set).add)
}

// judge looks at t over the newest tip.
func (p *Pool) judge(t *transfer, verdict func(*set, *transfer, consensus.Account) error) error {
	p.changing.Lock()
	defer p.changing.Unlock()
	account, err := p.account(t.sender)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if t.local {
		if err := p.set.checkLocal(t); err != nil {
			return err
		}
	}
	return verdict(p.set, t, account)
}

// account syncs, and gives the sender's account at the tip. Callers hold
// changing.
func (p *Pool) account(sender types.Address) (consensus.Account, error) {
	for {
		if err := p.sync(); err != nil {
			return consensus.Account{}, err
		}
		if q := p.set.queues[sender]; q != nil {
			return q.account, nil
		}
		accounts, err := p.accounts(p.tip, sender)
		if !errors.Is(err, errMoved) {
			return accounts[sender], err
		}
	}
}

// Account is an account at the tip, and the sender's pending transfers, which
// follow on it.
func (p *Pool) Account(address types.Address) (consensus.Account, []types.Transaction, error) {
	p.changing.Lock()
	defer p.changing.Unlock()
	account, err := p.account(address)
	return account, p.BySender(address), err
}

// NextSequence is the number that a sender's next transfer must carry, after
// those that are pending.
func (p *Pool) NextSequence(sender types.Address) (uint64, error) {
	p.changing.Lock()
	defer p.changing.Unlock()
	account, err := p.account(sender)
	if q := p.set.queues[sender]; q != nil {
		return account.Sequence + uint64(len(q.items)), err
	}
	return account.Sequence, err
}

// Template is what a block may hold now: the state that the block comes on top
// of, and transfers of at most maxBytes together, the best fee per byte first.
// That state takes any number of them from the front of the list.
func (p *Pool) Template(maxBytes int) (consensus.State, []types.Transaction, error) {
	p.changing.Lock()
	defer p.changing.Unlock()
	if err := p.sync(); err != nil {
		return consensus.State{}, nil, err
	}
	return p.tip, p.set.take(maxBytes), nil
}

// Get is the pending transfer with this id, if there is one. One that lost to a
// reorg what it would spend, and waits aside for it, is pending too.
func (p *Pool) Get(id types.Hash) (types.Transaction, bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	for _, byID := range []map[types.Hash]*transfer{p.set.byID, p.set.stranded.byID} {
		if t := byID[id]; t != nil {
			return t.Transaction, true
		}
	}
	return types.Transaction{}, false
}

// Has reports whether the transfer with this id is pending.
func (p *Pool) Has(id types.Hash) bool {
	_, ok := p.Get(id)
	return ok
}

// All gives every pending transfer with its id, in no particular order. The
// pool waits meanwhile, and must not be called.
func (p *Pool) All() iter.Seq2[types.Hash, types.Transaction] {
	return func(yield func(types.Hash, types.Transaction) bool) {
		p.mu.RLock()
		defer p.mu.RUnlock()
		for id, t := range p.set.byID {
			if !yield(id, t.Transaction) {
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
func (p *Pool) Entries(from, limit int) ([]Entry, Status) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	ranked, status, now := p.set.ranked(), p.set.status(), p.now()
	from = min(max(from, 0), len(ranked))
	limit = min(max(limit, 0), len(ranked)-from)
	entries := make([]Entry, limit)
	for i, it := range ranked[from : from+limit] {
		entries[i] = Entry{Transaction: it.Transaction, ID: it.id, Size: it.size, Added: it.added, Age: now.Sub(it.added)}
	}
	return entries, status
}
