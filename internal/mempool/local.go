package mempool

import (
	"bytes"
	"cmp"
	"slices"

	"networkmngr/internal/types"
)

// Kept lists the local transfers, and of others those that a reorg has put back,
// each sender's in order. tip is where they wait: a local transfer that is not
// listed is held or contradicted by a block up to there, or was replaced by its
// sender.
func (p *Pool) Kept() (tip types.Hash, local, undone []types.Transaction) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	for _, byID := range []map[types.Hash]*transfer{p.set.byID, p.set.parked.byID} {
		for _, t := range byID {
			if t.local {
				local = append(local, t.Transaction)
			} else if t.undone {
				undone = append(undone, t.Transaction)
			}
		}
	}
	slices.SortFunc(local, bySender)
	slices.SortFunc(undone, bySender)
	return p.tip.ID, local, undone
}

// bySender orders transfers by sender and sequence number, and by id those that
// contradict each other, one of which is parked: chance has no part in it.
func bySender(a, b types.Transaction) int {
	order := cmp.Or(bytes.Compare(a.PublicKey[:], b.PublicKey[:]), cmp.Compare(a.Sequence, b.Sequence))
	if order != 0 {
		return order
	}
	return a.ID().Compare(b.ID())
}

// recentlyIncluded are the ids that were added last, so many at most.
type recentlyIncluded struct {
	most  int
	order []types.Hash // a ring once it is full
	next  int          // in order
	ids   map[types.Hash]bool
}

func newRecentlyIncluded(most int) *recentlyIncluded {
	return &recentlyIncluded{most: most, ids: make(map[types.Hash]bool)}
}

// list has the oldest first.
func (r *recentlyIncluded) list() []types.Hash {
	return slices.Concat(r.order[r.next:], r.order[:r.next])
}

func (r *recentlyIncluded) add(id types.Hash) {
	switch {
	case r.ids[id]:
		return
	case len(r.order) < r.most:
		r.order = append(r.order, id)
	default:
		delete(r.ids, r.order[r.next])
		r.order[r.next] = id
		r.next = (r.next + 1) % r.most
	}
	r.ids[id] = true
}
