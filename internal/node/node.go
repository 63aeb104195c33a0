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
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"

	"networkmngr/internal/chain"
	"networkmngr/internal/disk"
	"networkmngr/internal/events"
	"networkmngr/internal/mempool"
	"networkmngr/internal/mining"
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
	config   Config
	log      hclog.Logger
	key      ed25519.PrivateKey // of the node, and of the account that it mines for
	self     Entry
	store    keptStore
	chain    *chain.Chain
	files    *blockFiles // nil for none
	pool     *mempool.Synced
	pending  *pendingFile      // keepPending's
	promised *mailbox[promise] // to be written to it; each has an HTTP request that waits, and these are bounded
	account  types.Address     // that it mines for
	jobs     *jobs             // worker's
	worker   mining.Worker
	mining   chan struct{} // has room for the one call that mines

	engine    *protocol.Engine // the loop's
	transport *transport.Transport
	events    chan protocol.Event
	tick      tick                    // the loop's
	clock     clock                   // the loop's
	stirred   bell                    // rung when the engine may have learned of nodes
	queries   chan func()             // run by the loop, for what only it may see
	blocks    *mailbox[[]types.Block] // of peers, for the chain; the engine has one run verified at a time
	transfers *lanes                  // of peers, for the mempool
	library   *library                // reads stored blocks for peers
	dials     *mailbox[Entry]         // to be dialled; the engine wants no more at a time than Config.Outbound and one
	resolves  map[uint64]func()       // who waits for a Resolved; the loop's
	asked     uint64                  // resolves so far; the loop's
	teller    *teller
	followed  types.Hash                 // the tip that the engine knew first
	settled   atomic.Pointer[types.Hash] // up to here, what reorgs undid is pending and on disk
	saved     []Entry                    // what nodes.json holds; the keeper's

	life    context.Context // ends with the node
	end     context.CancelFunc
	first   sync.Once // decides failure
	failure error     // the first error of our own
}

// Open makes a node from its folder, which is made if need be, and listens for
// peers. The caller must Run it.
func Open(config Config) (*Node, error) {
	if err := disk.MakeFolder(config.Folder, 0o755); err != nil {
		return nil, inFolder(config, err)
	}
	if config.Blocks != "" {
		if err := disk.MakeFolder(config.Blocks, 0o755); err != nil {
			return nil, fmt.Errorf("blocks folder %s: %w", config.Blocks, err)
		}
	}
	kept, err := store.Open(config.Folder) // first, as it locks the folder
	if err != nil {
		return nil, inFolder(config, err)
	}
	if warning := kept.Warning(); warning != "" {
		config.Logger.Warn("store was damaged", "what", warning)
	}
	n, err := assemble(config, kept)
	if err != nil {
		return nil, errors.Join(err, kept.Close())
	}
	return n, nil
}

// keepGenesis has the folder say which network it is of.
func keepGenesis(config Config) error {
	undone, err := (DataFolder{Path: config.Folder}).Keep(config.Genesis)
	if err != nil {
		return inFolder(config, err)
	}
	if undone {
		config.Logger.Warn("change of the network was cut short, and is taken back", "network", config.Genesis.Params.Name)
	}
	return nil
}

// inFolder says which node's folder err is about.
func inFolder(config Config, err error) error {
	return fmt.Errorf("data folder %s: %w", config.Folder, err)
}

// assemble puts a node together over kept, and ends with what may fail for
// others' reasons: listening.
func assemble(config Config, kept keptStore) (*Node, error) {
	key, err := loadIdentity(config.Folder)
	if err != nil {
		return nil, inFolder(config, err)
	}
	ours := &watched{keptStore: kept, failed: func(error) {}}
	blocks, err := chain.Open(ours, config.Genesis, time.Now)
	if err != nil {
		return nil, inFolder(config, err)
	}
	if under, found := blocks.Resumed(); found {
		config.Logger.Warn("reorg was cut short, and is finished", "from", under.From.ID, "to", under.To.ID, "tip", blocks.Tip().ID)
	}
	if err := keepGenesis(config); err != nil {
		return nil, err
	}
	n := newNode(config, kept, blocks)
	ours.failed = n.fail
	n.saved = loadKnown(config.Folder, n.log)
	if n.pending, err = openPending(config.Folder, config.Genesis.Params.GenesisID, n.pool, n.log); err != nil {
		return nil, inFolder(config, err)
	}
	if err := n.join(key); err != nil {
		return nil, errors.Join(err, n.pending.close())
	}
	return n, nil
}

// newNode makes all of a node that needs no network.
func newNode(config Config, kept keptStore, blocks *chain.Chain) *Node {
	n := &Node{
		config: config, log: config.Logger, store: kept, chain: blocks, followed: blocks.Tip().ID,
		pool:   mempool.NewSynced(mempool.DefaultLimits(), blocks, blocks.Tip(), time.Now),
		mining: make(chan struct{}, 1), promised: newMailbox[promise](),
		events: make(chan protocol.Event), queries: make(chan func()),
		blocks: newMailbox[[]types.Block](), transfers: newLanes(), library: newLibrary(), dials: newMailbox[Entry](),
		teller: newTeller(), tick: newTick(), stirred: newBell(), resolves: make(map[uint64]func()),
	}
	if config.Blocks != "" {
		n.files = &blockFiles{folder: config.Blocks, template: config.BlockTemplate, chain: blocks, log: config.Logger.Named("blocks")}
	}
	n.settled.Store(&n.followed)
	blocks.TrustSignatures(n.pool.Has)
	blocks.Follow(n.pool.At)
	blocks.Follow(func() types.Hash { return *n.settled.Load() })
	n.life, n.end = context.WithCancel(context.Background())
	return n
}

