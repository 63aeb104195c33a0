package manager_test

import (
	"archive/tar"
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	"networkmngr/internal/api/server"
	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/core"
	"networkmngr/internal/events"
	"networkmngr/internal/genesis"
	"networkmngr/internal/mempool"
	"networkmngr/internal/mempool/mempooltest"
	"networkmngr/internal/mining"
	"networkmngr/internal/node"
	"networkmngr/internal/node/nodetest"
	"networkmngr/internal/snapshot"
	"networkmngr/internal/store"
	"networkmngr/internal/transport"
	"networkmngr/internal/types"
)

const p2p = "/ip4/127.0.0.1/tcp/6000/p2p/QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC"

// fakeNode has a real chain and a real HTTP API, mines at once, and gives its
// blocks to every node of its network.
type fakeNode struct {
	nodetest.BanList
	self    types.NodeInfo
	network *fakeNetwork
	chain   *chain.Chain
	pool    *mempooltest.Pool
	events  *events.Log

	setting    sync.Mutex // guards stopWorker
	stopWorker func()

	mu       sync.Mutex      // guards what follows
	life     context.Context // of its process
	known    []types.NodeInfo
	forgot   []types.NodeID                 // all that it was to forget
	redial   []types.NodeID                 // all that it was to dial again
	apart    map[types.NodeID]time.Duration // from whom it was disconnected, for how long
	faults   node.Faults                    // of its links
	pushes   int                            // how often it was given some
	mine     func(context.Context) error    // nil goes on
	after    error                          // of Mine, beside the block
	uncopied error                          // of Copy
	copying  func()                         // is told of each Copy; may be nil
	alone    bool                           // neither gives nor takes blocks
	sick     error                          // why it does nothing; nil if it is well
	firm     error                          // of SetMining
	bidden   func()                         // is told of each SetMining; may be nil
	asks     int                            // how often its health was asked
	sets     int                            // how often its mining was set
	mining   mining.Settings
}

// newFakeNode makes a node on the network that text describes. It takes the place
// of the one that was at the port.
func newFakeNode(network *fakeNetwork, address string, port int, text []byte) (*fakeNode, error) {
	parsed, err := genesis.Parse(text)
	if err != nil {
		return nil, err
	}
	c, err := chain.Open(store.NewMemory(), parsed, chaintest.Now)
	if err != nil {
		return nil, err
	}
	n := &fakeNode{
		self:    types.NodeInfo{ID: fakeID(port), Address: address, P2P: []string{p2p}},
		network: network, chain: c, pool: mempooltest.New(mempool.DefaultLimits(), c, chaintest.Now),
		events: events.NewLog(events.Config{Stream: events.NewStream(), Bytes: 1 << 20, Now: time.Now}),
		mining: mining.Default(1), apart: make(map[types.NodeID]time.Duration), stopWorker: func() {},
	}
	tip := c.Tip()
	n.events.Tell(events.TipMoved{BlockRef: events.BlockRef{Hash: tip.ID, Index: tip.Height}, Work: tip.Work.Dec()})
	network.mu.Lock()
	defer network.mu.Unlock()
	network.nodes = slices.DeleteFunc(network.nodes, func(old *fakeNode) bool { return old.self.ID == n.self.ID })
	network.nodes = append(network.nodes, n)
	return n, nil
}

// fakeID is the id of the node on a port.
func fakeID(port int) types.NodeID { return types.NodeID{byte(port), byte(port >> 8)} }

// parts is the node as its server sees it.
func (n *fakeNode) parts() server.Backend {
	return server.Backend{
		Identity: n, Network: n, Writer: n, Miner: n, Tree: n, Health: n, Copier: n,
		Chain: n.chain, Ledger: n.chain, Pool: n.pool, Events: n.events,
	}
}

func (n *fakeNode) Problems() []string          { return nil }
func (n *fakeNode) Alive(context.Context) error { return n.asked() }
func (n *fakeNode) Traffic() transport.Traffic  { return transport.Traffic{} }
func (n *fakeNode) StoreSize() int64            { return 0 }
func (n *fakeNode) CountWith(node.Counter)      {}

func (n *fakeNode) Self() types.NodeInfo                          { return n.self }
func (n *fakeNode) Tips() []chain.Tip                             { return nil }
func (n *fakeNode) Submit(t types.Transaction) error              { return n.pool.Add(t) }
func (n *fakeNode) Account() types.Address                        { return types.Address{} }
func (n *fakeNode) Sign(*types.Transaction)                       {}
func (n *fakeNode) AddBlock(types.Block) (chain.Change, error)    { return chain.Change{}, nil }
func (n *fakeNode) Replace([]types.Block) (chain.Change, error)   { return chain.Change{}, nil }
func (n *fakeNode) Resolve(context.Context) (chain.Change, error) { return chain.Change{}, nil }

