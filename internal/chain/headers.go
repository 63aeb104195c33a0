package chain

import (
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// headerWalk takes headers into a tree one by one, and carries the state along,
// as making it afresh for each would cost more.
type headerWalk struct{ state consensus.State }

// headerRules are what a header can break on its parent's state.
type headerRules func(below consensus.State, h types.Header) error

// enter returns the entry of a header that breaks none of rules; or nil, with a
// *BlockError. With the entry of an invalid block comes an error too.
func (w *headerWalk) enter(t *tree, h types.Header, rules headerRules) (*entry, error) {
	id := h.Hash()
	if e := t.find(id); e != nil {
		return e, t.refuseInvalid(e)
	}
	parent := t.find(h.Previous)
	if parent == nil {
		return nil, &BlockError{Ref{ID: id}, ErrUnknownParent}
	}
	if w.state.ID != parent.ID {
		w.state = parent.state(t.genesis.Params)
	}
	if err := rules(w.state, h); err != nil {
		return nil, &BlockError{Ref{parent.Height + 1, id}, err}
	}
	w.state = w.state.After(h)
	e := t.insert(parent.child(h, w.state))
	return e, t.refuseInvalid(e)
}

// headerRules are all that a header alone can break, the clock's too.
func (t *tree) headerRules(now time.Time) headerRules {
	return func(below consensus.State, h types.Header) error {
		if err := below.CheckHeader(h); err != nil {
			return err
		}
		return t.genesis.Params.CheckFuture(h, now)
	}
}

// addHeaders takes headers in until one cannot be taken. last is the entry of the
// one before that.
func (t *tree) addHeaders(headers []types.Header, now time.Time) (last *entry, err error) {
	var walk headerWalk
	for i := 0; i < len(headers) && err == nil; i++ {
		var e *entry
		if e, err = walk.enter(t, headers[i], t.headerRules(now)); e != nil {
			last = e
		}
	}
	return last, err
}

func (t *tree) refuseInvalid(e *entry) error {
	if t.standing(e).status == invalid {
		return &BlockError{e.Ref, ErrInvalidAncestor}
	}
	return nil
}

// header is what is known of e's block.
func (t *tree) header(e *entry) Header {
	status := t.standing(e).status
	return Header{
		Header: e.header, Ref: e.Ref, Work: e.work,
		Stored: status == stored, Valid: status != invalid,
	}
}

// headerOf is the header with this id, of whatever branch.
func (t *tree) headerOf(id types.Hash) (Header, bool) {
	if e := t.find(id); e != nil {
		return t.header(e), true
	}
	return Header{}, false
}

// missing is View.Missing.
func (t *tree) missing(id types.Hash, limit int) []Ref {
	end := t.find(id)
	var lowest *entry
	for e := end; e != nil && t.standing(e).status == headerOnly; e = e.parent {
		lowest = e
	}
	if lowest == nil {
		return nil
	}
	var refs []Ref
	for _, e := range end.branch(lowest.parent) {
		if len(refs) == limit {
			break
		}
		refs = append(refs, e.Ref)
	}
	return refs
}

// locator is View.Locator.
func (t *tree) locator(id types.Hash) []types.Hash {
	const single = 10
	var locator []types.Hash
	distance := uint64(1)
	for e := t.find(id); e != nil; {
		locator = append(locator, e.ID)
		if e.Height == 0 {
			break
		}
		if len(locator) > single {
			distance *= 2
		}
		e = t.ancestor(e, e.Height-min(distance, e.Height))
	}
	return locator
}

// ancestor is e's ancestor at height.
func (t *tree) ancestor(e *entry, height uint64) *entry {
	for e.Height > height {
		if t.onMain(e) {
			return t.main[height]
		}
		e = e.parent
	}
	return e
}

// headersAfter is View.HeadersAfter.
func (t *tree) headersAfter(locator []types.Hash, limit int) []types.Header {
	for _, id := range locator {
		e := t.find(id)
		if e == nil || !t.onMain(e) {
			continue
		}
		part := t.main[e.Height+1:]
		headers := make([]types.Header, min(len(part), limit))
		for i := range headers {
			headers[i] = part[i].header
		}
		return headers
	}
	return nil
}

// AddHeaders is View.AddHeaders for who has no View.
func (c *Chain) AddHeaders(headers []types.Header) error {
	c.mu.Lock()
	last, err := c.addHeaders(headers, c.now())
	c.mu.Unlock()
	if c.writing.TryLock() { // or else the writer at work drops headers when it ends
		defer c.writing.Unlock()
		c.mu.Lock()
		defer c.mu.Unlock()
		c.dropHeaders(last)
	}
	return err
}

// HeadersTip is View.HeadersTip.
func (c *Chain) HeadersTip() Header {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.header(c.headersTip)
}

// Missing is View.Missing.
func (c *Chain) Missing(id types.Hash, limit int) []Ref {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.missing(id, limit)
}

// Locator is View.Locator.
func (c *Chain) Locator(id types.Hash) []types.Hash {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.locator(id)
}

// HeadersAfter is View.HeadersAfter.
func (c *Chain) HeadersAfter(locator []types.Hash, limit int) []types.Header {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.headersAfter(locator, limit)
}
