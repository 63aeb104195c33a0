package chain

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/holiman/uint256"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// Block is the stored block with this id, or ErrNotFound. One of a side branch
// may go, see Limits.
func (c *Chain) Block(id types.Hash) (types.Block, error) {
	raw, err := c.BlockBytes(id)
	if err != nil {
		return types.Block{}, err
	}
	b, err := types.DecodeBlock(raw)
	if err != nil {
		return b, fmt.Errorf("%w: block %s: %w", ErrStore, id, err)
	}
	return b, nil
}

// BlockBytes is the encoding of the stored block with this id, or ErrNotFound.
func (c *Chain) BlockBytes(id types.Hash) ([]byte, error) {
	h, known := c.Header(id)
	if !known || !h.Stored {
		return nil, fmt.Errorf("%w: block %s", ErrNotFound, id)
	}
	var raw []byte
	err := c.read(func(r Reader) (err error) {
		raw, err = r.Block(h.Ref)
		return err
	})
	return raw, err
}

// errAhead means that the store is ahead of what is shown.
var errAhead = errors.New("not shown yet")

// view reads one picture of the store at tip, one that is shown. A store's readers
// see a commit before it is durable, and the tip on its way through a reorg:
// whoever meets such a picture waits for the writer. A tip that nobody is
// writing is the store's own affair.
func (c *Chain) view(fn func(r Reader, tip Ref) error) error {
	var met, known types.Hash // the store's tip; the same while nobody wrote
	for {
		shown := c.Tip().ID
		err := c.read(func(r Reader) error {
			tip, err := r.Tip()
			if met = tip.ID; err == nil && met != shown && met != known {
				err = errAhead
			}
			if err != nil {
				return err
			}
			return fn(r, tip)
		})
		if !errors.Is(err, errAhead) {
			return err
		}
		idle, err := c.await(shown)
		if err != nil {
			return err
		}
		if idle {
			known = met
		}
	}
}

// await waits until another tip than this is shown, or no writer is at work,
// which is idle.
func (c *Chain) await(shown types.Hash) (idle bool, err error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for c.busy && c.tip.ID == shown {
		c.published.Wait()
	}
	if c.tip.ID != shown {
		return false, nil
	}
	if c.storeBehind {
		return true, fmt.Errorf("%w in the middle of a reorg", ErrStore)
	}
	return true, nil
}

// read reads one picture of the store, whatever its tip. What is not there is
// ErrNotFound; if the store cannot even tell, that is ErrStore.
func (c *Chain) read(fn func(Reader) error) error {
	err := c.store.View(fn)
	if err == nil || errors.Is(err, ErrNotFound) || errors.Is(err, ErrWrongNetwork) || errors.Is(err, ErrStore) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrStore, err)
}

func readBlock(r Reader, at Ref) (types.Block, error) {
	raw, err := r.Block(at)
	if err != nil {
		return types.Block{}, fmt.Errorf("read block %d (%s): %w", at.Height, at.ID, err)
	}
	return types.DecodeBlock(raw)
}

// Accounts reads accounts as they are after the block at tip, which is the
// main chain's end at that moment. An error is ErrStore.
func (c *Chain) Accounts(addresses ...types.Address) (accounts consensus.Accounts, tip Ref, err error) {
	accounts = make(consensus.Accounts, len(addresses))
	err = c.view(func(r Reader, at Ref) error {
		tip = at
		return readAccounts(r, addresses, accounts)
	})
	return accounts, tip, err
}

// Diff is what a block of the main chain did to the accounts, or ErrNotFound for one
// of another branch.
func (c *Chain) Diff(at Ref) (diff consensus.Diff, err error) {
	err = c.view(func(r Reader, _ Ref) error {
		diff, err = r.Diff(at)
		return err
	})
	return diff, err
}

// Totals are sums over the main chain up to the block that state is after.
func (c *Chain) Totals() (Totals, consensus.State) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.totals, c.tip
}

func readAccounts(r Reader, addresses []types.Address, into consensus.Accounts) error {
	for _, address := range addresses {
		account, err := r.Account(address)
		if err != nil {
			return err
		}
		into[address] = account
	}
	return nil
}

// IDAt is the id of the main chain's block at height, or false above the tip.
func (c *Chain) IDAt(height uint64) (types.Hash, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if height >= uint64(len(c.main)) {
		return types.Hash{}, false
	}
	return c.main[height].ID, true
}

// Snapshot is the main chain of one moment. It costs next to nothing to take
// and to keep, however long the chain is and whatever becomes of it.
type Snapshot struct {
	Tip  consensus.State
	main []*blockNode // a part of the chain's own; see Chain.noteCommit
}

// Snapshot is the main chain of now.
func (c *Chain) Snapshot() Snapshot {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return Snapshot{Tip: c.tip, main: c.main}
}

// From lists the blocks from height on, at most limit of them.
func (s Snapshot) From(height uint64, limit int) iter.Seq[Ref] {
	part := s.main[min(height, uint64(len(s.main))):]
	part = part[:min(len(part), limit)]
	return func(yield func(Ref) bool) {
		for _, e := range part {
			if !yield(e.Ref) {
				return
			}
		}
	}
}

// MainChain lists the main chain's blocks from height on, at most limit of
// them, all of one moment.
func (c *Chain) MainChain(from uint64, limit int) []Ref {
	return slices.Collect(c.Snapshot().From(from, limit))
}

// Header is what is known of a block.
type Header struct {
	types.Header
	Ref
	Work   uint256.Int // of the whole branch up to here
	Stored bool        // the block itself is on disk
	Valid  bool        // neither it nor an ancestor is known to break a rule, or is off by hand
	ByHand bool        // it or an ancestor was invalidated by hand; see Chain.Invalidate
}

// Beginning are known blocks whose hashes, as they are shown, begin with these lower-case hex
// digits, limit at most: those of the main chain first, the lowest first.
func (c *Chain) Beginning(digits string, limit int) (found []Ref) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for _, nodes := range [][]*blockNode{c.main, c.side.above(0)} {
		for _, e := range nodes {
			if len(found) < limit && strings.HasPrefix(e.ID.String(), digits) {
				found = append(found, e.Ref)
			}
		}
	}
	return found
}

// Header is the header with this id, of whatever branch.
func (c *Chain) Header(id types.Hash) (Header, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.headerOf(id)
}

// Updates is the way from one block to another over their last common
// ancestor.
type Updates struct {
	Reverted []Ref // the highest first
	Applied  []Ref // the lowest first
}

// UpdatesSince is the way from a block that was the tip to the tip of now, or
// ErrNotFound if the block is not known.
func (c *Chain) UpdatesSince(id types.Hash) (Updates, consensus.State, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	from := c.find(id)
	if from == nil {
		return Updates{}, c.tip, fmt.Errorf("%w: block %s", ErrNotFound, id)
	}
	return way(from, c.last()), c.tip, nil
}

// way leads from one block to another.
func way(from, to *blockNode) (updates Updates) {
	base := fork(from, to)
	for e := from; e != base; e = e.parent {
		updates.Reverted = append(updates.Reverted, e.Ref)
	}
	for _, e := range to.branch(base) {
		updates.Applied = append(updates.Applied, e.Ref)
	}
	return updates
}
