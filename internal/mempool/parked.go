package mempool

import (
	"cmp"
	"container/heap"
	"errors"
	"maps"
	"slices"
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// What is parked and is not local is bounded by itself, as nobody pays for it
// now.
const (
	maxParked      = 8192
	maxParkedBytes = 8 << 20
)

// parked are transfers that were accepted, and then lost to a reorg the coins
// that they spend, or a transfer that they follow. Both come back as a rule:
// what paid their senders is pending again. No template takes them meanwhile.
// What is local or was undone, and had no room in its queue, is here too.
type parked struct {
	byID     map[types.Hash]*transfer
	accounts consensus.Accounts // of their senders, at the tip
	remote   usage              // of those that are not local
}

// waits reports whether a refusal of t says that it lacks what may come back: its
// coins, or what it follows, or room if t was there before.
func (t *transfer) waits(refusal error) bool {
	lacks := []error{consensus.ErrOverspend, consensus.ErrSequenceGap}
	if t.local || t.undone {
		lacks = append(lacks, ErrFull, ErrTooMany)
	}
	return slices.ContainsFunc(lacks, func(lack error) bool { return errors.Is(refusal, lack) })
}

// park parks t, whose sender has account. Of those that are not local, the
// first come stay.
func (s *set) park(t *transfer, account consensus.Account) {
	aside := &s.parked
	after := aside.remote
	after.add(t)
	switch {
	case aside.byID[t.id] != nil:
		return
	case t.local:
		s.local.add(t)
	case after.count > maxParked || after.size > maxParkedBytes:
		s.leave(t, ErrFull, types.Hash{})
		return
	default:
		aside.remote = after
	}
	if aside.byID == nil {
		aside.byID, aside.accounts = make(map[types.Hash]*transfer), make(consensus.Accounts)
	}
	aside.byID[t.id], aside.accounts[t.sender] = t, account
}

// unpark takes out all that is parked, and lists what is local or was not added
// before cutoff.
func (s *set) unpark(cutoff time.Time) []*transfer {
	list := s.unexpiredParked(cutoff)
	for _, t := range list {
		if t.local {
			s.local.remove(t)
		}
	}
	s.parked = parked{}
	return list
}

// inheritLocal passes on the promise that t is kept to the transfer that has its
// sequence number.
func (s *set) inheritLocal(t *transfer) {
	if !t.local {
		return
	}
	q := s.queues[t.sender]
	s.makeLocal(q, t.Sequence+1)
	heap.Fix(&s.tails, q.index)
}

// unexpiredParked lists what is local or was not added before cutoff, each sender's in
// order. The others leave.
func (s *set) unexpiredParked(cutoff time.Time) []*transfer {
	list := slices.SortedFunc(maps.Values(s.parked.byID), func(a, b *transfer) int {
		return cmp.Or(cmp.Compare(a.Sequence, b.Sequence), a.id.Compare(b.id))
	})
	return s.withoutExpired(list, cutoff)
}
