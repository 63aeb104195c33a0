package mempool

import (
	"slices"
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// Snapshot is all that a pool holds at its tip, as plain data. The pool that
// FromSnapshot makes of it is told the same, and becomes the same.
type Snapshot struct {
	Waiting []Waiting    // each sender's in order
	Used    []types.Hash // local transfers that wait no longer, the oldest first
	Oldest  time.Time    // before which nothing was added that can expire; zero for nothing
}

// Waiting is a transfer of a Snapshot.
type Waiting struct {
	Transaction   types.Transaction
	Account       consensus.Account // the sender's
	Added         time.Time
	Local, Undone bool
	Aside         bool // it lacks something, and no template takes it
}

// Snapshot is the pool as it is. It must not be on its way to another tip.
func (p *Pool) Snapshot() Snapshot {
	p.mu.RLock()
	defer p.mu.RUnlock()
	s := Snapshot{Oldest: p.set.oldest, Used: slices.Collect(p.used.All())}
	for _, t := range p.set.byID {
		s.Waiting = append(s.Waiting, p.set.waiting(t, false))
	}
	for _, t := range p.set.parked.byID {
		s.Waiting = append(s.Waiting, p.set.waiting(t, true))
	}
	slices.SortFunc(s.Waiting, func(a, b Waiting) int {
		return bySender(a.Transaction, b.Transaction)
	})
	return s
}

func (s *set) waiting(t *transfer, aside bool) Waiting {
	account, _ := s.account(t.sender)
	return Waiting{
		Transaction: t.Transaction, Account: account, Added: t.added,
		Local: t.local, Undone: t.undone, Aside: aside,
	}
}

// FromSnapshot makes a pool at the tip at which the snapshot was taken. Both must be
// of one network.
func FromSnapshot(limits Limits, tip consensus.State, s Snapshot) *Pool {
	p := New(limits, tip)
	for _, id := range s.Used {
		p.used.Add(id)
	}
	for i := range s.Waiting {
		p.set.place(&s.Waiting[i])
	}
	p.set.oldest = s.Oldest
	return p
}

// place puts a transfer where it was, whatever speaks against it.
func (s *set) place(w *Waiting) {
	t := newTransfer(w.Transaction, w.Added)
	t.local, t.undone = w.Local, w.Undone
	if w.Aside {
		s.park(t, w.Account)
		return
	}
	q := s.queue(t.sender, w.Account)
	it, _ := q.next(t)
	s.put(q, it)
}
