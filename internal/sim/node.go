package sim

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/core"
	"networkmngr/internal/mempool"
	"networkmngr/internal/mining"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// node is one simulated node. Its disk outlives it.
type node struct {
	world     *World
	number    int
	id        types.NodeID
	disk      *store.Memory
	key       ed25519.PrivateKey // of its client
	slow      time.Duration      // that its messages take longer, at most
	skew      time.Duration      // that its clock is wrong
	chance    *rand.Rand         // of how long its dials take
	boot      int                // starts and crashes so far: even while it is down
	adversary *adversary         // what it does instead of the rest, if it is one
	reformed  bool               // it plays no strategy any more
	links     []*link            // with others, until both ends know that they are down

	kept       int // bytes of blocks and transfers that waited for their turn at the last tick
	held       int // bytes that wait on links for their peers
	mostHeld   int // of them, and of all that waits for its turn here
	inbound    int // links that others made
	handshakes int // that others have begun

	chain        *chain.Chain
	view         *chain.View // the core's
	pool         *mempool.Reader
	core         *core.Machine
	seen         consensus.State // tip that the core knows
	barred       map[types.NodeID]time.Time
	book         *core.Book          // of nodes, when it crashed
	secret       core.Kept           // what its strategy withholds, on its disk
	refused      map[types.Hash]bool // blocks and transfers that must not be passed on
	loading      map[types.NodeID]bool
	answers      map[uint64]func(core.Answer)
	asked        uint64         // numbers of what was asked for
	posting      int            // transfers that the client is about to post, the one that waits for an answer too
	wakeAt       time.Time      // when the core is woken up; zero if it is not
	job          mining.Job     // that the core wants
	expectations []*expectation // of blocks that are to be here soon

	busyUntil  time.Time     // the loop is, with an input
	atWork     time.Duration // since workSince
	workSince  time.Time
	busiest    float64
	waiting    []work // inputs, for the loop
	taken      int    // of them
	turn       func() // of the loop, with what waits
	validation *validationQueue
}

// dialChances are those of the first node, of which each has its own.
const dialChances = 0x6469616c00000000

func newNode(w *World, number int) *node {
	return &node{
		world: w, number: number, disk: store.NewMemory(),
		id:     sha256.Sum256(fmt.Appendf(nil, "node %d", number)),
		key:    clientKey(number),
		chance: rand.New(rand.NewPCG(w.config.Seed, dialChances+uint64(number))),
	}
}

func (n *node) up() bool { return n.boot%2 == 1 }

func (n *node) entry() types.NodeInfo {
	return types.NodeInfo{ID: n.id, Address: "sim", P2P: []string{fmt.Sprintf("/ip4/127.0.0.1/tcp/%d", 1+n.number)}}
}

// start brings the node up from its disk.
func (n *node) start() error {
	w := n.world
	clock := func() time.Time { return w.now.Add(n.skew) }
	n.boot++
	n.barred = make(map[types.NodeID]time.Time)
	n.waiting, n.taken, n.turn, n.busyUntil = nil, 0, n.thisBoot(n.goOn), w.now
	if n.adversary != nil {
		n.adversary.start()
		return nil
	}
	var err error
	if n.chain, err = chain.Open(n.disk, w.genesis, clock); err != nil {
		return err
	}
	n.pool = mempool.NewReader(mempool.New(mempool.DefaultLimits(), n.chain.Tip()), n.chain, clock)
	n.chain.TrustSignatures(func(id types.Hash) bool { return w.signed[id] })
	n.chain.Follow(n.pool.At)
	n.view = n.chain.View()
	config := n.settings()
	if config.Blocks, err = n.secret.Blocks(n.view, n.chain.Block); err != nil {
		return err
	}
	n.core = core.New(config, n.view, n.pool.Pool)
	n.refused, n.loading = make(map[types.Hash]bool), make(map[types.NodeID]bool)
	n.answers = make(map[uint64]func(core.Answer))
	n.expectations, n.wakeAt, n.posting, n.job = nil, time.Time{}, 0, mining.Job{}
	n.atWork, n.workSince = 0, w.now
	n.validation, n.seen = new(validationQueue), n.chain.Tip()
	w.note("start", n.number, n.seen.ID[:])
	n.inbox("clock", core.Clock{Ahead: n.skew}, nil)
	n.inbox("watch", core.Watch{Verbose: true}, nil)
	if n.book != nil {
		n.inbox("restored", core.Restored{Book: *n.book}, nil)
	} else {
		n.inbox("learned", core.Learned{Nodes: w.registry(n)}, nil)
	}
	return nil
}

// settings are those of the node's core in this life.
func (n *node) settings() core.Config {
	w := n.world
	config := core.Config{
		Protocol: core.DefaultProtocol(w.config.Outbound), Self: n.entry(), Genesis: w.genesis.Params.GenesisID,
		Payout: n.account(), Mining: n.mining(), Kept: n.secret,
		Seed: [2]uint64{w.config.Seed, uint64(n.number)<<32 | uint64(n.boot)},
	}
	if w.config.Fast > 0 {
		config.Protocol.Fast = w.config.Fast
	}
	if w.config.PingIn > 0 {
		config.Protocol.PingInterval = w.config.PingIn
	}
	if w.config.Tight {
		config.Protocol.Limits = tightLimits
	}
	return config
}

// account is the one that the node mines for.
func (n *node) account() types.Address { return n.id.Account() }

// registry is what a node that starts for the first time is told: all others, or one of
// those that are up.
func (w *World) registry(n *node) (list []types.NodeInfo) {
	for _, other := range w.nodes {
		if w.config.FullRegistry && (other.adversary == nil || w.config.behaviours == nil) || other.up() && other.adversary == nil && other != n {
			list = append(list, other.entry())
		}
	}
	if !w.config.FullRegistry && len(list) > 0 {
		bootstrap := w.rand.IntN(len(list))
		list = list[bootstrap : bootstrap+1]
	}
	return list
}

// crash ends the node at once; only its disk is left.
func (n *node) crash() {
	w := n.world
	n.boot++
	w.faultsInjected++
	if n.adversary == nil {
		book := n.core.Book()
		n.book = &book
	}
	w.note("crash", n.number)
	for _, l := range w.sortedLinks() {
		if l.a == n.number || l.b == n.number {
			w.unlink(l)
		}
	}
}

// later has f happen to this life of the node.
func (n *node) later(d time.Duration, f func()) {
	n.world.after(d, n.thisBoot(f))
}

func (n *node) thisBoot(f func()) func() {
	life := n.boot
	return func() {
		if n.boot == life {
			f()
		}
	}
}

// leastWake keeps a core from being woken again and again at one moment.
const leastWake = time.Millisecond

// wakeLater wakes the core when it wants that.
func (n *node) wakeLater() {
	w, wake := n.world, n.core.NextWake()
	if wake.IsZero() || n.wakeAt.After(w.now) && !wake.Before(n.wakeAt) {
		return
	}
	n.wakeAt = wake
	w.background(max(wake.Sub(w.now), leastWake), n.thisBoot(func() {
		if n.wakeAt.Equal(wake) {
			n.wakeAt = time.Time{}
			n.inbox("wake", core.Wake{}, nil)
			n.checkBacklog()
			n.checkBest()
		}
	}))
}
