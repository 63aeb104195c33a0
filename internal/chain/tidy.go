package chain

import "networkmngr/internal/types"

// evictedAtOnce bounds the blocks that one write removes, as the next one waits
// for it.
const evictedAtOnce = 256

// tidyAfter is tidy after a write that ended with err, unless that has left the
// store in the middle of a reorg: then it is needed as it is.
func (c *Chain) tidyAfter(err error) error {
	if c.front.move != nil {
		return err
	}
	if failed := c.tidy(); failed != nil {
		return failed
	}
	return err
}

// tidy keeps the chain within its limits, after a write.
func (c *Chain) tidy() error {
	held := c.stands()
	c.mu.Lock()
	c.dropHeaders(nil)
	c.evict(held)
	c.mu.Unlock()
	for len(c.doomed) > 0 {
		count := min(len(c.doomed), evictedAtOnce)
		err := c.update(func(s *step) error { return s.remove(c.doomed[:count]) })
		if err != nil {
			return err
		}
		c.doomed = c.doomed[count:]
	}
	c.doomed = nil
	return nil
}

// remove removes blocks, unless they have been stored anew.
func (s *step) remove(doomed []*entry) error {
	for _, e := range doomed {
		if e.status == stored {
			continue
		}
		if err := s.w.DeleteBlock(e.Ref); err != nil {
			return err
		}
	}
	return nil
}

// tidyHeaders keeps the headers within their limit, all but those up to keep. A
// writer at work does that when it ends.
func (c *Chain) tidyHeaders(keep *entry) {
	c.mu.RLock()
	count := c.side.headers()
	c.mu.RUnlock()
	if count <= c.limits.Headers || !c.writing.TryLock() {
		return
	}
	defer c.writing.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dropHeaders(keep)
}

// dropHeaders forgets the lightest headers once there are too many. Callers hold
// writing and mu.
func (c *Chain) dropHeaders(keep *entry) {
	if c.side.headers() <= c.limits.Headers {
		return
	}
	least := lowWater(c.limits.Headers)
	prune(c.side.all,
		func(e *entry) bool { return e == keep || e == c.headersTip || e.status == stored || e.applied },
		func() bool { return c.side.headers() <= least },
		func(e *entry) {
			delete(c.entries, e.ID)
			c.side.remove(e)
		})
}

// stands lists the blocks on which followers stand.
func (c *Chain) stands() []types.Hash {
	ids := make([]types.Hash, len(c.followers))
	for i, at := range c.followers {
		ids[i] = at()
	}
	return ids
}

// evict dooms the lightest stored blocks of the side branches once there are
// too many, but not of those that lead to held. Callers hold writing and mu.
func (c *Chain) evict(held []types.Hash) {
	if c.side.blocks <= c.limits.SideBlocks && c.side.bytes <= c.limits.SideBytes {
		return
	}
	bodies := make(map[*entry]bool, c.side.blocks)
	for e := range c.side.all {
		if e.status == stored {
			bodies[e] = true
		}
	}
	left, stay := evictedAtOnce, c.side.leading(c.main[len(c.main)-1])
	for _, id := range held {
		c.side.lead(c.entries[id], stay)
	}
	blocks, bytes := lowWater(c.limits.SideBlocks), lowWater(c.limits.SideBytes)
	prune(bodies,
		func(e *entry) bool { return stay[e] },
		func() bool { return left == 0 || c.side.blocks <= blocks && c.side.bytes <= bytes },
		func(e *entry) {
			c.forget(e, headerOnly)
			left--
		})
}

// forget dooms a stored block of a side branch. Callers hold writing and mu.
func (c *Chain) forget(e *entry, now status) {
	c.side.count(e, -1)
	e.status = now
	c.doomed = append(c.doomed, e)
}
