// Package chain keeps the tree of known blocks and its best tip: the branch
// with the most total work, and of equals the one that was whole first.
//
// There is one way in for blocks, [Chain.AddBlocks], whoever made them. It
// checks, stores and, where a branch got heavier, reorganises. A reorg that is
// too deep for one transaction of the store takes several: until the branch is
// whole and valid, everybody is shown the old tip, and whoever opens the store
// after a crash finishes what it finds under way. Once a new tip is durable a
// bell rings; whoever listens pulls what changed with [Chain.UpdatesSince], so
// that a slow listener holds up nobody and misses nothing.
//
// A [View] is the same tree for one goroutine that must know when it changes: it
// changes only as it is told what writes have done.
package chain

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/mailbox"
	"networkmngr/internal/types"
)

// Chain is one node's view of the block tree. All methods may be called from
// any goroutine.
type Chain struct {
	store Store
	now   func() time.Time
	// verified knows transfers that need no second check; see TrustSignatures.
	verified func(types.Hash) bool
	bell     mailbox.Bell
	// followers say where they stand; see Follow.
	followers []func() types.Hash

	writing  sync.Mutex         // one writer at a time, held while the store works
	storeTip storeTip           // guarded by writing
	leaving  map[*blockNode]int // sizes of blocks that the reorg under way has left, or met; guarded by writing
	toDelete []*blockNode       // blocks that are to be removed from the store; guarded by writing
	written  written            // by the write under way; guarded by writing
	resumed  *Reorg             // what Open has finished

	expected []types.Hash // see Expect; guarded by mu

	mu          sync.RWMutex // guards what follows; never held during I/O
	tree                     // changed by writers only
	totals      Totals
	busy        bool // a writer is at work
	storeBehind bool // the store failed, and its tip is not the one that is shown

	published *sync.Cond // of mu for readers: tip, busy or storeBehind has changed
}

// Open resumes the chain that the store holds, or starts it from genesis. now
// tells the time, for the rule about headers from the future. An error is ErrStore, or
// ErrWrongNetwork.
func Open(store Store, genesis *consensus.Genesis, now func() time.Time) (*Chain, error) {
	return OpenWithin(DefaultLimits(), store, genesis, now)
}

// OpenWithin is Open with limits of the caller's, and with the same errors.
func OpenWithin(limits Limits, store Store, genesis *consensus.Genesis, now func() time.Time) (*Chain, error) {
	c := &Chain{
		store: store, now: now, leaving: make(map[*blockNode]int),
		tree: newTree(genesis, limits, newTable()),
	}
	c.published = sync.NewCond(c.mu.RLocker())
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

// start writes the genesis block into an empty store.
func (c *Chain) start() error {
	c.plant()
	root := c.last()
	c.storeTip = storeTip{tip: root, state: c.tip}
	err := c.update(func(s *commit) error {
		if err := s.w.PutBlock(root.Ref, &c.genesis.Block); err != nil {
			return err
		}
		return s.enter(root.Ref, &c.genesis.Block, c.genesis.Diff())
	})
	if err != nil {
		return fmt.Errorf("write genesis block: %w", err)
	}
	c.publish()
	return nil
}

// TrustSignatures spares the chain the check of the transfers whose form and signature
// verified knows to be good; see consensus.State.ApplyTrusting. It must be called before other
// goroutines use the chain, and verified must not wait for the chain.
func (c *Chain) TrustSignatures(verified func(id types.Hash) bool) { c.verified = verified }

// Follow keeps for a follower of the tip the stored blocks of the branch on which
// it stands, whatever the limits are: at is the block up to which it has seen
// what happened, as with UpdatesSince. Follow must be called before other
// goroutines use the chain, and at must not wait for the chain.
func (c *Chain) Follow(at func() types.Hash) { c.followers = append(c.followers, at) }

// Expect names headers, of View.Heavier, whose blocks are being fetched: the stored
// blocks that lead there are kept, whatever the limits are, until it is called again.
func (c *Chain) Expect(ids ...types.Hash) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.expected = ids
}

// Genesis is the block that the chain starts from, with the network's
// settings.
func (c *Chain) Genesis() *consensus.Genesis { return c.genesis }

// Tip is the state after the main chain's last block.
func (c *Chain) Tip() consensus.State {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.tip
}

// Moved returns a channel that closes when the tip moves next.
func (c *Chain) Moved() <-chan struct{} { return c.bell.Wait() }
