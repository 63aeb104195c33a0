package chain

import (
	"errors"
	"fmt"

	"networkmngr/internal/consensus"
)

// front is what the store holds. While a reorg is under way it is ahead of what
// is shown.
type front struct {
	tip    *entry
	state  consensus.State // after tip
	totals Totals
	move   *move // under way, or nil
	noted  bool  // the store knows of a move
}

// move is a way of the tip that may take several transactions.
type move struct{ from, to *entry }

func (m *move) reorg() Reorg { return Reorg{From: m.from.Ref, To: m.to.Ref} }

// begin lets one writer in. If the store has failed in the middle of a reorg, it
// is first led back to the tip that is shown.
func (c *Chain) begin() error {
	c.writing.Lock()
	c.mu.Lock()
	c.busy = true
	end := c.last()
	c.mu.Unlock()
	c.front.move, c.written = nil, written{}
	if c.front.tip == end {
		return nil
	}
	c.front.move = &move{end, end}
	err := c.settle()
	if err != nil {
		c.end()
	}
	return err
}

// end lets the writer out, and those who wait for it go on.
func (c *Chain) end() {
	c.mu.Lock()
	c.busy = false
	c.halfway = c.front.tip != c.last()
	c.mu.Unlock()
	c.shown.Broadcast()
	c.writing.Unlock()
}

// update runs one transaction of the store. A block that breaks a rule is
// remembered as invalid.
func (c *Chain) update(do func(*step) error) error {
	var s *step
	err := c.store.Update(func(w Writer) error {
		s = c.newStep(w)
		if err := do(s); err != nil {
			return err
		}
		return s.finish()
	})
	var at *BlockError
	switch {
	case err == nil:
		c.commit(s)
	case !errors.As(err, &at):
		return fmt.Errorf("%w: %w", ErrStore, err)
	case Invalid(err) && !consensus.Mutated(err):
		c.condemn(at.ID)
	}
	return err
}

// commit notes what is durable now.
func (c *Chain) commit(s *step) {
	c.front = s.front
	c.mu.Lock()
	defer c.mu.Unlock()
	for e, size := range s.sizes {
		if c.onMain(e) {
			c.leaving[e] = size
			continue
		}
		now := c.side.all[e]
		if now.size = size; s.added[e] {
			now.status = stored
		}
		c.side.put(e, now)
	}
}

// settle ends the move under way, in as many transactions as that takes, and
// shows where it led. A block on the way that breaks a rule leads back to where
// the move began, and is returned as a *BlockError.
func (c *Chain) settle() (broken error) {
	for c.front.move != nil {
		err := c.update((*step).walk)
		if err == nil {
			continue
		}
		at := c.front.move
		if !errors.As(err, new(*BlockError)) {
			if c.front.tip == at.from {
				c.front.move = nil // as if it had not begun
			}
			return err
		}
		if at.to == at.from {
			return fmt.Errorf("%w: the way back to block %d: %w", ErrStore, at.from.Height, err)
		}
		broken, c.front.move = err, &move{at.from, at.from}
	}
	c.show()
	return broken
}

// show makes the front the tip that everybody sees.
func (c *Chain) show() {
	c.mu.Lock()
	old := c.last()
	c.moveTo(c.front.tip, c.front.state, c.leaving)
	c.totals = c.front.totals
	c.mu.Unlock()
	clear(c.leaving)
	c.shown.Broadcast()
	if c.front.tip != old {
		c.bells.Ring()
	}
}
