// Package sim runs many nodes' protocol engines in one process, on a virtual
// network and in virtual time. Everything random comes from one seed, so that
// a run repeats event for event. What it runs is what a real node runs:
// internal/protocol, internal/chain, internal/mempool and the rules; only
// sockets, disks and clocks are made up.
package sim

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"math/rand/v2"
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// World is one run.
type World struct {
	config   Config
	genesis  *consensus.Genesis
	rand     *rand.Rand
	begin    time.Time
	now      time.Time
	queue    queue
	trace    hash.Hash
	nodes    []*node // the honest ones, then the liars
	byID     map[types.NodeID]*node
	links    map[pair]*link
	groups   []int // by node; different groups cannot reach each other
	upsets   int   // faults that happened, by which a resolve knows of some
	faults   []error
	posted   []posted
	stats    Stats
	tick     time.Duration
	replayed map[types.Hash]consensus.Accounts // by tip, at the end of the run
}

// Config are the settings of a run. Times are virtual; a mean of 0 means
// never.
type Config struct {
	Seed     uint64
	Nodes    int           // honest ones
	Liars    int           // nodes besides that keep to no rule
	Outbound int           // see protocol.Config
	Busy     time.Duration // how long blocks are mined and faults happen

	History int  // blocks that node 0 has when the others start empty
	Late    int  // nodes that start only during Busy
	Told    bool // a node that starts is told of all others, not only of one

	BlockTime  time.Duration // that the difficulty aims at; whole seconds
	MineIn     time.Duration // mean time between blocks of the whole network
	Quiet      time.Duration // how long before Busy ends the last block is mined
	TransferIn time.Duration // mean time between bursts of transfers
	Burst      int           // transfers in a burst, at most
	ResolveIn  time.Duration // mean time between resolves

	Latency time.Duration // of a message, at least; at most four times that
	Slow    int           // nodes whose messages take up to two seconds more
	Skew    time.Duration // how wrong a clock may be
	Loss    float64       // share of messages that never arrive

	ResetIn time.Duration // mean time between links that break
	CrashIn time.Duration // mean time between crashes
	DownFor time.Duration // mean
	// CrashAtWork is how likely a node crashes when it asks for blocks or
	// verifies some.
	CrashAtWork float64

	CutIn  time.Duration // mean time between partitions
	CutFor time.Duration // mean
}

// New makes a world whose nodes are not started yet.
func New(config Config) (*World, error) {
	genesis, err := newGenesis(config)
	if err != nil {
		return nil, err
	}
	begin := time.Unix(int64(genesis.Params.Time), 0).Add(time.Hour)
	w := &World{
		config: config, genesis: genesis,
		rand:  rand.New(rand.NewPCG(config.Seed, 0x6e6d)),
		begin: begin, now: begin,
		trace:    sha256.New(),
		byID:     make(map[types.NodeID]*node),
		links:    make(map[pair]*link),
		groups:   make([]int, config.Nodes+config.Liars),
		replayed: make(map[types.Hash]consensus.Accounts),
		stats:    newStats(),
		tick:     tick,
	}
	for i := range config.Nodes + config.Liars {
		w.addNode(newNode(w, i))
	}
	return w, nil
}

func (w *World) addNode(n *node) {
	if n.number >= w.config.Nodes {
		n.liar = newLiar(n)
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
func newGenesis(config Config) (*consensus.Genesis, error) {
	d := consensus.Description{
		Name: "sim", Time: 1_800_000_000, Reward: 2 * types.Coin, FloorBits: "207fffff",
		BlockTime: uint32(config.BlockTime / time.Second),
		Balances:  make(map[types.Address]types.Amount),
	}
	for i := range config.Nodes {
		d.Balances[types.NamedAddress(accountName(i))] = 100 * types.Coin
	}
	return d.Genesis()
}

func accountName(node int) string { return fmt.Sprintf("client %d", node) }

// Stats counts what has happened so far.
func (w *World) Stats() Stats { return w.stats }

// Trace is the hash of everything that happened, in order.
func (w *World) Trace() string { return fmt.Sprintf("%x", w.trace.Sum(nil)) }

// note adds one happening to the trace.
func (w *World) note(what string, node int, details ...[]byte) {
	var head [16]byte
	binary.BigEndian.PutUint64(head[:], uint64(w.now.UnixNano()))
	binary.BigEndian.PutUint64(head[8:], uint64(node))
	w.trace.Write(head[:])
	w.trace.Write([]byte(what))
	for _, detail := range details {
		w.trace.Write(detail)
	}
}

// maxFaults is how many are told of; the rest follows from them, as a rule.
const maxFaults = 10

// fault notes that an invariant was broken.
func (w *World) fault(format string, args ...any) {
	if len(w.faults) < maxFaults {
		w.faults = append(w.faults, fmt.Errorf("seed %d, %s: %s",
			w.config.Seed, w.now.Sub(w.begin).Round(time.Millisecond), fmt.Sprintf(format, args...)))
	}
}

// soon is a random time around mean, exponentially distributed: that until the
// next of many independent happenings.
func (w *World) soon(mean time.Duration) time.Duration {
	return time.Duration(w.rand.ExpFloat64() * float64(mean))
}
