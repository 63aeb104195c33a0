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

// What waits aside and is not local is bounded by itself, as nobody pays for it
// now.
const (
	maxStranded      = 8192
	maxStrandedBytes = 8 << 20
)

// stranded are transfers that were accepted, and then lost to a reorg the coins
// that they spend, or a transfer that they follow. Both come back as a rule:
// what paid their senders is pending again. No template takes them meanwhile.
// What is local or was undone, and had no room in its queue, is here too.
type stranded struct {
	byID     map[types.Hash]*transfer
	accounts consensus.Accounts // of their senders, at the tip
	heard    tally              // of those that are not local
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

// strand puts t aside, whose sender has account. Of those that are not local, the
// first come stay.
func (s *set) strand(t *transfer, account consensus.Account) {
	aside := &s.stranded
	after := aside.heard
	after.add(t)
	switch {
	case aside.byID[t.id] != nil:
		return
	case t.local:
		s.local.add(t)
	case after.count > maxStranded || after.size > maxStrandedBytes:
		return
	default:
		aside.heard = after
	}
	if aside.byID == nil {
		aside.byID, aside.accounts = make(map[types.Hash]*transfer), make(consensus.Accounts)
	}
	aside.byID[t.id], aside.accounts[t.sender] = t, account
}

// unstrand takes out all that waits aside, and lists what is local or was not added
// before cutoff.
func (s *set) unstrand(cutoff time.Time) []*transfer {
	list := s.stranded.unexpired(cutoff)
	for _, t := range list {
		if t.local {
			s.local.remove(t)
		}
	}
	s.stranded = stranded{}
	return list
}

// settle passes on the promise that t is kept to the transfer that has its
// sequence number.
func (s *set) settle(t *transfer) {
	if !t.local {
		return
	}
	q := s.queues[t.sender]
	s.promise(q, t.Sequence+1)
	heap.Fix(&s.tails, q.index)
}

// unexpired lists what is local or was not added before cutoff, each sender's in
// order.
func (s *stranded) unexpired(cutoff time.Time) []*transfer {
	list := slices.SortedFunc(maps.Values(s.byID), func(a, b *transfer) int {
		return cmp.Or(cmp.Compare(a.Sequence, b.Sequence), a.id.Compare(b.id))
	})
	return slices.DeleteFunc(list, func(t *transfer) bool { return t.expired(cutoff) })
}
