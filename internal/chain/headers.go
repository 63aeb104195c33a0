package chain

import (
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// headerWalk takes headers into a tree one by one, and carries the state along,
// as making it afresh for each would cost more.
type headerWalk struct {
	state   consensus.State
	checked int // headers that no tree knew
}

// headerRules are what a header can break: at a time, or nothing for those of trust.
type headerRules struct {
	trusted bool
	params  *consensus.Params
	now     time.Time
}

// check checks a header, whose hash is id, on its parent's state. One that another
// tree knows breaks no rule but the clock's.
func (r headerRules) check(below consensus.State, h types.Header, id types.Hash, known bool) error {
	if r.trusted {
		return nil
	}
	if !known {
		if err := below.CheckHashedHeader(h, id); err != nil {
			return err
		}
	}
	return r.params.CheckFuture(h, r.now)
}

// enter returns the block node of a header that breaks none of rules; or nil, with
// a *BlockError. With that of an invalid block comes an error too.
func (w *headerWalk) enter(t *tree, h types.Header, rules headerRules) (*blockNode, error) {
	id := h.Hash()
	e := t.table.get(id)
	if e != nil && t.knows(e) {
		return e, t.refuseInvalid(e)
	}
	parent := t.find(h.Previous)
	if parent == nil {
		return nil, &BlockError{Ref{ID: id}, ErrUnknownParent}
	}
	shared := e != nil && e.parent == parent
	if !shared && w.state.ID != parent.ID {
		w.state = parent.state(t.genesis.Params)
	}
	if err := rules.check(w.state, h, id, shared); err != nil {
		return nil, &BlockError{Ref{parent.Height + 1, id}, err}
	}
	if !shared {
		w.checked++
		w.state = w.state.AfterHashed(h, id)
		e = parent.child(h, w.state)
	}
	e = t.insert(e)
	return e, t.refuseInvalid(e)
}

// headerRules are all that a header alone can break, the clock's too.
func (t *tree) headerRules(now time.Time) headerRules {
	return headerRules{params: t.genesis.Params, now: now}
}

func (t *tree) refuseInvalid(e *blockNode) error {
	if t.standing(e).status == invalid {
		return &BlockError{e.Ref, ErrInvalidAncestor}
	}
	return nil
}

// header is what is known of e's block.
func (t *tree) header(e *blockNode) Header {
	at := t.standing(e)
	return Header{
		Header: e.header, Ref: e.Ref, Work: e.work,
		Stored: at.status == stored, Valid: !at.barred(), ByHand: at.byHand,
	}
}

// headerOf is the header with this id, of whatever branch.
func (t *tree) headerOf(id types.Hash) (Header, bool) {
	if e := t.find(id); e != nil {
		return t.header(e), true
	}
	return Header{}, false
}

// Missing lists the blocks up to id that are not stored, the lowest first, at
// most limit of them: none if that branch was invalidated by hand.
func (v *View) Missing(id types.Hash, limit int) []Ref {
	end := v.find(id)
	if end == nil {
		return nil
	}
	if at := v.standing(end); at.byHand || at.status != headerOnly {
		return nil
	}
	lowest := v.lowestMissing(end)
	refs := make([]Ref, min(end.Height-lowest.Height+1, uint64(limit)))
	for e := v.ancestor(end, lowest.Height+uint64(len(refs))-1); e != lowest.parent; e = e.parent {
		refs[e.Height-lowest.Height] = e.Ref
	}
	return refs
}

// lowestMissing is the lowest block that is not stored up to end, which is not. A node
// that catches up asks for it with every message, so the usual case, that nothing is
// stored above the main chain, looks nothing up on the way.
func (t *tree) lowestMissing(end *blockNode) *blockNode {
	first := end
	for !t.onMain(first.parent) {
		first = first.parent
	}
	if t.side.all[first].status == headerOnly {
		return first
	}
	lowest := end
	for t.standing(lowest.parent).status == headerOnly {
		lowest = lowest.parent
	}
	return lowest
}

// Locator describes the branch up to id so that a peer can find where its own
// forks off: the last ids one by one, then at doubling distances, genesis last
// (as in Bitcoin's getheaders).
func (v *View) Locator(id types.Hash) []types.Hash {
	const single = 10
	var locator []types.Hash
	distance := uint64(1)
	for e := v.find(id); e != nil; {
		locator = append(locator, e.ID)
		if e.Height == 0 {
			break
		}
		if len(locator) > single {
			distance *= 2
		}
		e = v.ancestor(e, e.Height-min(distance, e.Height))
	}
	return locator
}

// ancestor is e's ancestor at height.
func (t *tree) ancestor(e *blockNode, height uint64) *blockNode {
	for e.Height > height {
		if t.onMain(e) {
			return t.main[height]
		}
		e = e.parent
	}
	return e
}

// HeadersTo lists the headers of the branch up to end above the first block of locator
// that is on it, at most limit of them: none for a locator that shares nothing with it.
func (v *View) HeadersTo(end types.Hash, locator []types.Hash, limit int) []types.Header {
	last := v.find(end)
	if last == nil {
		return nil
	}
	for _, id := range locator {
		if e := v.find(id); e != nil && e.Height <= last.Height && v.ancestor(last, e.Height) == e {
			return v.headersBetween(e, v.ancestor(last, e.Height+min(last.Height-e.Height, uint64(limit))))
		}
	}
	return nil
}

// headersBetween lists the headers above base, an ancestor of last, up to last.
func (v *View) headersBetween(base, last *blockNode) []types.Header {
	headers := make([]types.Header, last.Height-base.Height)
	for e := last; e != base; e = e.parent {
		headers[e.Height-base.Height-1] = e.header
	}
	return headers
}
