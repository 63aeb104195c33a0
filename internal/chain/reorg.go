package chain

import (
	"errors"
	"fmt"

	"networkmngr/internal/consensus"
)

// storeTip is what the store holds. While a reorg is under way it is ahead of what
// is shown.
type storeTip struct {
	tip    *blockNode
	state  consensus.State // after tip
	totals Totals
	reorg  *reorg // under way, or nil
	noted  bool   // the store knows of a move
	byHand []Ref  // blocks that were invalidated by hand; never changed in place
}

// reorg is a way of the tip that may take several transactions. from is where a block
// on the way that breaks a rule leads back to.
type reorg struct {
	from, to *blockNode
	byHand   *[]Ref // that are invalidated by hand from the end of the way on; nil for those that are already
}

func (m *reorg) record() Reorg { return Reorg{From: m.from.Ref, To: m.to.Ref} }

// begin lets one writer in. If the store has failed in the middle of a reorg, it
// is first led back to the tip that is shown.
func (c *Chain) begin() error {
	c.writing.Lock()
	c.mu.Lock()
	c.busy = true
	end := c.last()
	c.mu.Unlock()
	c.storeTip.reorg, c.written = nil, written{}
	if c.storeTip.tip == end {
		return nil
	}
	c.storeTip.reorg = &reorg{from: end, to: end}
	err := c.finishReorg()
	if err != nil {
		c.end()
	}
	return err
}

// end lets the writer out, and those who wait for it go on.
func (c *Chain) end() {
	c.mu.Lock()
	c.busy = false
	c.storeBehind = c.storeTip.tip != c.last()
	c.mu.Unlock()
	c.published.Broadcast()
	c.writing.Unlock()
}

// update runs one transaction of the store. A block that breaks a rule is
// remembered as invalid.
func (c *Chain) update(do func(*commit) error) error {
	var s *commit
	err := c.store.Update(func(w Writer) error {
		s = c.newCommit(w)
		if err := do(s); err != nil {
			return err
		}
		return s.finish()
	})
	var at *BlockError
	switch {
	case err == nil:
		c.noteCommit(s)
	case !errors.As(err, &at):
		return fmt.Errorf("%w: %w", ErrStore, err)
	case Invalid(err) && !consensus.Mutated(err):
		c.markInvalid(at.ID)
	}
	return err
}

// noteCommit notes what is durable now.
func (c *Chain) noteCommit(s *commit) {
	c.storeTip = s.storeTip
	c.mu.Lock()
	defer c.mu.Unlock()
	for e, block := range s.blocks {
		if c.onMain(e) {
			c.leaving[e] = block.size
			continue
		}
		now := c.side.all[e]
		if now.size = block.size; block.added {
			now.status = stored
		}
		c.put(e, now)
	}
}

// finishReorg ends the reorg under way, in as many transactions as that takes, and
// shows where it led. A block on the way that breaks a rule leads back to where
// the move began, and is returned as a *BlockError.
func (c *Chain) finishReorg() (broken error) {
	for c.storeTip.reorg != nil {
		err := c.update((*commit).walk)
		if err == nil {
			continue
		}
		at := c.storeTip.reorg
		if !errors.As(err, new(*BlockError)) {
			if c.storeTip.tip == c.shownTip() {
				c.storeTip.reorg = nil // as if it had not begun
			}
			return err
		}
		if at.to == at.from {
			return fmt.Errorf("%w: the way back to block %d: %w", ErrStore, at.from.Height, err)
		}
		broken, c.storeTip.reorg = err, &reorg{at.from, at.from, at.byHand}
	}
	c.publish()
	return broken
}

func (c *Chain) shownTip() *blockNode {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.last()
}

// publish makes the store's tip the tip that everybody sees.
func (c *Chain) publish() {
	c.mu.Lock()
	old := c.last()
	c.moveTo(c.storeTip.tip, c.storeTip.state, c.leaving)
	c.totals = c.storeTip.totals
	c.setByHand(idSet(c.storeTip.byHand))
	c.mu.Unlock()
	clear(c.leaving)
	c.published.Broadcast()
	if c.storeTip.tip != old {
		c.bell.Ring()
	}
}
