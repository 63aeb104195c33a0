package chain

import (
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// AddHeaders takes headers, each the child of a known one or of the one before
// it, into memory only. It stops at the first that cannot be taken, keeps what
// came before, and returns a *BlockError. None is refused because there are too
// many: then those with the least work are forgotten, see Limits. Each costs its
// maker a proof of work, and what was forgotten can be asked for again.
func (c *Chain) AddHeaders(headers []types.Header) (err error) {
	var walk headerWalk
	var last *entry
	for i := 0; i < len(headers) && err == nil; i++ {
		var e *entry
		if e, err = walk.enter(c, headers[i]); e != nil {
			last = e
		}
	}
	c.tidyHeaders(last)
	return err
}

// headerWalk takes headers into the tree one by one, and carries the state
// along, as making it afresh for each would cost more.
type headerWalk struct{ state consensus.State }

// enter checks one header and gives its entry in the tree.
func (w *headerWalk) enter(c *Chain, h types.Header) (*entry, error) {
	id := h.Hash()
	if e := c.entry(id); e != nil {
		return e, c.refuseInvalid(e)
	}
	parent := c.entry(h.Previous)
	if parent == nil {
		return nil, &BlockError{Ref{ID: id}, ErrUnknownParent}
	}
	if w.state.ID != parent.ID {
		w.state = parent.state(c.genesis.Params)
	}
	if err := c.checkHeader(w.state, h); err != nil {
		return nil, &BlockError{Ref{parent.Height + 1, id}, err}
	}
	w.state = w.state.After(h)
	e := c.insert(parent.child(h, w.state))
	if e == nil { // the parent was forgotten just now
		return nil, &BlockError{Ref{parent.Height + 1, id}, ErrUnknownParent}
	}
	return e, c.refuseInvalid(e)
}

// checkHeader is every rule that a header alone can break, the clock's too.
func (c *Chain) checkHeader(below consensus.State, h types.Header) error {
	if err := below.CheckHeader(h); err != nil {
		return err
	}
	return c.genesis.Params.CheckFuture(h, c.now())
}

// insert puts e into the tree, unless somebody else just did: there is one
// entry for a block, as others point at it. It is nil if e's parent has left the
// tree.
func (c *Chain) insert(e *entry) *entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.entries[e.ID]; known != nil {
		return known
	}
	if c.entries[e.parent.ID] != e.parent {
		return nil
	}
	if e.parent.status == invalid {
		e.status = invalid
	}
	c.entries[e.ID] = e
	c.side.add(e)
	if e.status != invalid && e.work.Gt(&c.headersTip.work) {
		c.headersTip = e
	}
	return e
}

func (c *Chain) refuseInvalid(e *entry) error {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if e.status == invalid {
		return &BlockError{e.Ref, ErrInvalidAncestor}
	}
	return nil
}

// HeadersTip is the header with the most work, whether its block is here or
// not.
func (c *Chain) HeadersTip() Header {
	c.mu.RLock()
	id := c.headersTip.ID
	c.mu.RUnlock()
	h, _ := c.Header(id)
	return h
}

// Missing lists the blocks up to id that are not stored, the lowest first, at
// most limit of them.
func (c *Chain) Missing(id types.Hash, limit int) []Ref {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var lowest *entry
	for e := c.entries[id]; e != nil && e.status == headerOnly; e = e.parent {
		lowest = e
	}
	if lowest == nil {
		return nil
	}
	var refs []Ref
	for _, e := range c.entries[id].branch(lowest.parent) {
		if len(refs) == limit {
			break
		}
		refs = append(refs, e.Ref)
	}
	return refs
}

// Locator describes the branch up to id so that a peer can find where its own
// forks off: the last ids one by one, then at doubling distances, genesis last
// (as in Bitcoin's getheaders).
func (c *Chain) Locator(id types.Hash) []types.Hash {
	c.mu.RLock()
	defer c.mu.RUnlock()
	const single = 10
	var locator []types.Hash
	distance := uint64(1)
	for e := c.entries[id]; e != nil; {
		locator = append(locator, e.ID)
		if e.Height == 0 {
			break
		}
		if len(locator) > single {
			distance *= 2
		}
		e = c.ancestor(e, e.Height-min(distance, e.Height))
	}
	return locator
}

// ancestor is e's ancestor at height. Callers hold mu.
func (c *Chain) ancestor(e *entry, height uint64) *entry {
	for e.Height > height {
		if c.onMain(e) {
			return c.main[height]
		}
		e = e.parent
	}
	return e
}

// HeadersAfter gives the main chain's headers above the first block of locator
// that is on it, at most limit of them. Of a locator that shares nothing with
// us it gives none.
func (c *Chain) HeadersAfter(locator []types.Hash, limit int) []types.Header {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for _, id := range locator {
		e := c.entries[id]
		if e == nil || !c.onMain(e) {
			continue
		}
		part := c.main[e.Height+1:]
		headers := make([]types.Header, min(len(part), limit))
		for i := range headers {
			headers[i] = part[i].header
		}
		return headers
	}
	return nil
}
