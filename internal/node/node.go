// Package node is a node as a process runs it: it carries out what a core decides,
// with sockets, a disk and a clock. One goroutine, the loop, owns the core; what the
// core wants done is done by workers, which bring back what came of it as inputs.
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
	"networkmngr/internal/core"
	"networkmngr/internal/datafolder"
	"networkmngr/internal/disk"
	"networkmngr/internal/events"
	"networkmngr/internal/mailbox"
	"networkmngr/internal/mempool"
	"networkmngr/internal/mining"
	"networkmngr/internal/record"
	"networkmngr/internal/store"
	"networkmngr/internal/transport"
	"networkmngr/internal/types"
)

// ErrStopping means that the node is about to end.
var ErrStopping = errors.New("node is stopping")

// Node is one node. Its methods may be called from any goroutine while Run
// runs.
type Node struct {
	config  Config
	log     hclog.Logger
	key     ed25519.PrivateKey // of the node, and of the account that it mines for
	self    types.NodeInfo
	store   closableStore
	chain   *chain.Chain
	files   *blockFiles // nil for none
	pool    *mempool.Reader
	pending *pendingFile // persist's

	core          *core.Machine // the loop's
	recording     *recording    // of what the core is told
	clock         clock         // the loop's
	ahead         time.Duration // of the wall clock, as the core knows it; the loop's
	transport     *transport.Transport
	inputs        chan core.Input
	queries       chan func()                      // run by the loop, for what only it may see
	answers       *answers                         // that clients wait for
	serving       sync.WaitGroup                   // answers to peers under way, one for each peer at most
	stored        *mailbox.Mailbox[core.Effect]    // for the chain: a Write or a Follow at a time, and a Keep before it
	transfers     *lanes                           // for the mempool
	pendingWrites *mailbox.Mailbox[core.Persist]   // for pending.jsonl; each has an HTTP request that waits, and these are bounded
	dials         *mailbox.Mailbox[types.NodeInfo] // to be dialled; the core wants no more at a time than Config.Outbound and two
	jobs          *jobs                            // for the worker
	worker        mining.Worker
	settings      miningSettings
	events        *events.Log
	counter       atomic.Pointer[Counter]
	faulty        faulty
	banned        banned
	knownChanged  mailbox.Bell               // rung when the core may have learned of nodes
	settled       atomic.Pointer[types.Hash] // up to here, what reorgs undid is pending and on disk
	known         knownNodes                 // the keeper's of nodes.json
	knownCount    atomic.Int64               // see KnownCount
	connected     events.BlockConnected      // last block of the main chain that was told of; of the loop

	ctx     context.Context // ends with the node
	end     context.CancelFunc
	failure atomic.Pointer[error] // the first of our own
}

// Open makes a node from its folder, which is made if need be, and listens for
// peers. The caller must Run it. An error names the folder that it is about, or is
// that of listening.
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

