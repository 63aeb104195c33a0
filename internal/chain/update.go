package chain

import (
	"slices"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// Update is what one write has done to the tree of blocks and to the tip, as
// plain data: a View that applies it knows the same. A View takes the updates in
// the order of the writes.
type Update struct {
	Headers   []types.Header // of the blocks that were given, parents first
	Stored    []types.Hash   // blocks that are on disk now
	Forgotten []types.Hash   // blocks that are on disk no more
	Invalid   []types.Hash   // blocks that broke a rule; what follows on them is invalid too
	// Invalidated were invalidated by hand, and Reconsidered are no more; with each goes
	// what follows on it.
	Invalidated, Reconsidered []types.Hash
	Updates                   // the way of the tip
}

// written is what a write has met: the headers of what it was given, and blocks
// that it gave up.
type written struct{ headers, forgotten, invalid []*blockNode }

// updateSince is what the write that began at p has done, and the state at the tip.
// Callers hold writing.
func (c *Chain) updateSince(p before) (Update, consensus.State) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	u := Update{Updates: way(p.tip, c.last())}
	for _, e := range c.written.headers {
		u.Headers = append(u.Headers, e.header)
		if p.missing[e] && c.standing(e).status == stored {
			u.Stored = append(u.Stored, e.ID)
			delete(p.missing, e) // which may be named twice
		}
	}
	for _, e := range c.written.forgotten {
		if c.standing(e).status == headerOnly && !p.missing[e] {
			u.Forgotten = append(u.Forgotten, e.ID)
		}
	}
	for _, e := range c.written.invalid {
		u.Invalid = append(u.Invalid, e.ID)
	}
	slices.SortFunc(u.Forgotten, types.Hash.Compare)
	u.Invalidated = without(c.storeTip.byHand, p.byHand)
	u.Reconsidered = without(p.byHand, c.storeTip.byHand)
	return u, c.tip
}
