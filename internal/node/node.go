// Package node puts the parts of a node together: chain, mempool, miner,
// protocol engine and transport. One goroutine, the loop, owns the engine; what
// the engine wants done is done by workers, which bring back the outcome as
// events.
package node

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/sync/errgroup"

	"networkmngr/internal/chain"
	"networkmngr/internal/mempool"
	"networkmngr/internal/miner"
	"networkmngr/internal/protocol"
	"networkmngr/internal/store"
	"networkmngr/internal/transport"
	"networkmngr/internal/types"
)

// ErrStopping means that the node is about to end.
var ErrStopping = errors.New("node is stopping")

// Node is one node. Its methods may be called from any goroutine while Run
// runs.
type Node struct {
	config Config
	log    hclog.Logger
	self   Entry
	store  *store.Bolt
	chain  *chain.Chain
	pool   *mempool.Pool
	miner  miner.Miner
	mining chan struct{} // has room for the one call that mines

	engine    *protocol.Engine // the loop's
	transport *transport.Transport
	events    chan protocol.Event
	queries   chan func()       // run by the loop, for what only it may see
	door      *mailbox[func()]  // gives blocks and transactions to chain and mempool
	library   *mailbox[func()]  // reads stored blocks for peers
	dials     *mailbox[Entry]   // to be dialled
	failed    chan error        // an error of ours that ends the node
	ended     chan struct{}     // closed when Run returns
	endOnce   sync.Once         // closes ended
	resolves  map[uint64]func() // who waits for a Resolved; the loop's
	asked     uint64            // resolves so far; the loop's
}

// Open makes a node from its folder, which is made if need be, and listens for
// peers. The caller must Run it.
func Open(config Config) (*Node, error) {
	if err := os.MkdirAll(config.Folder, 0o755); err != nil {
		return nil, err
	}
	key, err := loadIdentity(config.Folder)
	if err != nil {
		return nil, err
	}
	kept, err := store.Open(config.Folder)
	if err != nil {
		return nil, err
	}
	n, err := assemble(config, key, kept)
	if err != nil {
		return nil, errors.Join(err, kept.Close())
	}
	return n, nil
}

func assemble(config Config, key ed25519.PrivateKey, kept *store.Bolt) (*Node, error) {
	blocks, err := chain.Open(kept, config.Genesis, time.Now)
	if err != nil {
		return nil, err
	}
	n := &Node{
		config: config, log: config.Logger, store: kept, chain: blocks,
		pool:   mempool.New(mempool.DefaultLimits(), blocks, time.Now),
		mining: make(chan struct{}, 1),
		events: make(chan protocol.Event), queries: make(chan func()),
		door: newMailbox[func()](), library: newMailbox[func()](), dials: newMailbox[Entry](),
		failed: make(chan error, 1), ended: make(chan struct{}), resolves: make(map[uint64]func()),
	}
	public := key.Public().(ed25519.PublicKey)
	n.miner = miner.Miner{
		Chain: blocks, Pool: n.pool, Solver: miner.CPU{Threads: config.Threads},
		Payout: types.AddressOf(public), Now: time.Now,
	}
	if err := n.listen(key); err != nil {
		return nil, err
	}
	n.self = Entry{ID: types.NodeIDOf(public), Address: config.Address, P2P: n.transport.Addrs()}
	settings := protocol.DefaultConfig()
	settings.Outbound = config.Outbound
	n.engine = protocol.New(settings, n.self, config.Genesis.Params.GenesisID, blocks, n.pool,
		rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())))
	return n, nil
}

// Self is this node's entry in a registry.
func (n *Node) Self() Entry { return n.self }

// Chain is the node's chain.
func (n *Node) Chain() *chain.Chain { return n.chain }

// Pool is the node's mempool.
func (n *Node) Pool() *mempool.Pool { return n.pool }

