// Package chain keeps the tree of known blocks and its best tip: the branch
// with the most total work, and of equals the one that was whole first.
//
// There is one door for blocks, [Chain.AddBlocks], whoever made them. It
// checks, stores and, where a branch got heavier, reorganises. A reorg that is
// too deep for one transaction of the store takes several: until the branch is
// whole and valid, everybody is shown the old tip, and whoever opens the store
// after a crash finishes what it finds under way. Once a new tip is durable a
// bell rings; whoever listens pulls what changed with [Chain.UpdatesSince], so
// that a slow listener holds up nobody and misses nothing.
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
	// followers say where they stand; see Follow.
	followers []func() types.Hash

	limits Limits

	writing sync.Mutex // one writer at a time, held while the store works
	front   front      // guarded by writing
	doomed  []*entry   // blocks that are to be removed from the store; guarded by writing
	resumed *Reorg     // what Open has finished

	mu         sync.RWMutex // guards what follows; never held during I/O
	entries    map[types.Hash]*entry
	main       []*entry // the main chain by height
	side       side     // all other entries
	tip        consensus.State
	totals     Totals
	headersTip *entry // of all branches that are not invalid, the one with the most work
	busy       bool   // a writer is at work
	halfway    bool   // the store failed, and its tip is not the one that is shown

	shown *sync.Cond // of mu for readers: tip, busy or halfway has changed
}

// Open resumes the chain that the store holds, or starts it from genesis. now
// tells the time, for the rule about headers from the future.
func Open(store Store, genesis *consensus.Genesis, now func() time.Time) (*Chain, error) {
	return OpenWithin(DefaultLimits(), store, genesis, now)
}

// OpenWithin is Open with limits of the caller's.
func OpenWithin(limits Limits, store Store, genesis *consensus.Genesis, now func() time.Time) (*Chain, error) {
	c := &Chain{
		genesis: genesis, store: store, now: now, limits: limits,
		entries: make(map[types.Hash]*entry), side: newSide(),
	}
	c.shown = sync.NewCond(c.mu.RLocker())
	found, err := c.readAll()
	if errors.Is(err, ErrNotFound) {
		err = c.start()
	} else if err == nil {
		err = c.resume(found)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// root is the genesis block's entry.
func (c *Chain) root() *entry {
	state := c.genesis.State()
	return &entry{
		Ref:    Ref{ID: state.ID},
		header: c.genesis.Block.Header, schedule: state.Schedule(), status: stored,
	}
}

// start writes the genesis block into an empty store.
func (c *Chain) start() error {
	root := c.root()
	c.entries[root.ID] = root
	c.main, c.headersTip = []*entry{root}, root
	c.front = front{tip: root, state: c.genesis.State()}
	err := c.update(func(s *step) error {
		if err := s.w.PutBlock(root.Ref, &c.genesis.Block); err != nil {
			return err
		}
		return s.enter(root.Ref, &c.genesis.Block, c.genesis.Diff())
	})
	if err != nil {
		return fmt.Errorf("write genesis block: %w", err)
	}
	c.show()
	return nil
}

// heaviest is the entry with the most work that is not invalid; of equals one
// on the main chain, or else the one with the smallest id, so that chance has
// no part in it. Callers hold mu, or are alone.
func (c *Chain) heaviest() *entry {
	tip := c.main[len(c.main)-1]
	best := tip
	for e := range c.side.all {
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

// Follow keeps for a follower of the tip the stored blocks of the branch on which
// it stands, whatever the limits are: at is the block up to which it has seen
// what happened, as with UpdatesSince. Follow must be called before other
// goroutines use the chain, and at must not wait for the chain.
func (c *Chain) Follow(at func() types.Hash) { c.followers = append(c.followers, at) }

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