func (n *fakeNode) AwaitPeer(context.Context, types.NodeID) (bool, error) { return true, nil }

func (n *fakeNode) KnownCount() int { return len(n.Known()) }

func (n *fakeNode) Known() []types.NodeInfo {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.known
}

// Peers are all others.
func (n *fakeNode) Peers() (peers []node.Peer) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, other := range n.known {
		if _, away := n.apart[other.ID]; !away {
			peers = append(peers, node.Peer{Peer: core.Peer{NodeInfo: other, Type: "inbound"}})
		}
	}
	return peers
}

func (n *fakeNode) Register(entries []types.NodeInfo) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.network.registered != nil {
		n.network.registered(n)
	}
	n.known = append(n.known, entries...)
	for _, e := range entries {
		if e.ID != n.self.ID && n.network.apart == nil {
			n.events.Tell(events.PeerLinked{Peer: e.ID})
		} else if e.ID != n.self.ID {
			n.network.linking.Go(func() {
				if <-n.network.apart {
					n.events.Tell(events.PeerLinked{Peer: e.ID})
				}
			})
		}
	}
	return len(entries), n.network.registerError
}

func (n *fakeNode) Forget(ids []types.NodeID) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.forgot = append(n.forgot, ids...)
	before := len(n.known)
	n.known = slices.DeleteFunc(n.known, func(e types.NodeInfo) bool { return slices.Contains(ids, e.ID) })
	return before - len(n.known), nil
}

func (n *fakeNode) Redial(ids []types.NodeID) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.redial = append(n.redial, ids...)
	return nil
}

func (n *fakeNode) Addresses() []core.AddressRow { return nil }

func (n *fakeNode) Kept() map[types.NodeID]transport.Reason { return nil }

func (n *fakeNode) Group(types.NodeInfo, string) string { return "" }

func (n *fakeNode) Connect(id types.NodeID) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.apart, id)
	return nil
}

func (n *fakeNode) Disconnect(id types.NodeID, wait time.Duration) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.apart[id] = wait
	return nil
}

func (n *fakeNode) Faults() node.Faults {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.faults
}

func (n *fakeNode) SetFaults(f node.Faults) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.faults = f
	n.pushes++
}

// Links are to every node that was registered, and have sent a frame each.
func (n *fakeNode) Links() (list []transport.LinkStatus) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, other := range n.known {
		if other.ID != n.self.ID {
			asked, ruled := n.faults.Rows[other.ID]
			if !ruled {
				asked = n.faults.Others
			}
			list = append(list, transport.LinkStatus{Peer: transport.Peer{ID: other.ID}, Asked: asked, Frames: 1})
		}
	}
	return list
}

func (n *fakeNode) set(change func(*fakeNode)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	change(n)
}

// Copy writes a pending.jsonl that says whose it is.
func (n *fakeNode) Copy(w io.Writer) error {
	n.mu.Lock()
	err, copying := n.uncopied, n.copying
	n.mu.Unlock()
	if copying != nil {
		copying()
	}
	if err != nil {
		return err
	}
	archive, text := tar.NewWriter(w), "pending at "+n.self.Address
	head := &tar.Header{Typeflag: tar.TypeReg, Name: snapshot.Pending, Size: int64(len(text)), Mode: 0o600}
	if err := archive.WriteHeader(head); err != nil {
		return err
	}
	if _, err := io.WriteString(archive, text); err != nil {
		return err
	}
	return archive.Close()
}

// asked is what its health is, when that is asked.
func (n *fakeNode) asked() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asks++
	return n.sick
}

// askedFor is how often that was.
func (n *fakeNode) askedFor() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.asks
}

func (n *fakeNode) isAlone() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.alone
}

func (n *fakeNode) Mine(ctx context.Context, count int, data []byte) ([]types.Block, error) {
	n.mu.Lock()
	hook, after := n.mine, n.after
	n.mu.Unlock()
	if hook != nil {
		if err := hook(ctx); err != nil {
			return nil, err
		}
	}
	if count != 1 {
		return nil, errors.New("the manager asks for one block at a time")
	}
	block, err := n.network.extend(n)
	return []types.Block{block}, errors.Join(err, after)
}

