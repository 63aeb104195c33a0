package chain

import (
	"errors"
	"fmt"
	"slices"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// Change is what an addition did to the main chain.
type Change struct {
	Added    int // blocks that were not stored before, and are now
	Moved    bool
	Reverted int // blocks that left the main chain: the reorg's depth
	Tip      consensus.State
	Update   Update // for a View
}

// AddBlocks takes blocks, each the child of a stored block or of one before it
// in the list. Those that are stored already are passed over. It stores the
// rest, and the tip moves if a branch with more work than the main chain's has
// come about; by the time it returns, that is on disk.
//
// At the first block that cannot be taken it stops, keeps what came before,
// and returns a *BlockError; [Invalid] tells whether a rule was broken. Many
// blocks, and a deep reorg, take several transactions of the store: nobody sees
// the tip on its way through a reorg.
func (c *Chain) AddBlocks(blocks ...types.Block) (Change, error) {
	if err := c.begin(); err != nil {
		return Change{Tip: c.Tip()}, err
	}
	defer c.end()
	entries, headerErr := c.enterAll(blocks)
	before := c.position(entries)
	err := c.storeAll(entries, blocks)
	if err == nil {
		err = headerErr
	}
	return c.finishWrite(before, err)
}

// finishWrite says what the write that ended with err has done, once the chain is
// within its limits again.
func (c *Chain) finishWrite(before before, err error) (Change, error) {
	err = c.enforceLimitsAfter(err)
	u, tip := c.updateSince(before)
	return Change{Added: len(u.Stored), Moved: len(u.Applied)+len(u.Reverted) > 0, Reverted: len(u.Reverted), Tip: tip, Update: u}, err
}

// Replace takes all of a chain, genesis first, or nothing of it: it must be
// valid to its end and have more work than the main chain. What is wrong is
// named by a *BlockError; a good chain that is not better is ErrNotBetter.
func (c *Chain) Replace(blocks []types.Block) (Change, error) {
	if err := c.begin(); err != nil {
		return Change{Tip: c.Tip()}, err
	}
	defer c.end()
	tip := c.Tip()
	end, err := c.checkHeaders(blocks)
	if err != nil {
		return Change{Tip: tip}, err
	}
	if !end.Work.Gt(&tip.Work) {
		return Change{Tip: tip}, fmt.Errorf("%w: its work is %s, ours %s", ErrNotBetter, end.Work.Dec(), tip.Work.Dec())
	}
	entries, err := c.enterAll(blocks[1:])
	before := c.position(entries)
	if err != nil {
		return c.finishWrite(before, err)
	}
	if err = c.replace(entries, blocks[1:]); err != nil && c.storeTip.reorg == nil {
		c.abandon(before.missing)
	}
	return c.finishWrite(before, err)
}

// replace stores a whole branch, and then moves the tip to its end.
func (c *Chain) replace(entries []*blockNode, blocks []types.Block) error {
	for first := 0; first < len(entries); {
		count := c.part(blocks[first:])
		err := c.update(func(s *commit) error {
			for i := first; i < first+count; i++ {
				if err := s.putAside(entries[i], &blocks[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		first += count
	}
	c.storeTip.reorg = &reorg{from: c.storeTip.tip, to: entries[len(entries)-1]}
	return c.finishReorg()
}

// abandon marks for deletion those of nodes that were stored, as their branch is no good or
// could not be followed.
func (c *Chain) abandon(entries map[*blockNode]bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for e := range entries {
		if c.side.all[e].status == stored {
			c.markForDeletion(e, headerOnly)
		}
	}
}

// before is where a write begins.
type before struct {
	tip     *blockNode
	byHand  []Ref
	missing map[*blockNode]bool // of what is to be added
}

func (c *Chain) position(entries []*blockNode) before {
	c.mu.RLock()
	defer c.mu.RUnlock()
	p := before{tip: c.last(), byHand: c.storeTip.byHand, missing: make(map[*blockNode]bool)}
	for _, e := range entries {
		if c.standing(e).status != stored {
			p.missing[e] = true
		}
	}
	return p
}

// checkHeaders follows the headers of a whole chain, which costs little, and
// returns the state at their end.
func (c *Chain) checkHeaders(blocks []types.Block) (consensus.State, error) {
	state := c.genesis.State()
	if len(blocks) == 0 || blocks[0].Hash() != state.ID {
		return state, fmt.Errorf("%w: the chain must start with the genesis block %s", consensus.ErrGenesis, state.ID)
	}
	rules := c.headerRules(c.now())
	for i := 1; i < len(blocks); i++ {
		h := blocks[i].Header
		id := h.Hash()
		if err := rules.check(state, h, id, false); err != nil {
			return state, &BlockError{Ref{uint64(i), id}, err}
		}
		state = state.AfterHashed(h, id)
	}
	return state, nil
}

// enterAll returns the nodes of blocks, up to the first whose header is no
// good.
func (c *Chain) enterAll(blocks []types.Block) ([]*blockNode, error) {
	entries := make([]*blockNode, 0, len(blocks))
	var walk headerWalk
	rules := c.headerRules(c.now())
	end := c.phase(HeaderPhase)
	for i := range blocks {
		e, err := c.enter(&walk, blocks[i].Header, rules)
		if err != nil {
			return entries, err
		}
		entries = append(entries, e)
	}
	end(walk.checked)
	return entries, nil
}

func (c *Chain) enter(walk *headerWalk, h types.Header, rules headerRules) (*blockNode, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, err := walk.enter(&c.tree, h, rules)
	if e != nil {
		c.written.headers = append(c.written.headers, e)
	}
	return e, err
}

// beforeInvalid is how many of nodes come before the first invalid one: a
// block may turn out invalid only when a later one makes its branch heavier.
func (c *Chain) beforeInvalid(entries []*blockNode) int {
	for i, e := range entries {
		if c.status(e) == invalid {
			return i
		}
	}
	return len(entries)
}

// storeAll stores the blocks of nodes, as many in one transaction as are good
// for it.
func (c *Chain) storeAll(entries []*blockNode, blocks []types.Block) error {
	for len(entries) > 0 {
		count := c.part(blocks[:len(entries)])
		taken, err := c.storeGood(entries[:count], blocks)
		if err != nil {
			return err
		}
		entries, blocks = entries[taken:], blocks[taken:]
	}
	return nil
}

// part is how many of blocks are for one transaction.
func (c *Chain) part(blocks []types.Block) (count int) {
	bytes := 0
	for count < len(blocks) && bytes < c.limits.PartBytes {
		bytes += blocks[count].Size()
		count++
	}
	return count
}

// storeGood is storePart, and keeps what comes before a block that is no good.
func (c *Chain) storeGood(entries []*blockNode, blocks []types.Block) (taken int, err error) {
	taken, err = c.storePart(entries, blocks)
	if !errors.As(err, new(*BlockError)) {
		return taken, err
	}
	if good := c.beforeInvalid(entries[:taken]); good > 0 {
		if _, again := c.storePart(entries[:good], blocks); again != nil {
			return taken, again
		}
	}
	return taken, err
}

// storePart stores blocks in one transaction, or nothing; where a branch gets
// heavier than the main chain it stops, and moves the tip. taken is how many
// came before it stopped.
func (c *Chain) storePart(entries []*blockNode, blocks []types.Block) (taken int, err error) {
	if c.allStored(entries) {
		return len(entries), nil // spare the disk a transaction
	}
	end := c.phase(BodyPhase)
	blocks = slices.Clone(blocks[:len(entries)]) // they are about to get ids, and others read the caller's
	checked := c.check(entries, blocks)
	err = c.update(func(s *commit) error {
		for taken = 0; taken < len(entries) && s.reorg == nil; taken++ {
			if err := s.add(entries[taken], &blocks[taken], checked[taken]); err != nil {
				return err
			}
		}
		end(taken)
		end = c.phase(StorePhase)
		return nil
	})
	if err == nil {
		end(taken)
		err = c.finishReorg()
	}
	return taken, err
}

func (c *Chain) allStored(entries []*blockNode) bool {
	for _, e := range entries {
		if at := c.shown(e); at.status != stored || at.byHand {
			return false
		}
	}
	return true
}

// markInvalid remembers that a block is invalid, and with it all that follows, so
// that it costs nothing more.
func (c *Chain) markInvalid(id types.Hash) {
	c.mu.Lock()
	defer c.mu.Unlock()
	bad := c.find(id)
	c.written.invalid = append(c.written.invalid, bad)
	c.toDelete = append(c.toDelete, c.tree.markInvalid(bad)...)
}

// status is how far the chain got with a block.
func (c *Chain) status(e *blockNode) status { return c.shown(e).status }

// shown is what is known of a block.
func (c *Chain) shown(e *blockNode) standing {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.standing(e)
}