// join gives the node its identity and its place in the network.
func (n *Node) join(key ed25519.PrivateKey) error {
	if err := n.listen(key); err != nil {
		return err
	}
	public := key.Public().(ed25519.PublicKey)
	n.key = key
	n.checkIdentity(types.NodeIDOf(public))
	n.account = types.AddressOf(public)
	n.jobs = newJobs(n, mining.Default(max(n.config.Threads, 1)))
	n.worker = mining.Worker{Source: n.jobs, Clock: mining.SystemClock()}
	n.self = fit(Entry{ID: types.NodeIDOf(public), Address: n.config.Address, P2P: n.transport.Addrs()})
	settings := protocol.DefaultConfig()
	settings.Outbound = n.config.Outbound
	n.engine = protocol.New(settings, n.self, n.config.Genesis.Params.GenesisID, n.chain, n.pool,
		rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())))
	return nil
}

// checkIdentity tells of a folder whose key is not that of its last node: with the
// key went that node's id, and what its account held.
func (n *Node) checkIdentity(id types.NodeID) {
	last, err := readSelf(n.config.Folder) // who listens tells of an error
	if err == nil && last.ID != (types.NodeID{}) && last.ID != id {
		n.log.Warn("the folder's key is another one than last time", "id", id, "last", last.ID)
	}
}

// Problems tells what does not work as it should, though the node goes on.
func (n *Node) Problems() []string {
	if err := n.files.failure(); err != nil {
		return []string{fmt.Sprintf("block files in %s lag behind: %v", n.config.Blocks, err)}
	}
	return nil
}

// Self is this node's entry in a registry.
func (n *Node) Self() Entry { return n.self }

// Account is the one that the node mines for.
func (n *Node) Account() types.Address { return n.account }

// Sign makes t a transfer from the node's account.
func (n *Node) Sign(t *types.Transaction) { t.Sign(n.key, n.config.Genesis.Params.GenesisID) }

// Chain is the node's chain.
func (n *Node) Chain() *chain.Chain { return n.chain }

// Pool is the node's mempool.
func (n *Node) Pool() *mempool.Synced { return n.pool }

// Run serves until ctx ends, which is no error, or something of the node's own
// fails. When it returns, all that it started has ended, nodes.json is up to
// date, and the store is closed.
func (n *Node) Run(ctx context.Context) error {
	defer context.AfterFunc(ctx, n.end)()
	n.happened(protocol.Learned{Entries: n.saved}) // first, as the end replaces what was saved
	var parts, miner sync.WaitGroup
	miner.Go(func() { n.runPart(n.runWorker) })
	for _, part := range []func(context.Context) error{
		n.start, n.transport.Run, n.loop, n.follow, n.keepKnown, n.keepPending, n.keepFiles, n.tellPool, n.dialAll, n.library.run, n.watchTip,
		func(life context.Context) error { return n.blocks.drain(life, n.verify) },
		func(life context.Context) error { return n.transfers.drain(life, n.admit) },
	} {
		parts.Go(func() { n.runPart(part) })
	}
	parts.Wait()
	n.saveKnown(n.engine.Known())
	miner.Wait()
	n.waitForCall()
	n.first.Do(func() {}) // no failure from here on
	return errors.Join(n.failure, n.pending.close(), n.store.Close())
}

// runPart runs a part of the node to its end.
func (n *Node) runPart(part func(context.Context) error) {
	if err := part(n.life); err != nil {
		n.fail(err)
	}
}

// waitForCall waits for a Mine that is still running, as the store is about
// to be closed.
func (n *Node) waitForCall() { n.mining <- struct{}{} }

// start tells the world who we are.
func (n *Node) start(context.Context) error {
	tip := n.chain.Tip()
	n.log.Info("node started", "id", n.self.ID, "address", n.self.Address, "network", n.config.Genesis.Params.Name,
		"height", tip.Height, "tip", tip.ID, "p2p", n.self.P2P)
	n.teller.log.Tell(events.TipMoved{BlockRef: events.BlockRef{Hash: tip.ID, Index: tip.Height}, Work: n.work(tip.ID)})
	return writeSelf(n.config.Folder, n.self)
}

// fail ends the node with an error of its own, the first if there are several.
func (n *Node) fail(err error) {
	n.first.Do(func() { n.failure = err })
	n.end()
}

// tell brings an event to the loop; it is false if ctx or the node ended first.
func (n *Node) tell(ctx context.Context, ev protocol.Event) bool {
	select {
	case n.events <- ev:
		return true
	case <-ctx.Done():
	case <-n.life.Done():
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
	case <-n.life.Done():
		return false
	}
}

// Register remembers nodes, and connects to them in the background as far as
// peers are wanted. It counts those that were not known and can be used.
func (n *Node) Register(entries []Entry) (added int, err error) {
	learn := func() {
		before := len(n.engine.Known())
		n.happened(protocol.Learned{Entries: entries})
		added = len(n.engine.Known()) - before
	}
	if !n.ask(learn) {
		return 0, ErrStopping
	}
	return added, nil
}

// Submit gives a transfer to the mempool, has it on disk and relayed. A node
// that is killed then comes back with it.
func (n *Node) Submit(t types.Transaction) error {
	if err := n.pool.AddLocal(t); err != nil {
		return err
	}
	if err := n.keep(t); err != nil {
		return err
	}
	n.tellSubmitted(&t)
	n.jobs.transfersCame()
	if !n.tell(context.Background(), protocol.Admitted{Transaction: t}) {
		return ErrStopping
	}
	return nil
}

// Replace takes another chain, genesis first, if it is valid and has more
// work.
func (n *Node) Replace(blocks []types.Block) (chain.Change, error) {
	return n.chain.Replace(blocks)
}
