package server_test

import (
	"cmp"
	"context"
	"io"
	"slices"
	"sync"
	"time"

	"networkmngr/internal/api/server"
	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/core"
	"networkmngr/internal/events"
	"networkmngr/internal/mempool/mempooltest"
	"networkmngr/internal/mining"
	"networkmngr/internal/mining/strategy"
	"networkmngr/internal/node"
	"networkmngr/internal/node/nodetest"
	"networkmngr/internal/transport"
	"networkmngr/internal/types"
)

const p2p = "/ip4/127.0.0.1/tcp/6000/p2p/QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC"

// Copy implements server.Copier.
func (n *fakeNode) Copy(w io.Writer) error { return n.copy(w) }

// fakeNode stands on a real chain and mempool; it mines at once and has no
// network.
type fakeNode struct {
	nodetest.BanList
	self  types.NodeInfo
	peers []node.Peer
	chain *chain.Chain
	pool  *mempooltest.Pool

	events      *events.Log
	problems    []string
	copy        func(io.Writer) error // of Copy
	alive       func(context.Context) error
	lonely      bool                                        // never meets anybody
	resolve     func(context.Context) (chain.Change, error) // nil finds nothing new
	mine        func(context.Context) error                 // nil goes on
	counter     node.Counter
	afterMining error // of Mine, beside the blocks
	links       []transport.LinkStatus
	addresses   []core.AddressRow
	kept        map[types.NodeID]transport.Reason

	mu        sync.Mutex // guards what follows
	settings  mining.Settings
	known     []types.NodeInfo
	redialled []types.NodeID
	dialled   []types.NodeID                 // by hand
	apart     map[types.NodeID]time.Duration // from whom it was disconnected, for how long
	met       []types.NodeID
	sought    []string
	faults    node.Faults
}

// parts is the node as a server sees it, with another writer if there is one.
func (n *fakeNode) parts(writer server.Writer) server.Backend {
	return server.Backend{
		Identity: n, Network: n, Seeker: n, Writer: cmp.Or[server.Writer](writer, n), Miner: n, Tree: n, Health: n, Copier: n,
		Chain: n.chain, Ledger: n.chain, Pool: n.pool, Events: n.events,
	}
}

func (n *fakeNode) Problems() []string              { return n.problems }
func (n *fakeNode) Alive(ctx context.Context) error { return n.alive(ctx) }
func (n *fakeNode) Traffic() transport.Traffic {
	return transport.Traffic{
		Sent:     map[string]transport.Flow{"ping": {Frames: 1, Bytes: 13}, "pong": {}},
		Received: map[string]transport.Flow{"ping": {}, "pong": {Frames: 2, Bytes: 168}},
		Queued:   3,
	}
}
func (n *fakeNode) StoreSize() int64         { return 4096 }
func (n *fakeNode) CountWith(c node.Counter) { n.counter = c }

func (n *fakeNode) Self() types.NodeInfo { return n.self }
func (n *fakeNode) Peers() []node.Peer   { return n.peers }
func (n *fakeNode) Tips() []chain.Tip    { return n.chain.View().Tips() }

func (n *fakeNode) Invalidate(id types.Hash) (chain.Change, error) { return n.chain.Invalidate(id) }
func (n *fakeNode) Reconsider(id types.Hash) (chain.Change, error) { return n.chain.Reconsider(id) }

func (n *fakeNode) LastStored(id types.Hash) (chain.Ref, bool) { return n.chain.View().LastStored(id) }

func (n *fakeNode) KnownCount() int { return len(n.Known()) }

func (n *fakeNode) Known() []types.NodeInfo {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]types.NodeInfo(nil), n.known...)
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
}

func (n *fakeNode) Links() []transport.LinkStatus { return n.links }

func (n *fakeNode) Register(entries []types.NodeInfo) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.known = append(n.known, entries...)
	return len(entries), nil
}

func (n *fakeNode) Forget(ids []types.NodeID) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	before := len(n.known)
	n.known = slices.DeleteFunc(n.known, func(e types.NodeInfo) bool { return slices.Contains(ids, e.ID) })
	return before - len(n.known), nil
}

func (n *fakeNode) Redial(ids []types.NodeID) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.redialled = append(n.redialled, ids...)
	return nil
}

func (n *fakeNode) Connect(id types.NodeID) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.dialled = append(n.dialled, id)
	return nil
}

func (n *fakeNode) Disconnect(id types.NodeID, wait time.Duration) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.apart[id] = wait
	return nil
}

