package mempool

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// Step is a part of the chain's way from where a pool stands to another tip. The
// blocks that a reorg undid come first, the lowest before all, each in a step of
// its own, so that one block at a time is in memory. [Way] reads the steps.
type Step struct {
	Tip         types.Hash // where the way leads; the same in all its steps
	First, Last bool       // of the way
	From        chain.Ref  // the block that Undone was in
	Undone      []types.Transaction
	// Accounts are as they are at Tip: those of the senders of Undone, and, once
	// the way is over, every one that a block of it touched and that the pool
	// Concerns. So who is missing is as before.
	Accounts consensus.Accounts
	// Taken names, once the way is over, the transfers that have used the numbers of what
	// was undone: the same, or others.
	Taken []Taken
}

// passage is a way as far as the pool knows it.
type passage struct {
	tip      types.Hash
	accounts consensus.Accounts  // at tip, of those that the pool concerns
	undone   *set                // what reorgs undid, over tip; nil for nothing
	taken    map[Slot]Taken      // numbers, of what was undone
	included []types.Block       // see Pool.Include
	held     map[types.Hash]bool // in included; nil until somebody asks, as holders
	holders  map[Slot]*types.Transaction
}

// Leave begins a way: until its last step no offer enters the pool, as Step.Accounts
// might lack its sender. The owner calls it before the way is read.
func (p *Pool) Leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.leaving = true
}

// Stay gives up a way. The pool is as it was.
func (p *Pool) Stay() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.leaving, p.way, p.included = false, nil, nil
}

// Concerns reports whether Follow needs the account of a sender once a block has
// touched it.
func (p *Pool) Concerns(sender types.Address) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	_, concerned := p.set.account(sender)
	return concerned
}

// Idle reports whether nothing waits, so that a way which undoes no block need not
// be read: one Step with nothing in it will do.
func (p *Pool) Idle() bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return len(p.set.queues)+len(p.set.parked.byID) == 0
}

// errStep means that a step does not follow the one before it.
var errStep = errors.New("mempool: not the next step to the tip")

// Follow takes a step to tip, the state after the block Step.Tip. The last one
// brings the pool there: what blocks included or contradicted goes, what a reorg
// undid comes back, and what does not fit any more or has expired goes, with all
// that follows it. What lost the coins that it would spend is parked, and comes
// back with them. So does what is local, as long as its sequence number is not used.
// Until then the pool is as it was. A way may begin anew, and may lead to where the
// pool stands, from a block where one stood that is no more. An error means that
// steps are missing.
func (p *Pool) Follow(tip consensus.State, step Step, now time.Time) error {
	if step.First {
		p.Leave()
		p.way = &passage{tip: step.Tip, accounts: make(consensus.Accounts), taken: make(map[Slot]Taken), included: p.included}
	}
	if p.way == nil || p.way.tip != step.Tip || tip.ID != step.Tip {
		return fmt.Errorf("%w: %s", errStep, step.Tip)
	}
	p.pass(step, now)
	if step.Last {
		p.order(p.way, tip, now)
		p.Stay()
	}
	return nil
}

// pass takes in what a step tells.
func (p *Pool) pass(step Step, now time.Time) {
	way := p.way
	if len(step.Undone) > 0 {
		if way.undone == nil {
			way.undone = newSet(p.limits)
		}
		way.undone.refill(p.undone(step.Undone, now), func(sender types.Address) consensus.Account {
			return step.Accounts[sender]
		})
	}
	for address, account := range step.Accounts {
		if _, concerned := p.set.account(address); concerned {
			way.accounts[address] = account
		}
	}
	for _, taken := range step.Taken {
		way.taken[taken.Slot] = taken
	}
}

// undone makes transfers that a reorg undid; they were checked with their block.
func (p *Pool) undone(transactions []types.Transaction, now time.Time) []*transfer {
	list := make([]*transfer, len(transactions))
	for i := range transactions {
		list[i] = newTransfer(transactions[i], now)
		list[i].local, list[i].undone = p.used.Has(list[i].id), true
	}
	return list
}

// order puts the pool in order at tip, where way leads.
func (p *Pool) order(way *passage, tip consensus.State, now time.Time) {
	cutoff := now.Add(-p.limits.Expiry)
	if way.undone != nil || p.set.expired(cutoff) {
		next := p.rebuild(way, cutoff)
		p.mu.Lock()
		defer p.mu.Unlock()
		before := p.set
		p.set, p.tip = next, tip
		p.remember(way, before, next)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.amend(way, cutoff)
	p.tip = tip
	p.remember(way, p.set)
}

// amend changes the queues of touched senders alone, and what is parked. Callers
// hold mu.
func (p *Pool) amend(way *passage, cutoff time.Time) {
	accountOf := p.set.accountsAfter(way.accounts)
	queued := p.set.lift(way.accounts)
	p.set.left = slices.Grow(p.set.left, len(queued)) // most are in the block that the tip moved to
	p.refill(p.set, accountOf, queued, p.set.unpark(cutoff))
}

// rebuild makes a set of what is pending. On the branch that was left, a sender's
// undone transfers came before its pending ones, so these follow.
func (p *Pool) rebuild(way *passage, cutoff time.Time) *set {
	next := way.undone
	if next == nil {
		next = newSet(p.limits)
	}
	p.refill(next, p.set.accountsAfter(way.accounts), p.set.unexpired(cutoff), p.set.unexpiredParked(cutoff))
	return next
}

// refill adds transfers of before to next, and remembers the local ones that wait no
// longer.
func (p *Pool) refill(next *set, accountOf func(types.Address) consensus.Account, before ...[]*transfer) {
	for _, list := range before {
		next.refill(list, accountOf)
	}
	for _, t := range slices.Concat(before...) {
		if t.local && !next.keeps(t.id) {
			p.used.Add(t.id)
		}
	}
}

// Expire drops what has waited too long; see Limits.Expiry.
func (p *Pool) Expire(now time.Time) {
	if p.set.expired(now.Add(-p.limits.Expiry)) {
		p.order(&passage{}, p.tip, now)
	}
}

// NextExpiry is when Expire may have something to drop: the zero time if nothing that
// waits can expire.
func (p *Pool) NextExpiry() time.Time {
	if p.set.oldest.IsZero() {
		return time.Time{}
	}
	return p.set.oldest.Add(p.limits.Expiry + 1)
}
