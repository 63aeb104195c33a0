// Package mempooltest has mempools for the tests of others: with a chain that they
// follow by themselves.
package mempooltest

import (
	"errors"
	"sync"
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/mempool"
	"networkmngr/internal/types"
)

// Chain is one to follow.
type Chain interface {
	mempool.Chain
	Tip() consensus.State
}

// Pool is a mempool that is brought to its chain's tip whenever somebody asks. All
// methods may be called from any goroutine.
type Pool struct {
	*mempool.Reader
	chain Chain
	now   func() time.Time

	changing sync.Mutex // its holder is the mempool's owner
}

// New makes an empty mempool over the tip of a chain.
func New(limits mempool.Limits, c Chain, now func() time.Time) *Pool {
	return &Pool{Reader: mempool.NewReader(mempool.New(limits, c.Tip()), c, now), chain: c, now: now}
}

// Add takes a transfer in; see mempool.Pool.Check and Enter. An error is theirs.
func (p *Pool) Add(t types.Transaction) error { return p.add(mempool.Offer{Transaction: t}) }

// AddLocal is Add for a transfer that is promised to be kept, with its errors.
func (p *Pool) AddLocal(t types.Transaction) error {
	return p.add(mempool.Offer{Transaction: t, Local: true})
}

func (p *Pool) add(o mempool.Offer) error {
	for {
		err := p.offer(&o)
		if !errors.Is(err, mempool.ErrMoved) {
			return err
		}
	}
}

func (p *Pool) offer(o *mempool.Offer) (err error) {
	p.changing.Lock()
	defer p.changing.Unlock()
	if err = p.follow(); err != nil {
		return err
	}
	if o.Account, o.At, err = p.AccountAt(o.Transaction.Sender()); err != nil {
		return err
	}
	if err = p.Check(*o); err != nil {
		return err
	}
	return p.Enter(*o, p.now())
}

// Sync brings the mempool to the chain's tip. An error is the chain's.
func (p *Pool) Sync() error {
	p.changing.Lock()
	defer p.changing.Unlock()
	return p.follow()
}

// follow is Sync for who holds changing.
func (p *Pool) follow() error {
	if p.At() == p.chain.Tip().ID {
		return nil
	}
	return p.Resume(p.At())
}

// Template is mempool.Pool.Template at the newest tip. An error is the chain's.
func (p *Pool) Template(maxBytes int) (consensus.State, []types.Transaction, error) {
	if err := p.Sync(); err != nil {
		return consensus.State{}, nil, err
	}
	state, list := p.Pool.Template(maxBytes)
	return state, list, nil
}

// Account is an account at the tip, with its pending transfers. An error is the chain's.
func (p *Pool) Account(address types.Address) (consensus.Account, []types.Transaction, error) {
	if err := p.Sync(); err != nil {
		return consensus.Account{}, nil, err
	}
	return p.Reader.Account(address)
}

// NextSequence is mempool.Reader.NextSequence at the newest tip. An error is the
// chain's.
func (p *Pool) NextSequence(sender types.Address) (uint64, error) {
	account, pending, err := p.Account(sender)
	return account.Sequence + uint64(len(pending)), err
}
