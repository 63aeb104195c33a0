// Package chain keeps the tree of known blocks and its best tip: the branch
// with the most total work, and of equals the one that was whole first.
//
// There is one door for blocks, [Chain.AddBlocks], whoever made them. It
// checks, stores and, where a branch got heavier, reorganises, in one
// transaction of the store. Then it rings a bell; whoever listens pulls what
// changed with [Chain.UpdatesSince], so that a slow listener holds up nobody
// and misses nothing.
package chain

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// Chain is one node's view of the block tree. All methods may be called from
// any goroutine.
type Chain struct {
	genesis *consensus.Genesis
	store   Store
	now     func() time.Time
	// verified knows signatures that need no second check; see TrustSignatures.
	verified func(types.Hash) bool
	bells    bells

	writing sync.Mutex // one writer at a time, held while the store works

	mu         sync.RWMutex // guards what follows; never held during I/O
	entries    map[types.Hash]*entry
	main       []*entry // the main chain by height
	tip        consensus.State
	totals     Totals
	headersTip *entry // of all branches that are not invalid, the one with the most work
}

// Open resumes the chain that the store holds, or starts it from genesis. now
// tells the time, for the rule about headers from the future.
func Open(store Store, genesis *consensus.Genesis, now func() time.Time) (*Chain, error) {
	c := &Chain{
		genesis: genesis, store: store, now: now,
		entries: make(map[types.Hash]*entry),
	}
	var tip Ref
	err := c.view(func(r Reader) (err error) {
		if tip, err = r.Tip(); err != nil {
			return err
		}
		if c.totals, err = r.Totals(); err != nil {
			return err
		}
		return r.Headers(c.load)
	})
	if errors.Is(err, ErrNotFound) {
		tip, err = c.start()
	}
	if err != nil {
		return nil, err
	}
	return c, c.resume(tip)
}

// root is the genesis block's entry.
func (c *Chain) root() *entry {
	state := c.genesis.State()
	return &entry{
		Ref:    Ref{ID: state.ID},
		header: c.genesis.Block.Header, status: stored,
	}
}

// start writes the genesis block into an empty store.
func (c *Chain) start() (Ref, error) {
	root := c.root()
	err := c.store.Update(func(w Writer) error {
		s := &step{
			c: c, w: w, tip: root, before: make(consensus.Accounts), after: make(consensus.Accounts),
		}
		if err := w.PutBlock(root.Ref, &c.genesis.Block); err != nil {
			return err
		}
		if err := s.enter(root.Ref, &c.genesis.Block, c.genesis.Diff()); err != nil {
			return err
		}
		if err := s.finish(); err != nil {
			return err
		}
		c.totals = s.totals
		return nil
	})
	if err != nil {
		return Ref{}, fmt.Errorf("%w: write genesis block: %w", ErrStore, err)
	}
	c.entries[root.ID] = root
	return root.Ref, nil
}

// load adds one stored header, which was checked before it was stored.
func (c *Chain) load(at Ref, h types.Header) error {
	if at.Height == 0 {
		root := c.root()
		if at.ID != root.ID {
			return fmt.Errorf("%w: its genesis block is %s, %s starts with %s", ErrWrongNetwork, at.ID, c.genesis.Params.Name, root.ID)
		}
		c.entries[at.ID] = root
		return nil
	}
	if h.Hash() != at.ID {
		return fmt.Errorf("%w: header %d (%s) is damaged", ErrStore, at.Height, at.ID)
	}
	parent := c.entries[h.Previous]
	if parent == nil || parent.Height+1 != at.Height {
		return fmt.Errorf("%w: block %d (%s) has no parent", ErrStore, at.Height, at.ID)
	}
	target, _ := consensus.TargetFromBits(h.Bits)
	work := consensus.WorkOf(target)
	e := &entry{Ref: at, header: h, parent: parent, anchor: parent.anchor, status: stored}
	e.work.Add(&parent.work, &work)
	if at.Height == 1 {
		e.anchor = h.Time
	}
	c.entries[at.ID] = e
	return nil
}

// resume makes tip the main chain's end.
func (c *Chain) resume(tip Ref) error {
	end := c.entries[tip.ID]
	if end == nil {
		return fmt.Errorf("%w: the tip %d (%s) is not among its blocks", ErrStore, tip.Height, tip.ID)
	}
	root := end
	for root.parent != nil {
		root = root.parent
	}
	c.main = append([]*entry{root}, end.branch(root)...)
	for _, e := range c.main {
		e.applied = true
	}
	c.tip = end.state(c.genesis.Params)
	c.headersTip = c.heaviest()
	return nil
}

// heaviest is the entry with the most work that is not invalid; of equals one
// on the main chain, or else the one with the smallest id, so that chance has
// no part in it. Callers hold mu, or are alone.
func (c *Chain) heaviest() *entry {
	tip := c.main[len(c.main)-1]
	best := tip
	for _, e := range c.entries {
		smaller := best != tip && e.work.Eq(&best.work) && e.ID.Compare(best.ID) < 0
		if e.status != invalid && (e.work.Gt(&best.work) || smaller) {
			best = e
		}
	}
	return best
}

// TrustSignatures spares the chain the check of signatures that verified knows
// to be good; see consensus.State.ApplyTrusting. It must be called before other
// goroutines use the chain, and verified must not wait for the chain.
func (c *Chain) TrustSignatures(verified func(id types.Hash) bool) { c.verified = verified }

// Genesis is the block that the chain starts from, with the network's
// settings.
func (c *Chain) Genesis() *consensus.Genesis { return c.genesis }

// Tip is the state after the main chain's last block.
func (c *Chain) Tip() consensus.State {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.tip
}

// Subscribe gives a channel that has a value whenever the tip moved since the
// last receive, and a function that ends the subscription.
func (c *Chain) Subscribe() (moved <-chan struct{}, cancel func()) { return c.bells.add() }
