package chain

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

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
	entries, headerErr := c.enterAll(blocks)
	change, reached, err := c.storeAll(entries, blocks)
	if good := beforeInvalid(entries[:reached]); err != nil && good > 0 {
		kept, _, again := c.storeAll(entries[:good], blocks)
		if again != nil {
			err = again
		}
		change = kept
	}
	if err == nil {
		err = headerErr
	}
	change.Tip = c.Tip()
	return change, err
}

// Replace takes all of a chain, genesis first, or nothing of it: it must be
// valid to its end and have more work than the main chain. What is wrong is
// named by a *BlockError; a good chain that is not better is ErrNotBetter.
func (c *Chain) Replace(blocks []types.Block) (Change, error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	tip := c.Tip()
	end, err := c.checkHeaders(blocks)
	if err != nil {
		return Change{Tip: tip}, err
	}
	if !end.Work.Gt(&tip.Work) {
		return Change{Tip: tip}, fmt.Errorf("%w: its work is %s, ours %s", ErrNotBetter, end.Work.Dec(), tip.Work.Dec())
	}
	entries, err := c.enterAll(blocks[1:])
	if err != nil {
		return Change{Tip: tip}, err
	}
	change, _, err := c.storeAll(entries, blocks[1:])
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

// enterAll gives the entries of blocks, up to the first whose header is no
// good.
func (c *Chain) enterAll(blocks []types.Block) ([]*entry, error) {
	entries := make([]*entry, 0, len(blocks))
	var walk headerWalk
	for i := range blocks {
		e, err := walk.enter(c, blocks[i].Header)
		if err != nil {
			return entries, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// beforeInvalid is how many of entries come before the first invalid one: a
// block may turn out invalid only when a later one makes its branch heavier.
func beforeInvalid(entries []*entry) int {
	for i, e := range entries {
		if e.status == invalid {
			return i
		}
	}
	return len(entries)
}

// storeAll stores the blocks of entries in one transaction, or nothing. A
// block that breaks a rule is remembered as invalid. reached is how many came
// before the one at which a rule stopped it, which need not be the one to
// blame.
func (c *Chain) storeAll(entries []*entry, blocks []types.Block) (change Change, reached int, err error) {
	if allStored(entries) {
		return Change{}, len(entries), nil // spare the disk a transaction
	}
	checked := c.check(entries, blocks)
	var s *step
	err = c.store.Update(func(w Writer) error {
		s = c.newStep(w)
		for ; reached < len(entries); reached++ {
			if err := s.add(entries[reached], &blocks[reached], checked[reached]); err != nil {
				return err
			}
		}
		return s.finish()
	})
	if err == nil {
		return c.commit(s), reached, nil
	}
	var at *BlockError
	if !errors.As(err, &at) {
		return Change{}, 0, fmt.Errorf("%w: %w", ErrStore, err)
	}
	if Invalid(err) && !consensus.Mutated(err) {
		c.condemn(at.ID)
	}
	return Change{}, reached, err
}

func allStored(entries []*entry) bool {
	for _, e := range entries {
		if e.status != stored {
			return false
		}
	}
	return true
}

// commit shows the world what a finished step did.
func (c *Chain) commit(s *step) Change {
	change := Change{Added: len(s.added), Tip: s.state}
	c.mu.Lock()
	for e := range s.added {
		e.status = stored
	}
	old := c.main[len(c.main)-1]
	base := fork(old, s.tip)
	change.Moved, change.Reverted = s.tip != old, int(old.Height-base.Height)
	kept, branch := c.main[:base.Height+1], s.tip.branch(base)
	if base != old {
		kept = slices.Clip(kept) // snapshots hold what is replaced
	}
	for _, e := range branch {
		e.applied = true
	}
	c.main = append(kept, branch...)
	c.tip, c.totals = s.state, s.totals
	c.mu.Unlock()
	if change.Moved {
		c.bells.ring()
	}
	return change
}

// condemn remembers that a block is invalid, and with it all that follows, so
// that it costs nothing more.
func (c *Chain) condemn(id types.Hash) {
	c.mu.Lock()
	defer c.mu.Unlock()
	bad := c.entries[id]
	bad.status = invalid
	for _, e := range c.sideAbove(bad.Height) {
		if e.parent.status == invalid {
			e.status = invalid
		}
	}
	if c.headersTip.status == invalid {
		c.headersTip = c.heaviest()
	}
}

// sideAbove lists the entries above height that are not on the main chain,
// parents before children. Callers hold mu.
func (c *Chain) sideAbove(height uint64) []*entry {
	var list []*entry
	for _, e := range c.entries {
		if e.Height > height && !c.onMain(e) {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b *entry) int { return cmp.Compare(a.Height, b.Height) })
	return list
}

// onMain reports whether e is on the main chain. Callers hold mu.
func (c *Chain) onMain(e *entry) bool {
	return e.Height < uint64(len(c.main)) && c.main[e.Height] == e
}