// Run serves until ctx ends, which is no error, or something of the node's own
// fails. When it returns, all that it started has ended and the store is
// closed.
func (n *Node) Run(ctx context.Context) error {
	group, running := errgroup.WithContext(ctx)
	group.Go(func() error { return n.transport.Run(running) })
	group.Go(func() error { return n.loop(running) })
	group.Go(func() error { return n.follow(running) })
	group.Go(func() error { return n.door.drain(running, func(job func()) { job() }) })
	group.Go(func() error { return n.library.drain(running, func(job func()) { job() }) })
	group.Go(func() error { return n.dialAll(running) })
	group.Go(func() error { return n.start(running) })
	group.Go(func() error {
		select {
		case err := <-n.failed:
			return err
		case <-running.Done():
			return running.Err()
		}
	})
	context.AfterFunc(running, func() { n.endOnce.Do(func() { close(n.ended) }) })
	err := group.Wait()
	n.endOnce.Do(func() { close(n.ended) })
	n.waitForMiner()
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = nil
	}
	return errors.Join(err, n.store.Close())
}

// waitForMiner waits for a Mine that is still running, as the store is about
// to be closed.
func (n *Node) waitForMiner() { n.mining <- struct{}{} }

// start tells the world who we are, and the engine whom we knew.
func (n *Node) start(ctx context.Context) error {
	if err := writeJSON(filepath.Join(n.config.Folder, selfFile), n.self); err != nil {
		return err
	}
	var known []Entry
	if err := readJSON(filepath.Join(n.config.Folder, knownFile), &known); err != nil {
		return err
	}
	tip := n.chain.Tip()
	n.log.Info("node started", "id", n.self.ID, "network", n.config.Genesis.Params.Name,
		"height", tip.Height, "tip", tip.ID, "p2p", n.self.P2P)
	n.tell(ctx, protocol.Learned{Entries: known})
	return nil
}

// fail ends the node with an error of its own.
func (n *Node) fail(err error) {
	select {
	case n.failed <- err:
	default:
	}
}

// tell brings an event to the loop; it is false if ctx or the node ended first.
func (n *Node) tell(ctx context.Context, ev protocol.Event) bool {
	select {
	case n.events <- ev:
		return true
	case <-ctx.Done():
	case <-n.ended:
	}
	return false
}

// ask runs f in the loop and waits for it; it is false if the node ended
// first.
func (n *Node) ask(f func()) bool {
	done := make(chan struct{})
	select {
	case n.queries <- func() { f(); close(done) }:
		<-done
		return true
	case <-n.ended:
		return false
	}
}

// Known lists the other nodes that this one knows of.
func (n *Node) Known() []Entry {
	known := []Entry{}
	n.ask(func() { known = n.engine.Known() })
	return known
}

// Peers lists the nodes that this one is connected to.
func (n *Node) Peers() []Peer {
	peers := []Peer{}
	n.ask(func() {
		for _, p := range n.engine.Ready() {
			peers = append(peers, Peer{
				Entry: p.Entry, Outbound: p.Outbound,
				Height: p.Claim.Height, Tip: p.Claim.ID, Since: p.Since,
			})
		}
	})
	return peers
}

// Register remembers nodes, and connects to them in the background as far as
// peers are wanted. It counts those that were not known.
func (n *Node) Register(ctx context.Context, entries []Entry) (added int, err error) {
	known := map[types.NodeID]bool{n.self.ID: true}
	for _, entry := range n.Known() {
		known[entry.ID] = true
	}
	for _, entry := range entries {
		if !known[entry.ID] {
			known[entry.ID] = true
			added++
		}
	}
	if !n.tell(ctx, protocol.Learned{Entries: entries}) {
		return 0, ErrStopping
	}
	return added, nil
}

// Submit gives a transfer to the mempool and has it relayed.
func (n *Node) Submit(t types.Transaction) error {
	if err := n.pool.Add(t); err != nil {
		return err
	}
	n.tell(context.Background(), protocol.Admitted{Transaction: t})
	return nil
}

// Replace takes another chain, genesis first, if it is valid and has more
// work.
func (n *Node) Replace(blocks []types.Block) (chain.Change, error) {
	change, err := n.chain.Replace(blocks)
	n.check(err)
	return change, err
}

// check ends the node if its own store has failed: what it says could not be
// relied on.
func (n *Node) check(err error) {
	if errors.Is(err, chain.ErrStore) {
		n.fail(fmt.Errorf("node: %w", err))
	}
}
