package mempool

import (
	"errors"
	"sync"
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// Synced is a pool and a chain that it follows whenever somebody asks. All methods
// may be called from any goroutine.
type Synced struct {
	*Pool
	chain Chain
	now   func() time.Time

	changing sync.Mutex // its holder is the pool's owner, and may read the chain
}

// NewSynced makes an empty pool over the tip of a chain. limits must be valid.
func NewSynced(limits Limits, c Chain, tip consensus.State, now func() time.Time) *Synced {
	return &Synced{Pool: New(limits, tip), chain: c, now: now}
}

// Add takes a transfer in over the newest tip; see Check and Enter.
func (s *Synced) Add(t types.Transaction) error { return s.take(Offer{Transaction: t}) }

// AddLocal is Add for a transfer that this node promises to keep. It refuses with
// ErrFull what it could not promise.
func (s *Synced) AddLocal(t types.Transaction) error {
	return s.take(Offer{Transaction: t, Local: true})
}

// take looks at the account twice, as no lock is held while the signature is checked,
// so that this is done on all cores.
func (s *Synced) take(o Offer) error {
	if err := s.judgeAtTip(&o, func() error { return nil }); err != nil {
		return err
	}
	if err := s.Check(o); err != nil {
		return err
	}
	return s.judgeAtTip(&o, func() error { return s.Enter(o, s.now()) })
}

// judgeAtTip completes an offer at the newest tip, and holds the tip for judge.
func (s *Synced) judgeAtTip(o *Offer, judge func() error) (err error) {
	s.changing.Lock()
	defer s.changing.Unlock()
	if o.Account, err = s.account(o.Transaction.Sender()); err != nil {
		return err
	}
	o.At = s.At()
	return judge()
}

// Restore is Pool.Restore at the newest tip.
func (s *Synced) Restore(t types.Transaction, local bool) error {
	o := Offer{Transaction: t, Local: local}
	return s.judgeAtTip(&o, func() error { return s.Pool.Restore(o, s.now()) })
}

// Resume has the pool take in what reorgs have undone since a block was the tip of
// a pool that is no more. With an error, as of chain.ErrNotFound if the chain does
// not have what it takes, the pool is as it was.
func (s *Synced) Resume(from types.Hash) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	return s.follow(from)
}

// Sync brings the pool to the chain's tip. An error is the store's, and leaves the
// pool as it was.
func (s *Synced) Sync() error {
	s.changing.Lock()
	defer s.changing.Unlock()
	return s.follow(s.At())
}

// follow takes in what has happened since a block was the tip, until nothing has any
// more. Callers hold changing.
func (s *Synced) follow(from types.Hash) error {
	now := s.now()
	for settled := false; !settled; from = s.At() {
		err := Way(s.chain, from, s.Concerns, func(tip consensus.State, step Step) error {
			if settled = tip.ID == from && tip.ID == s.At(); settled {
				return nil
			}
			return s.Follow(tip, step, now)
		})
		if err != nil {
			s.Stay()
			return err
		}
	}
	s.Expire(now)
	return nil
}

// account syncs, and reads an account at the tip. Callers hold changing.
func (s *Synced) account(address types.Address) (consensus.Account, error) {
	for {
		if err := s.follow(s.At()); err != nil {
			return consensus.Account{}, err
		}
		if account, _, known := s.AccountAt(address); known {
			return account, nil
		}
		accounts, err := accountsAt(s.chain, s.At(), address)
		if !errors.Is(err, ErrMoved) {
			return accounts[address], err
		}
	}
}

// Account is an account at the tip, and the sender's pending transfers, which
// follow on it.
func (s *Synced) Account(address types.Address) (consensus.Account, []types.Transaction, error) {
	s.changing.Lock()
	defer s.changing.Unlock()
	account, err := s.account(address)
	return account, s.BySender(address), err
}

// NextSequence is the number that a sender's next transfer must carry, after
// those that are pending.
func (s *Synced) NextSequence(sender types.Address) (uint64, error) {
	account, pending, err := s.Account(sender)
	return account.Sequence + uint64(len(pending)), err
}

// Template is Pool.Template at the newest tip.
func (s *Synced) Template(maxBytes int) (consensus.State, []types.Transaction, error) {
	s.changing.Lock()
	defer s.changing.Unlock()
	if err := s.follow(s.At()); err != nil {
		return consensus.State{}, nil, err
	}
	state, list := s.Pool.Template(maxBytes)
	return state, list, nil
}

// Entries is Pool.Entries, with ages of now.
func (s *Synced) Entries(from, limit int) ([]Entry, Status) {
	return s.Pool.Entries(from, limit, s.now())
}
