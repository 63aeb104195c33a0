package chain

import (
	"errors"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// maxHeadersOnly bounds the headers that are kept without their blocks, each
// some 300 bytes. Each costs its maker a proof of work.
const maxHeadersOnly = 500_000

// ErrTooManyHeaders means that so many blocks are missing already that more
// headers are of no use.
var ErrTooManyHeaders = errors.New("too many headers without blocks")

// AddHeaders takes headers, each the child of a known one or of the one before
// it, into memory only. It stops at the first that cannot be taken, keeps what
// came before, and returns a *BlockError. added counts those that were new.
func (c *Chain) AddHeaders(headers []types.Header) (added int, err error) {
	c.writing.Lock() // so that no block is added between a check and its use
	defer c.writing.Unlock()
	var state consensus.State
	for _, h := range headers {
		id := h.Hash()
		if e := c.entry(id); e != nil {
			if e.status == invalid {
				return added, &BlockError{e.Ref, ErrInvalidAncestor}
			}
			continue
		}
		parent := c.entry(h.Previous)
		if parent == nil {
			return added, &BlockError{Ref{ID: id}, ErrUnknownParent}
		}
		if state.ID != parent.ID {
			state = parent.state(c.genesis.Params)
		}
		if state, err = c.addHeader(parent, state, h); err != nil {
			return added, &BlockError{Ref{parent.Height + 1, id}, err}
		}
		added++
	}
	return added, nil
}

func (c *Chain) addHeader(parent *entry, below consensus.State, h types.Header) (consensus.State, error) {
	if parent.status == invalid {
		return below, ErrInvalidAncestor
	}
	if err := c.checkHeader(below, h); err != nil {
		return below, err
	}
	next := below.After(h)
	e := parent.child(h, next)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries)-len(c.main) >= maxHeadersOnly {
		return below, ErrTooManyHeaders
	}
	c.entries[e.ID] = e
	if e.work.Gt(&c.headersTip.work) {
		c.headersTip = e
	}
	return next, nil
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
		if e.Height < uint64(len(c.main)) && c.main[e.Height] == e {
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
		if e == nil || e.Height >= uint64(len(c.main)) || c.main[e.Height] != e {
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
