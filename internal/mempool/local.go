package mempool

import (
	"bytes"
	"cmp"
	"errors"
	"slices"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// AddLocal is Add for a transfer that this node promises to keep. It refuses with
// ErrFull what it could not promise.
func (p *Pool) AddLocal(t types.Transaction) error {
	return p.take(newTransfer(t, p.now()).promised())
}

// Restore is AddLocal for a transfer that a pool which is no more has promised to
// keep, or, if it is not local, that a reorg put back there. What cannot be in a
// block now waits aside.
func (p *Pool) Restore(t types.Transaction, local bool) error {
	restored := newTransfer(t, p.now())
	restored.local, restored.undone = local, !local
	err := p.take(restored)
	if local && errors.Is(err, consensus.ErrSequenceUsed) {
		p.changing.Lock()
		defer p.changing.Unlock()
		p.used.add(restored.id)
	}
	if !restored.waits(err) {
		return err
	}
	if err := consensus.CheckSignature(&restored.Transaction, p.genesis); err != nil { // take did not get so far
		return err
	}
	p.changing.Lock()
	defer p.changing.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.set.strand(restored)
	return nil
}

// Resume has the pool take in what reorgs have undone since a block was the tip of
// a pool that is no more. With an error, as of chain.ErrNotFound if the chain does
// not have what it takes, the pool is as it was.
func (p *Pool) Resume(from types.Hash) error {
	p.changing.Lock()
	defer p.changing.Unlock()
	return p.follow(from)
}

// Kept lists the local transfers, and of others those that a reorg has put back,
// each sender's in order. tip is where they wait: a local transfer that is not
// listed is held or contradicted by a block up to there, or was replaced by its
// sender.
func (p *Pool) Kept() (tip types.Hash, local, undone []types.Transaction) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	for _, byID := range []map[types.Hash]*transfer{p.set.byID, p.set.stranded.byID} {
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

func bySender(a, b types.Transaction) int {
	return cmp.Or(bytes.Compare(a.PublicKey[:], b.PublicKey[:]), cmp.Compare(a.Sequence, b.Sequence))
}

// recent are the ids that were added last, so many at most.
type recent struct {
	most  int
	order []types.Hash // a ring once it is full
	next  int          // in order
	ids   map[types.Hash]bool
}

func newRecent(most int) *recent { return &recent{most: most, ids: make(map[types.Hash]bool)} }

func (r *recent) add(id types.Hash) {
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

// note takes in which local transfers wait no longer, from one set to the next.
func (r *recent) note(before, after *set) {
	if before.local.count == 0 {
		return
	}
	for _, byID := range []map[types.Hash]*transfer{before.byID, before.stranded.byID} {
		for id, t := range byID {
			if t.local && after.byID[id] == nil && after.stranded.byID[id] == nil {
				r.add(id)
			}
		}
	}
}
