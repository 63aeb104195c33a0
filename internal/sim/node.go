package sim

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/mempool"
	"networkmngr/internal/miner"
	"networkmngr/internal/protocol"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// node is one simulated node. Its disk outlives it.
type node struct {
	world  *World
	number int
	id     types.NodeID
	disk   *store.Memory
	life   int // starts and crashes so far: even while it is down

	chain   *chain.Chain
	pool    *mempool.Pool
	engine  *protocol.Engine
	seen    types.Hash // tip that was told of last
	barred  map[types.NodeID]time.Time
	dialled map[*node]types.NodeID
}

func newNode(w *World, number int) *node {
	return &node{
		world: w, number: number, disk: store.NewMemory(),
		id: sha256.Sum256(fmt.Appendf(nil, "node %d", number)),
	}
}

func (n *node) up() bool { return n.life%2 == 1 }

func (n *node) entry() protocol.Entry {
	return protocol.Entry{ID: n.id, Address: "sim", P2P: []string{fmt.Sprint(n.number)}}
}

// start brings the node up from its disk, and tells it of all others.
func (n *node) start() error {
	w := n.world
	clock := func() time.Time { return w.now }
	var err error
	if n.chain, err = chain.Open(n.disk, w.genesis, clock); err != nil {
		return err
	}
	n.pool = mempool.New(mempool.DefaultLimits(), n.chain, clock)
	config := protocol.DefaultConfig()
	config.Outbound = w.config.Outbound
	n.engine = protocol.New(config, n.entry(), w.genesis.Params.GenesisID, n.chain, n.pool,
		rand.New(rand.NewPCG(w.config.Seed, uint64(n.number)<<32|uint64(n.life))))
	n.barred, n.dialled = make(map[types.NodeID]time.Time), make(map[*node]types.NodeID)
	n.seen = n.chain.Tip().ID
	n.life++
	w.note("start", n.number, n.seen[:])
	var registry []protocol.Entry
	for _, other := range w.nodes {
		registry = append(registry, other.entry())
	}
	n.handle("learned", protocol.Learned{Entries: registry})
	n.tickLater()
	return nil
}

// crash ends the node at once; only its disk is left.
func (n *node) crash() {
	w := n.world
	n.life++
	w.note("crash", n.number, nil)
	for _, ends := range w.sortedLinks() {
		if ends.a == n.number || ends.b == n.number {
			w.unlink(ends)
		}
	}
}

// later has f happen to this life of the node.
func (n *node) later(d time.Duration, f func()) {
	life := n.life
	n.world.after(d, func() {
		if n.life == life {
			f()
		}
	})
}

func (n *node) tickLater() {
	n.later(500*time.Millisecond, func() {
		n.handle("tick", protocol.Tick{})
		n.tickLater()
	})
}

// handle gives the engine an event and does what it wants done.
func (n *node) handle(what string, ev protocol.Event) {
	if !n.up() {
		return
	}
	var detail []byte
	if r, ok := ev.(protocol.Received); ok {
		detail = append(r.Peer[:], r.Frame...)
	}
	n.world.note(what, n.number, detail)
	for _, action := range n.engine.Handle(n.world.now, ev) {
		n.act(action)
	}
}

func (n *node) act(action protocol.Action) {
	w := n.world
	switch a := action.(type) {
	case protocol.Send:
		n.send(a.Peer, a.Message)
	case protocol.SendBlocks:
		for _, m := range protocol.AnswerBlocks(a.IDs, n.chain.BlockBytes) {
			n.send(a.Peer, m)
		}
	case protocol.SendBlockTransactions:
		n.sendTransactions(a)
	case protocol.Drop:
		n.drop(a)
	case protocol.Dial:
		to := w.find(a.Entry.ID)
		n.dialled[to] = a.Entry.ID
		w.dial(n, to)
	case protocol.Verify:
		n.later(w.soon(5*time.Millisecond), func() { n.verify(a.Blocks) })
	case protocol.Admit:
		n.later(time.Millisecond, func() {
			err := n.pool.Add(a.Transaction)
			n.handle("admitted", protocol.Admitted{Transaction: a.Transaction, Err: err})
		})
	}
}