func (n *fakeNode) Addresses() []core.AddressRow { return slices.Clone(n.addresses) }

func (n *fakeNode) Kept() map[types.NodeID]transport.Reason { return n.kept }

func (n *fakeNode) Group(peer types.NodeInfo, remote string) string {
	if remote == "" {
		return ""
	}
	return "group of " + peer.Address
}

func (n *fakeNode) Seek(address string) (bool, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case slices.Contains(n.sought, address):
		return false, nil
	case len(n.sought) == maxSought:
		return false, server.ErrManySought
	}
	n.sought = append(n.sought, address)
	return true, nil
}

// maxSought is how many nodes a fake node seeks.
const maxSought = 2

func (n *fakeNode) Sought() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.sought)
}

func (n *fakeNode) AwaitPeer(_ context.Context, id types.NodeID) (bool, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.met = append(n.met, id)
	return !n.lonely, nil
}

func (n *fakeNode) Resolve(ctx context.Context) (chain.Change, error) {
	if n.resolve == nil {
		return chain.Change{Tip: n.chain.Tip()}, nil
	}
	return n.resolve(ctx)
}

func (n *fakeNode) Mine(ctx context.Context, count int, data []byte) ([]types.Block, error) {
	if n.mine != nil {
		if err := n.mine(ctx); err != nil {
			return nil, err
		}
	}
	if err := mining.CheckData(data); err != nil {
		return nil, err
	}
	var blocks []types.Block
	for range count {
		state, transfers, err := n.pool.Template(types.MaxBlockSize / 2)
		if err != nil {
			return blocks, err
		}
		block := nextWith(state, data, transfers)
		if _, err := n.chain.AddBlocks(block); err != nil {
			return blocks, err
		}
		blocks = append(blocks, block)
	}
	if n.afterMining != nil {
		return blocks, n.afterMining
	}
	return blocks, n.pool.Sync()
}

// MineAside mines on a known block.
func (n *fakeNode) MineAside(_ context.Context, from types.Hash, count int, _ []byte) (blocks []types.Block, hashes uint64, err error) {
	h, known := n.chain.Header(from)
	if !known {
		return nil, 0, chain.ErrNotFound
	}
	if n.settings.Strategy.New() != nil {
		return nil, 0, mining.ErrWithholds
	}
	state, _ := n.chain.View().State(h.ID)
	for range count {
		b := chaintest.Next(state, bob)
		state = chaintest.After(state, b)
		blocks, hashes = append(blocks, b), hashes+7
		if _, err := n.chain.AddBlocks(b); err != nil {
			return blocks, hashes, err
		}
		if n.chain.Tip().ID == b.Hash() {
			return blocks, hashes, nil
		}
	}
	return blocks, hashes, chain.ErrNotBetter
}

// nextWith is a block whose coinbase carries data.
func nextWith(state consensus.State, data []byte, transfers []types.Transaction) types.Block {
	block := chaintest.Next(state, miner, transfers...)
	if data != nil {
		block.Transactions[0].Data = data
		chaintest.Solve(&block)
	}
	return block
}

func (n *fakeNode) Strategy() core.Strategy {
	n.mu.Lock()
	defer n.mu.Unlock()
	return core.Strategy{
		Settings: n.settings.Strategy.Normal(),
		Branches: strategy.Branches{Own: 3, Public: 1, Shown: 1, Confirmations: 1},
	}
}

func (n *fakeNode) Mining() (mining.Settings, mining.Achieved) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.settings, mining.Achieved{Searching: true, Solver: n.settings.Name(), Hashrate: 1.5, Hashes: 42, Blocks: 3}
}

func (n *fakeNode) SetMining(settings mining.Settings) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := settings.Validate(); err != nil {
		return err
	}
	n.settings = settings
	return nil
}

func (n *fakeNode) Attack(settings mining.Settings) error {
	if err := cmp.Or(settings.Validate(), n.pool.Add(settings.Strategy.Payment)); err != nil {
		return err
	}
	return n.SetMining(settings)
}

func (n *fakeNode) Submit(t types.Transaction) error { return n.pool.Add(t) }
func (n *fakeNode) Account() types.Address           { return miner }

func (n *fakeNode) Sign(t *types.Transaction) {
	t.Sign(types.NamedKey("miner"), n.chain.Genesis().Params.GenesisID)
}

func (n *fakeNode) AddBlock(block types.Block) (chain.Change, error) {
	return n.chain.AddBlocks(block)
}

func (n *fakeNode) Replace(blocks []types.Block) (chain.Change, error) {
	return n.chain.Replace(blocks)
}
