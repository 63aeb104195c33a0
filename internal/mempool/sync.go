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

// errMoved means that the tip moved while accounts were read.
var errMoved = errors.New("tip moved")

// Sync brings the pool to the chain's tip: what blocks included or
// contradicted goes, what a reorg undid comes back, and what does not fit any
// more or has expired goes, with all that follows it. What lost the coins that
// it would spend waits aside, and comes back with them. So does what is local, as
// long as its sequence number is not used. An error is the
// store's, and leaves the pool as it was.
func (p *Pool) Sync() error {
	p.changing.Lock()
	defer p.changing.Unlock()
	return p.sync()
}

// sync is Sync for those who hold changing.
func (p *Pool) sync() error { return p.follow(p.tip.ID) }

// follow takes in what has happened since a block was the tip. Callers hold
// changing.
func (p *Pool) follow(from types.Hash) error {
	for {
		updates, tip, err := p.chain.UpdatesSince(from)
		if err != nil {
			return fmt.Errorf("mempool: what happened since block %s: %w", from, err)
		}
		now := p.now()
		if tip.ID == from && tip.ID == p.tip.ID && !p.set.expired(now.Add(-p.limits.Expiry)) {
			return nil
		}
		next, err := p.rebuild(tip, updates.Reverted, now)
		if errors.Is(err, errMoved) {
			continue
		}
		if err != nil {
			return err
		}
		p.used.note(p.set, next)
		p.mu.Lock()
		p.set, p.tip = next, tip
		p.mu.Unlock()
		return nil
	}
}

// rebuild makes the set at tip. On the branch that was left, a sender's
// reverted transfers came before its pending ones, so they go in first, the
// lowest block's before all. One block at a time is in memory.
func (p *Pool) rebuild(tip consensus.State, reverted []chain.Ref, now time.Time) (*set, error) {
	next := newSet(p.limits)
	for _, ref := range slices.Backward(reverted) {
		block, err := p.chain.Block(ref.ID)
		if errors.Is(err, chain.ErrNotFound) {
			continue // nobody keeps it for this pool, see chain.Chain.Follow
		}
		if err != nil {
			return nil, fmt.Errorf("mempool: read reverted block %d (%s): %w", ref.Height, ref.ID, err)
		}
		if err := p.refill(next, tip, p.undone(&block, now)); err != nil {
			return nil, err
		}
	}
	cutoff := now.Add(-p.limits.Expiry)
	if err := p.refill(next, tip, p.set.unexpired(cutoff)); err != nil {
		return nil, err
	}
	return next, p.refill(next, tip, p.set.stranded.unexpired(cutoff))
}

// undone lists the transfers of a block that a reorg undid; they were checked
// with it.
func (p *Pool) undone(b *types.Block, now time.Time) []*transfer {
	list := make([]*transfer, 0, len(b.Transactions))
	for i := range b.Transactions {
		if b.Transactions[i].Kind == types.Transfer {
			t := newTransfer(b.Transactions[i], now)
			t.local, t.undone = p.used.ids[t.id], true
			list = append(list, t)
		}
	}
	return list
}

// refill adds to next what still fits over tip of list, puts aside what may
// fit again, and drops the rest.
func (p *Pool) refill(next *set, tip consensus.State, list []*transfer) error {
	accounts, err := p.accounts(tip, senders(list)...)
	if err != nil {
		return err
	}
	for _, t := range list {
		if next.has(t.sender, t.Sequence) {
			next.settle(t) // its sender has chosen another since
			continue
		}
		if err := next.add(t, accounts[t.sender]); t.waits(err) {
			next.strand(t)
		}
	}
	return nil
}

// senders lists the senders of list, each once.
func senders(list []*transfer) []types.Address {
	seen := make(map[types.Address]bool)
	var senders []types.Address
	for _, t := range list {
		if !seen[t.sender] {
			seen[t.sender] = true
			senders = append(senders, t.sender)
		}
	}
	return senders
}

// accounts reads accounts as they are at tip, or gives errMoved.
func (p *Pool) accounts(tip consensus.State, addresses ...types.Address) (consensus.Accounts, error) {
	accounts, at, err := p.chain.Accounts(addresses...)
	if err != nil {
		return nil, fmt.Errorf("mempool: read accounts at block %s: %w", tip.ID, err)
	}
	if at.ID != tip.ID {
		return nil, errMoved
	}
	return accounts, nil
}
