package chain

import (
	"slices"

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
	// Reverted, the highest first, and Applied, the lowest first, are the way of
	// the tip.
	Reverted, Applied []Ref
}

// written is what a write has met: the headers of what it was given, and blocks
// that it gave up.
type written struct{ headers, forgotten, invalid []*blockNode }

// updateSince is what the write that began at p has done. Callers hold writing.
func (c *Chain) updateSince(p before) Update {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var u Update
	for _, e := range c.written.headers {
		u.Headers = append(u.Headers, e.header)
		if p.missing[e] && c.standing(e).status == stored {
			u.Stored = append(u.Stored, e.ID)
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
	moved := way(p.tip, c.last())
	u.Reverted, u.Applied = moved.Reverted, moved.Applied
	return u
}
