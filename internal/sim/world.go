// Package sim runs the cores of many nodes in one process, on a virtual network and in
// virtual time. Everything random comes from one seed, so that a run repeats event for
// event. What it runs is what a real node runs: internal/core, internal/chain and the
// rules; only sockets, disks and clocks are made up.
package sim

import (
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"

	"networkmngr/internal/consensus"
	"networkmngr/internal/genesis"
	"networkmngr/internal/types"
)

// World is one run.
type World struct {
	config         Settings
	genesis        *consensus.Genesis
	rand           *rand.Rand
	begin          time.Time
	now            time.Time
	queue          queue
	trace          *xxhash.Digest
	noted          []byte  // the last happening of the trace; its room is used again
	nodes          []*node // the honest ones, then the adversaries
	byID           map[types.NodeID]*node
	linked         map[pair]uint64 // how many links there were, each way counted
	given          bool            // Settings.Link says what honest nodes' links are like
	groups         []int           // by node; different groups cannot reach each other
	faultsInjected int             // violations that happened, by which a resolve knows of some
	spent          spent           // by adversaries
	violations     []error
	posted         []posted
	stats          Stats
	slowest        time.Duration // that an honest block took to a node that had a sound link
	slowestResolve time.Duration
	replayed       map[types.Hash]consensus.Accounts // by tip, at the end of the run
	signed         map[types.Hash]bool               // transfers that were checked
}

// New makes a world whose nodes are not started yet. The error wraps
// [consensus.ErrParams] if there is no such network, or [links.ErrLink] if there is no such
// link.
func New(config Settings) (*World, error) {
	if err := config.checkLink(); err != nil {
		return nil, err
	}
	genesis, err := newGenesis(config)
	if err != nil {
		return nil, err
	}
	begin := time.Unix(int64(genesis.Params.Time), 0).Add(time.Hour)
	w := &World{
		config: config, genesis: genesis, given: !config.Link.IsZero(),
		rand:  rand.New(rand.NewPCG(config.Seed, 0x6e6d)),
		begin: begin, now: begin,
		trace:    xxhash.New(),
		byID:     make(map[types.NodeID]*node),
		linked:   make(map[pair]uint64),
		groups:   make([]int, config.Nodes+config.Adversaries),
		replayed: make(map[types.Hash]consensus.Accounts), signed: make(map[types.Hash]bool),
		stats: newStats(),
	}
	for i := range config.Nodes + config.Adversaries {
		w.addNode(newNode(w, i))
	}
	return w, nil
}

func (w *World) addNode(n *node) {
	if n.number >= w.config.Nodes {
		n.adversary = newAdversary(n)
	}
	if n.number < w.config.Slow {
		n.slow = 2 * time.Second
	}
	if w.config.Skew > 0 {
		n.skew = time.Duration(w.rand.Int64N(int64(2*w.config.Skew))) - w.config.Skew
	}
	w.nodes = append(w.nodes, n)
	w.byID[n.id] = n
}

// honest are the nodes that keep to the protocol.
func (w *World) honest() []*node { return w.nodes[:w.config.Nodes] }

// newGenesis describes a network with a named account for each node, and the
// floor that two hashes on average meet, as what is simulated is the waiting.
func newGenesis(config Settings) (*consensus.Genesis, error) {
	d := genesis.Description{
		Name: "sim", Time: 1_800_000_000, Reward: 2 * types.Coin, FloorBits: "207fffff",
		BlockTime: uint32(config.BlockTime / time.Second),
		Balances:  make(map[types.Address]types.Amount),
	}
	for i := range config.Nodes {
		d.Balances[types.AddressOfKey(clientKey(i))] = 100 * types.Coin
	}
	for i := 0; i*perClient < config.Pending; i++ {
		d.Balances[types.NamedAddress(smallClient(i))] = types.Coin
	}
	return d.Genesis()
}

// clientKeys are those of clients by node, as to make one costs much, and worlds have
// the same.
var clientKeys sync.Map

// clientKey is of the account of a node's client.
func clientKey(node int) ed25519.PrivateKey {
	if key, made := clientKeys.Load(node); made {
		return key.(ed25519.PrivateKey)
	}
	key := types.NamedKey(fmt.Sprintf("client %d", node))
	clientKeys.Store(node, key)
	return key
}

// Stats counts what has happened so far.
func (w *World) Stats() Stats {
	stats := w.stats
	stats.nameSent()
	for _, n := range w.honest() {
		stats.most("bytes that waited at a node", n.mostHeld)
	}
	stats.most("milliseconds that an honest block took", int(w.slowest.Milliseconds()))
	stats.most("milliseconds that a resolve took", int(w.slowestResolve.Milliseconds()))
	return stats
}

// Trace is the hash of everything that happened, in order.
func (w *World) Trace() string { return fmt.Sprintf("%016x", w.trace.Sum64()) }

// note adds one happening to the trace.
func (w *World) note(what string, node int, details ...[]byte) {
	b := binary.BigEndian.AppendUint64(w.noted[:0], uint64(w.now.UnixNano()))
	b = append(binary.BigEndian.AppendUint64(b, uint64(node)), what...)
	for _, detail := range details {
		b = append(b, detail...)
	}
	w.trace.Write(b)
	w.noted = b
}

// maxViolations is how many are told of; the rest follows from them, as a rule.
const maxViolations = 10

// violation notes that an invariant was broken.
func (w *World) violation(format string, args ...any) {
	if len(w.violations) < maxViolations {
		w.violations = append(w.violations, fmt.Errorf("seed %d, %s: %s",
			w.config.Seed, w.now.Sub(w.begin).Round(time.Millisecond), fmt.Sprintf(format, args...)))
	}
}

// exponential is a random time around mean, exponentially distributed: that until the
// next of many independent happenings.
func (w *World) exponential(mean time.Duration) time.Duration {
	return time.Duration(w.rand.ExpFloat64() * float64(mean))
}

func smallClient(i int) string { return fmt.Sprintf("small client %d", i) }
