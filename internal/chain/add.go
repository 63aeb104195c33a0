package chain

import (
	"errors"
	"fmt"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// Change is what an addition did to the main chain.
type Change struct {
	Added    int // blocks that were not stored before
	Moved    bool
	Reverted int // blocks that left the main chain: the reorg's depth
	Tip      consensus.State
}

// AddBlocks takes blocks, each the child of a stored block or of one before it
// in the list. Those that are stored already are passed over. It stores the
// rest, and the tip moves if a branch with more work than the main chain's has
// come about; by the time it returns, that is on disk.
//
// At the first block that cannot be taken it stops, keeps what came before,
// and returns a *BlockError; [Invalid] tells whether a rule was broken.
func (c *Chain) AddBlocks(blocks ...types.Block) (Change, error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	change, bad, err := c.addAll(blocks)
	if good := before(blocks, err); good > 0 {
		if kept, _, again := c.addAll(blocks[:good]); again != nil {
			err = again
		} else {
			change = kept
		}
	}
	c.condemn(bad)
	change.Tip = c.Tip()
	return change, err
}

// Replace takes all of a chain, genesis first, or nothing of it: it must be
// valid to its end and have more work than the main chain. What is wrong is
// named by a *BlockError; a good chain that is not better is ErrNotBetter.
func (c *Chain) Replace(blocks []types.Block) (Change, error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	work, err := c.checkHeaders(blocks)
	if err != nil {
		return Change{Tip: c.Tip()}, err
	}
	if tip := c.Tip(); !work.Work.Gt(&tip.Work) {
		return Change{Tip: tip}, fmt.Errorf("%w: its work is %s, ours %s", ErrNotBetter, work.Work.Dec(), tip.Work.Dec())
	}
	change, bad, err := c.addAll(blocks[1:])
	c.condemn(bad)
	change.Tip = c.Tip()
	return change, err
}

// checkHeaders follows the headers of a whole chain, which costs little, and
// gives the state at their end.
func (c *Chain) checkHeaders(blocks []types.Block) (consensus.State, error) {
	state := c.genesis.State()
	if len(blocks) == 0 || blocks[0].Hash() != state.ID {
		return state, fmt.Errorf("%w: the chain must start with the genesis block %s", consensus.ErrGenesis, state.ID)
	}
	for i := 1; i < len(blocks); i++ {
		h := blocks[i].Header
		if err := c.checkHeader(state, h); err != nil {
			return state, &BlockError{Ref{uint64(i), h.Hash()}, err}
		}
		state = state.After(h)
	}
	return state, nil
}

// checkHeader is every rule that a header alone can break, the clock's too.
func (c *Chain) checkHeader(below consensus.State, h types.Header) error {
	if err := below.CheckHeader(h); err != nil {
		return err
	}
	return consensus.CheckFuture(h, c.now())
}

// before is how many of blocks come before the one that err is about; none if
// err is about a block that was stored earlier, or about no block.
func before(blocks []types.Block, err error) int {
	var at *BlockError
	if !errors.As(err, &at) {
		return 0
	}
	for i := range blocks {
		if blocks[i].Hash() == at.ID {
			return i
		}
	}
	return 0
}

// addAll takes all of blocks in one transaction, or nothing. If one breaks a
// rule and must not be tried again, bad is its entry.
func (c *Chain) addAll(blocks []types.Block) (change Change, bad *entry, err error) {
	if c.allStored(blocks) {
		return Change{}, nil, nil // spare the disk a transaction
	}
	var s *step
	err = c.store.Update(func(w Writer) error {
		s = c.newStep(w)
		for i := range blocks {
			if err := s.add(&blocks[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		return c.commit(s), nil, nil
	}
	var at *BlockError
	if !errors.As(err, &at) {
		return Change{}, nil, fmt.Errorf("%w: %w", ErrStore, err)
	}
	if Invalid(err) && !consensus.Mutated(err) {
		bad = s.find(at.ID)
	}
	return Change{}, bad, err
}

func (c *Chain) allStored(blocks []types.Block) bool {
	for i := range blocks {
		if e := c.entry(blocks[i].Hash()); e == nil || e.status != stored {
			return false
		}
	}
	return true
}

// commit shows the world what a finished step did.
func (c *Chain) commit(s *step) Change {
	change := Change{Added: len(s.added), Tip: s.state}
	c.mu.Lock()
	old := c.main[len(c.main)-1]
	for _, e := range s.added {
		e.status = stored
		c.entries[e.ID] = e
		if e.work.Gt(&c.headersTip.work) {
			c.headersTip = e
		}
	}
	base := fork(old, s.tip)
	change.Moved, change.Reverted = s.tip != old, int(old.Height-base.Height)
	c.main = append(c.main[:base.Height+1], s.tip.branch(base)...)
	c.tip = s.state
	c.mu.Unlock()
	if change.Moved {
		c.bells.ring()
	}
	return change
}

// condemn remembers that a block is invalid, and with it all that follows, so
// that it costs nothing more. A block whose header is no good has no entry and
// is not remembered: that would fill memory for free.
func (c *Chain) condemn(bad *entry) {
	if bad == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.entries[bad.ID]; known != nil {
		bad = known
	} else if bad.parent = c.entries[bad.header.Previous]; bad.parent == nil {
		return // it came with ancestors that were not kept either
	}
	c.entries[bad.ID] = bad
	for _, e := range c.entries {
		if e.descendsFrom(bad) {
			e.status = invalid
		}
	}
	if c.headersTip.status == invalid {
		c.headersTip = c.heaviest()
	}
}
