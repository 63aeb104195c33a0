package chain

import "networkmngr/internal/types"

// maxEvicted bounds the blocks that one write removes, as the next one waits
// for it.
const maxEvicted = 256

// enforceLimitsAfter is enforceLimits after a write that ended with err, unless that has left the
// store in the middle of a reorg: then it is needed as it is.
func (c *Chain) enforceLimitsAfter(err error) error {
	if c.storeTip.reorg != nil {
		return err
	}
	if failed := c.enforceLimits(); failed != nil {
		return failed
	}
	return err
}

// enforceLimits keeps the chain within its limits, after a write.
func (c *Chain) enforceLimits() error {
	held := c.followerTips()
	c.mu.Lock()
	c.dropHeaders(nil)
	c.evict(held)
	c.mu.Unlock()
	for len(c.toDelete) > 0 {
		count := min(len(c.toDelete), maxEvicted)
		err := c.update(func(s *commit) error { return s.remove(c.toDelete[:count]) })
		if err != nil {
			return err
		}
		c.toDelete = c.toDelete[count:]
	}
	c.toDelete = nil
	return nil
}

// remove removes blocks, unless they have been stored anew.
func (s *commit) remove(nodes []*blockNode) error {
	for _, e := range nodes {
		if s.c.status(e) == stored {
			continue
		}
		if err := s.w.DeleteBlock(e.Ref); err != nil {
			return err
		}
	}
	return nil
}

// followerTips lists the blocks on which followers stand.
func (c *Chain) followerTips() []types.Hash {
	ids := make([]types.Hash, len(c.followers))
	for i, at := range c.followers {
		ids[i] = at()
	}
	return ids
}

// evict marks for deletion the lightest stored blocks of the side branches once there are
// too many, but not of those that lead to held. Callers hold writing and mu.
func (c *Chain) evict(held []types.Hash) {
	if c.side.blocks <= c.limits.SideBlocks && c.side.bytes <= c.limits.SideBytes {
		return
	}
	left, stay := maxEvicted, c.leading()
	bodies := make(map[*blockNode]standing, c.side.blocks)
	for e, at := range c.side.all {
		switch {
		case at.status != stored:
		case at.byHand:
			c.lead(e, stay) // and so do those that it follows on
		default:
			bodies[e] = at
		}
	}
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
		func(e *blockNode) bool { return stay[e] },
		func() bool { return left == 0 || c.side.blocks <= blocks && c.side.bytes <= bytes },
		func(e *blockNode) {
			c.markForDeletion(e, headerOnly)
			left--
		})
}

// markForDeletion marks a stored block of a side branch for deletion. Callers hold writing and mu.
func (c *Chain) markForDeletion(e *blockNode, now status) {
	c.mark(e, now)
	c.toDelete = append(c.toDelete, e)
	c.written.forgotten = append(c.written.forgotten, e)
}
