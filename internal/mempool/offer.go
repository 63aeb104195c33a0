package mempool

import (
	"errors"
	"fmt"
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// Offer is a transfer that somebody wants in a pool, with what the pool must be
// told to judge it.
type Offer struct {
	Transaction types.Transaction
	Account     consensus.Account // the sender's
	At          types.Hash        // the block that Account is the state after
	Local       bool              // this node promises to keep it
}

// Check says what speaks against an offer, the costliest to check, the signature,
// last: nil, an error of this package, or a consensus.Rule. It changes nothing, and
// any goroutine may call it. What an account that is not of the pool's tip would
// tell, it leaves to Enter, and so it does with a gap: what comes before may have
// been checked, and not entered yet.
func (p *Pool) Check(o Offer) error {
	if err := consensus.CheckTransfer(&o.Transaction); err != nil {
		return err
	}
	p.mu.RLock()
	err := p.judge(&o, newTransfer(o.Transaction, time.Time{}), (*set).check)
	p.mu.RUnlock()
	if err != nil && !errors.Is(err, ErrMoved) && !errors.Is(err, consensus.ErrSequenceGap) {
		return err
	}
	return consensus.CheckSignature(&o.Transaction, p.network)
}

// Enter takes a transfer in that Check has passed, if a block on the tip could take
// it after its sender's pending ones. One with the sequence number of a pending one
// replaces that for a clearly higher fee, unless what follows could then not be paid
// for. It refuses with an error of this package, ErrMoved for one, or a
// consensus.Rule.
func (p *Pool) Enter(o Offer, now time.Time) error {
	t := newTransfer(o.Transaction, now)
	t.local = o.Local
	return p.enter(&o, t)
}

func (p *Pool) enter(o *Offer, t *transfer) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.remember(&passage{}, p.set)
	return p.judge(o, t, (*set).add)
}

// judge looks at t, which o offers. Callers hold mu.
func (p *Pool) judge(o *Offer, t *transfer, verdict func(*set, *transfer, consensus.Account) error) error {
	if p.set.keeps(t.id) {
		return fmt.Errorf("%w: %s", ErrKnown, t.id)
	}
	if p.leaving || o.At != p.tip.ID {
		return fmt.Errorf("%w: the account of %s is that after block %s", ErrMoved, t.sender, o.At)
	}
	if o.Local {
		if err := p.set.checkLocal(t); err != nil {
			return err
		}
	}
	return verdict(p.set, t, o.Account)
}

// Restore is Check and Enter for a transfer that a pool which is no more has promised
// to keep, or, if it is not local, that a reorg put back there. What cannot be in a
// block now is parked. An error is that of Check or Enter.
func (p *Pool) Restore(o Offer, now time.Time) error {
	t := newTransfer(o.Transaction, now)
	t.local, t.undone = o.Local, !o.Local
	err := p.Check(o)
	if err == nil {
		err = p.enter(&o, t)
	}
	switch {
	case errors.Is(err, consensus.ErrSequenceUsed):
		if t.local {
			p.used.Add(t.id)
		}
		p.Lost(t.Transaction, err)
	case errors.Is(err, ErrFeeTooLow):
		p.Lost(t.Transaction, ErrReplaced)
	}
	if !t.waits(err) {
		return err
	}
	if err := consensus.CheckSignature(&t.Transaction, p.network); err != nil { // Check did not get so far
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.set.park(t, o.Account)
	p.remember(&passage{}, p.set)
	return nil
}
