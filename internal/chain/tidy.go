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
		if s.c.status(e) == stored {
			continue
		}
		if err := s.w.DeleteBlock(e.Ref); err != nil {
			return err
		}
	}
	return nil
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
	bodies := make(map[*entry]standing, c.side.blocks)
	for e, at := range c.side.all {
		if at.status == stored {
			bodies[e] = at
		}
	}
	left, stay := evictedAtOnce, c.leading()
	for _, id := range held {
		c.lead(c.find(id), stay)
	}
	for _, id := range c.expected {
		if e := c.table.get(id); e != nil && e.work.Gt(&c.tip.Work) {
			c.lead(e, stay)
		}
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
	c.side.mark(e, now)
	c.doomed = append(c.doomed, e)
	c.written.forgotten = append(c.written.forgotten, e)
}
