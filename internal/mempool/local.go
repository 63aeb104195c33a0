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
