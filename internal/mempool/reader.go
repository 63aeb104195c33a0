package mempool

import (
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// Reader is a pool for whoever reads it beside its owner. It knows accounts of which
// nothing is pending, too, as the chain has them.
type Reader struct {
	*Pool
	chain Chain
	now   func() time.Time
}

// NewReader makes one of a pool, the chain that it follows, and the wall clock.
func NewReader(pool *Pool, c Chain, now func() time.Time) *Reader { return &Reader{pool, c, now} }

// AccountAt is an account, and the block that it is the state after: that of the
// mempool's tip if something of it is pending. An error is the chain's.
func (p *Reader) AccountAt(address types.Address) (consensus.Account, types.Hash, error) {
	if account, at, known := p.Pool.AccountAt(address); known {
		return account, at, nil
	}
	accounts, at, err := p.chain.Accounts(address)
	return accounts[address], at.ID, err
}

// Account is an account, and its pending transfers, which follow on it. An error is
// the chain's.
func (p *Reader) Account(address types.Address) (consensus.Account, []types.Transaction, error) {
	if account, pending, known := p.Pool.Account(address); known {
		return account, pending, nil
	}
	accounts, _, err := p.chain.Accounts(address)
	return accounts[address], nil, err
}

// NextSequence is the number that a sender's next transfer must carry, after those
// that are pending. An error is the chain's.
func (p *Reader) NextSequence(sender types.Address) (uint64, error) {
	account, pending, err := p.Account(sender)
	return account.Sequence + uint64(len(pending)), err
}

// Entries is a page of what is pending; see Pool.Entries.
func (p *Reader) Entries(from, limit int) ([]Entry, Status) {
	return p.Pool.Entries(from, limit, p.now())
}

// Restore is Pool.Restore, for the time before the node runs. An error is that, or the
// chain's.
func (p *Reader) Restore(t types.Transaction, local bool) error {
	account, at, err := p.AccountAt(t.Sender())
	if err != nil {
		return err
	}
	return p.Pool.Restore(Offer{Transaction: t, Account: account, At: at, Local: local}, p.now())
}

// Resume takes in what reorgs have undone since a block was the tip of a mempool that
// is no more, for the time before the node runs. With an error, as of
// chain.ErrNotFound if the chain does not have what it takes, the mempool is as it was.
func (p *Reader) Resume(from types.Hash) error {
	err := Way(p.chain, from, p.Concerns, func(tip consensus.State, step Step) error {
		return p.Follow(tip, step, p.now())
	})
	if err != nil {
		p.Stay()
	}
	return err
}