// writeNetwork has the folder say which network it is of.
func writeNetwork(config Config) error {
	undone, err := (datafolder.Folder{Path: config.Folder}).WriteNetwork(config.Genesis)
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
func assemble(config Config, kept closableStore) (*Node, error) {
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Busy == nil {
		config.Busy = func() {}
	}
	key, err := loadIdentity(config.Folder)
	if err != nil {
		return nil, inFolder(config, err)
	}
	ours := &watched{closableStore: kept, failed: func(error) {}, committed: func(time.Duration) {}}
	blocks, err := chain.Open(ours, config.Genesis, config.Now)
	if err != nil {
		return nil, inFolder(config, err)
	}
	if under, found := blocks.Resumed(); found {
		config.Logger.Warn("reorg was cut short, and is finished", "from", under.From.ID, "to", under.To.ID, "tip", blocks.Tip().ID)
	}
	if err := writeNetwork(config); err != nil {
		return nil, err
	}
	n := newNode(config, kept, blocks)
	ours.failed, ours.committed = n.fail, n.committed
	n.known.book = loadKnown(config.Folder, n.log)
	if n.pending, err = openPending(&n.config, n.pool); err != nil {
		return nil, inFolder(config, err)
	}
	if n.recording, err = createRecording(config.Record, config.Logger); err == nil {
		err = n.join(key)
	}
	if err != nil {
		return nil, errors.Join(err, n.recording.end(), n.pending.close())
	}
	return n, nil
}

// newNode makes all of a node that needs no network.
func newNode(config Config, kept closableStore, blocks *chain.Chain) *Node {
	n := &Node{
		config: config, log: config.Logger, store: kept, chain: blocks,
		pool:   mempool.NewReader(mempool.New(mempool.DefaultLimits(), blocks.Tip()), blocks, config.Now),
		inputs: make(chan core.Input), queries: make(chan func()), answers: newAnswers(),
		stored: mailbox.New[core.Effect](), transfers: newLanes(), pendingWrites: mailbox.New[core.Persist](), dials: mailbox.New[types.NodeInfo](),
	}
	n.jobs, n.events = newJobs(n), newEvents(config.Now)
	n.worker = mining.Worker{Source: n.jobs, Clock: mining.SystemClock(), Background: config.Background}
	n.worker.Clock.Wall = config.Now
	if config.Blocks != "" {
		n.files = &blockFiles{folder: config.Blocks, template: config.BlockTemplate, chain: blocks, log: config.Logger.Named("blocks")}
	}
	tip := blocks.Tip().ID
	n.settled.Store(&tip)
	blocks.TrustSignatures(n.pool.Has)
	blocks.Measure(n.measure)
	blocks.Follow(n.pool.At)
	blocks.Follow(func() types.Hash { return *n.settled.Load() })
	n.ctx, n.end = context.WithCancel(context.Background())
	return n
}

// join gives the node its identity and its place in the network.
func (n *Node) join(key ed25519.PrivateKey) error {
	kept, err := n.readKept()
	if err != nil {
		return inFolder(n.config, err)
	}
	if err := n.listen(key); err != nil {
		return err
	}
	public := key.Public().(ed25519.PublicKey)
	n.key = key
	n.checkIdentity(types.NodeIDOf(public))
	n.self = fit(types.NodeInfo{ID: types.NodeIDOf(public), Address: n.config.Address, P2P: n.transport.Addrs()})
	n.settings.Settings = mining.Default(max(n.config.Threads, 1))
	if kept.Strategy.Name != "" {
		n.settings.Strategy = kept.Strategy.Normal()
	}
	relaying := core.DefaultProtocol(n.config.Outbound)
	relaying.NoRelay, relaying.Addresses.Grouping = n.config.NoRelay, n.config.Grouping
	config := core.Config{
		Protocol: relaying, Self: n.self, Genesis: n.config.Genesis.Params.GenesisID,
		Payout: types.AddressOf(public), Mining: n.settings.Settings, Kept: kept,
		Seed: [2]uint64{rand.Uint64(), rand.Uint64()},
	}
	view := n.chain.View()
	if config.Blocks, err = kept.Blocks(view, n.chain.Block); err != nil {
		return inFolder(n.config, err)
	}
	if n.recording != nil {
		n.recording.begin(record.NewHeader(n.config.Software, n.config.Genesis, config, view, n.pool.Pool))
	}
	n.core = core.New(config, view, n.pool.Pool)
	return nil
}

// fit leaves out the last addresses of a machine that has more of them than
// others take.
func fit(self types.NodeInfo) types.NodeInfo {
	for len(self.P2P) > 1 && !self.Valid() {
		self.P2P = self.P2P[:len(self.P2P)-1]
	}
	return self
}

// checkIdentity tells of a folder whose key is not that of its last node: with the
// key went that node's id, and what its account held.
func (n *Node) checkIdentity(id types.NodeID) {
	last, err := readJSON[types.NodeInfo](n.config.Folder, selfFile) // who listens tells of an error
	if err == nil && last.ID != (types.NodeID{}) && last.ID != id {
		n.log.Warn("the folder's key is another one than last time", "id", id, "last", last.ID)
	}
}

// Alive returns once the loop has seen to something. The error wraps ErrStopping, with
// what the node has ended with, or is that of ctx.
func (n *Node) Alive(ctx context.Context) error {
	if n.ctx.Err() != nil { // though the loop may go on for a moment
		return n.stopping()
	}
	select {
	case n.queries <- func() {}:
		return nil
	case <-n.ctx.Done():
		return n.stopping()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Traffic is what has gone over the links to peers.
func (n *Node) Traffic() transport.Traffic { return n.transport.Traffic() }

// StoreSize is how much the chain takes on disk, in bytes.
func (n *Node) StoreSize() int64 { return n.store.Size() }

// Problems tells what does not work as it should, though the node goes on.
func (n *Node) Problems() []string {
	if err := n.files.failure(); err != nil {
		return []string{fmt.Sprintf("block files in %s lag behind: %v", n.config.Blocks, err)}
	}
	return nil
}

// Self is this node's node info in a registry.
func (n *Node) Self() types.NodeInfo { return n.self }

// Account is the one that the node mines for.
func (n *Node) Account() types.Address { return types.AddressOf(n.key.Public().(ed25519.PublicKey)) }

// Sign makes t a transfer from the node's account.
func (n *Node) Sign(t *types.Transaction) { t.Sign(n.key, n.config.Genesis.Params.GenesisID) }

// Chain is the node's chain.
func (n *Node) Chain() *chain.Chain { return n.chain }

// Pool is the node's mempool.
func (n *Node) Pool() *mempool.Reader { return n.pool }

// Run serves until ctx ends, which is no error, or something of the node's own
// fails. When it returns, all that it started has ended, nodes.json is up to
// date, and the store is closed.
func (n *Node) Run(ctx context.Context) error {
	defer context.AfterFunc(ctx, n.end)()
	n.handle(core.Restored{Book: n.known.book}) // first, as the end replaces what was saved
	var parts sync.WaitGroup
	for _, part := range []func(context.Context) error{
		n.start, n.transport.Run, n.loop, n.writeChain, n.persist, n.persistKnown, n.persistBans, n.files.keep, n.dialAll, n.watch, n.tellStats, n.worker.Run, n.recording.run,
		func(life context.Context) error { return n.transfers.drain(life, n.admit) },
	} {
		parts.Go(func() {
			if err := part(n.ctx); err != nil {
				n.fail(err)
			}
		})
	}
	parts.Wait()
	n.lookAtKnown()
	n.saveKnown()
	return errors.Join(n.failed(), n.recording.end(), n.pending.close(), n.store.Close())
}

// start tells the world who we are.
func (n *Node) start(context.Context) error {
	tip := n.chain.Tip()
	n.log.Info("node started", "id", n.self.ID, "address", n.self.Address, "network", n.config.Genesis.Params.Name,
		"height", tip.Height, "tip", tip.ID, "p2p", n.self.P2P)
	if err := n.tellStart(); err != nil {
		return err
	}
	return writeJSON(n.config.Folder, selfFile, n.self)
}

// fail ends the node with an error of its own, the first if there are several.
func (n *Node) fail(err error) {
	n.failure.CompareAndSwap(nil, &err)
	n.end()
}

// failed is what the node has ended with, or nil.
func (n *Node) failed() error {
	if err := n.failure.Load(); err != nil {
		return *err
	}
	return nil
}

// stopping is ErrStopping, with what the node has ended with.
func (n *Node) stopping() error {
	if err := n.failed(); err != nil {
		return fmt.Errorf("%w: %w", ErrStopping, err)
	}
	return ErrStopping
}