func (n *fakeNode) Strategy() core.Strategy {
	settings, _ := n.Mining()
	return core.Strategy{Settings: settings.Strategy.Normal()}
}

func (n *fakeNode) Mining() (mining.Settings, mining.Achieved) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.mining, mining.Achieved{}
}

// SetMining has the node mine continuously, or else only when it is asked.
func (n *fakeNode) Attack(settings mining.Settings) error {
	return n.SetMining(settings)
}

func (n *fakeNode) SetMining(settings mining.Settings) error {
	n.mu.Lock()
	err, bidden := cmp.Or(n.firm, settings.Validate()), n.bidden
	n.mu.Unlock()
	if bidden != nil {
		bidden()
	}
	if err != nil {
		return err
	}
	n.setting.Lock()
	defer n.setting.Unlock()
	n.stopWorker()
	var life context.Context
	n.set(func(n *fakeNode) { n.mining, life = settings, n.life; n.sets++ })
	n.events.Tell(events.MiningChanged{Mode: string(settings.Mode)})
	if settings.Mode == mining.Continuous {
		ctx, cancel := context.WithCancel(life)
		var worker sync.WaitGroup
		worker.Go(func() { n.work(ctx, settings.Blocks) })
		n.stopWorker = func() { cancel(); worker.Wait() }
	}
	return nil
}

// work mines until there are so many blocks, or without end if that is 0.
func (n *fakeNode) work(ctx context.Context, blocks int) {
	for mined := 0; blocks == 0 || mined < blocks; {
		found, err := n.Mine(ctx, 1, nil)
		if err == nil {
			n.events.Tell(events.BlockMined{BlockRef: events.BlockRef{Hash: found[0].Hash(), Index: found[0].Height()}})
			mined++
		}
		if ctx.Err() != nil {
			return
		}
	}
	n.events.Tell(events.MiningStopped{Mined: blocks})
}

// Invalidate and Reconsider are the chain's.
func (n *fakeNode) Invalidate(id types.Hash) (chain.Change, error) { return n.chain.Invalidate(id) }
func (n *fakeNode) Reconsider(id types.Hash) (chain.Change, error) { return n.chain.Reconsider(id) }

func (n *fakeNode) LastStored(id types.Hash) (chain.Ref, bool) { return n.chain.View().LastStored(id) }

// MineAside mines on a known block, and gives every node all blocks in the end.
func (n *fakeNode) MineAside(ctx context.Context, from types.Hash, count int, _ []byte) (blocks []types.Block, hashes uint64, err error) {
	state, _ := n.chain.View().State(from)
	for tip := n.chain.Tip(); !state.Work.Gt(&tip.Work); hashes += 7 {
		n.mu.Lock()
		hook := n.mine
		n.mu.Unlock()
		if hook != nil {
			if err := hook(ctx); err != nil {
				return blocks, hashes, err
			}
		}
		if len(blocks) == count {
			return blocks, hashes, chain.ErrNotBetter
		}
		b := chaintest.Next(state, types.NamedAddress("aside"))
		n.events.Tell(events.BlockMined{BlockRef: events.BlockRef{Hash: b.Hash(), Index: b.Height()}, Hashes: 7, Seconds: 0.5})
		blocks, state = append(blocks, b), chaintest.After(state, b)
	}
	return blocks, hashes, n.network.publish(blocks)
}

// publish gives every node that is not alone a branch.
func (f *fakeNetwork) publish(blocks []types.Block) (err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, n := range f.nodes {
		if !n.isAlone() {
			err = errors.Join(err, n.follow(blocks))
		}
	}
	return err
}

// follow takes a branch in, and tells of it.
func (n *fakeNode) follow(blocks []types.Block) error {
	change, err := n.chain.AddBlocks(blocks...)
	if err != nil || !change.Moved {
		return err
	}
	tip := events.BlockRef{Hash: change.Tip.ID, Index: change.Tip.Height}
	for _, ref := range change.Update.Reverted {
		n.events.Tell(events.BlockDisconnected{BlockRef: events.BlockRef{Hash: ref.ID, Index: ref.Height}})
	}
	n.events.Tell(events.TipMoved{BlockRef: tip, Work: change.Tip.Work.Dec(), Applied: len(change.Update.Applied), Reverted: change.Reverted})
	if change.Reverted > 0 {
		n.events.Tell(events.Reorg{To: tip, Depth: change.Reverted, Returned: 2})
	}
	return nil
}