func (w *World) find(id types.NodeID) *node {
	for _, n := range w.nodes {
		if n.id == id {
			return n
		}
	}
	return nil
}

func (n *node) send(to types.NodeID, m protocol.Message) {
	n.world.send(n, n.world.find(to), protocol.Encode(m))
}

func (n *node) sendTransactions(a protocol.SendBlockTransactions) {
	b, err := n.chain.Block(a.Request.Block)
	if err != nil {
		n.send(a.Peer, protocol.NotFound{IDs: []types.Hash{a.Request.Block}})
		return
	}
	if answer, err := protocol.PickTransactions(&b, a.Request); err == nil {
		n.send(a.Peer, answer)
	}
}

// drop ends a link. All nodes are honest here, so none may be barred.
func (n *node) drop(a protocol.Drop) {
	other := n.world.find(a.Peer)
	if a.Ban > 0 {
		n.world.fault("node %d bars honest node %d: %v", n.number, other.number, a.Reason)
		n.barred[a.Peer] = n.world.now.Add(a.Ban)
	}
	n.world.unlink(pairOf(n.number, other.number))
}

func (n *node) bars(other *node) bool { return n.world.now.Before(n.barred[other.id]) }

// verify is the chain's door for what peers sent.
func (n *node) verify(blocks []types.Block) {
	_, err := n.chain.AddBlocks(blocks...)
	if chain.Invalid(err) {
		n.world.fault("node %d finds a block of an honest node invalid: %v", n.number, err)
	}
	n.handle("verified", protocol.Verified{Blocks: blocks, Err: err})
	n.tipMoved()
}

// tipMoved tells the engine where the chain went, and which transactions a
// reorg put back.
func (n *node) tipMoved() {
	updates, tip, err := n.chain.UpdatesSince(n.seen)
	if err != nil {
		n.world.fault("node %d: %v", n.number, err)
	}
	if tip.ID == n.seen {
		return
	}
	n.seen = tip.ID
	if err := n.pool.Sync(); err != nil {
		n.world.fault("node %d: %v", n.number, err)
	}
	block, err := n.chain.Block(tip.ID)
	if err != nil {
		n.world.fault("node %d: %v", n.number, err)
	}
	if len(updates.Reverted) > 0 {
		n.world.reorgs++
	}
	n.handle("tip", protocol.TipMoved{Block: block})
	n.putBack(updates.Reverted)
}

func (n *node) putBack(reverted []chain.Ref) {
	for _, ref := range reverted {
		block, err := n.chain.Block(ref.ID)
		if err != nil {
			n.world.fault("node %d: %v", n.number, err)
		}
		for _, t := range block.Transactions[1:] {
			if n.pool.Has(t.ID()) {
				n.handle("put-back", protocol.Admitted{Transaction: t})
			}
		}
	}
}

func (n *node) tryMine() {
	if err := n.mine(); err != nil {
		n.world.fault("node %d mines: %v", n.number, err)
	}
}

// mine finds a block, as the time that the search takes has been waited for.
func (n *node) mine() error {
	m := miner.Miner{
		Chain: n.chain, Pool: n.pool, Solver: miner.CPU{}, Payout: types.Address(n.id[:types.AddressSize]),
		Now: func() time.Time { return n.world.now },
	}
	b, err := m.Mine(context.Background())
	if err != nil {
		return err
	}
	id := b.Hash()
	n.world.note("mined", n.number, id[:])
	n.world.mined++
	n.tipMoved()
	return nil
}

// post takes a transfer from a client, as the HTTP API does.
func (n *node) post(t types.Transaction) {
	err := n.pool.Add(t)
	if err == nil {
		n.world.posted = append(n.world.posted, posted{node: n, life: n.life, transaction: t})
		n.handle("posted", protocol.Admitted{Transaction: t})
	} else if !errors.Is(err, mempool.ErrTooMany) {
		n.world.fault("node %d refuses a transfer: %v", n.number, err)
	}
}
