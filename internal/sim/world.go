// Package sim runs many nodes' protocol engines in one process, on a virtual
// network and in virtual time. Everything random comes from one seed, so that
// a run repeats event for event. What it runs is what a real node runs:
// internal/protocol, internal/chain, internal/mempool and the rules; only
// sockets, disks and clocks are made up.
package sim

import (
	"container/heap"
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
	config  Config
	genesis *consensus.Genesis
	rand    *rand.Rand
	now     time.Time
	queue   queue
	made    uint64 // events, which orders those of one moment
	trace   hash.Hash
	nodes   []*node
	links   map[pair]*link
	groups  []int // by node; different groups cannot reach each other
	faults  []error
	posted  []posted
	mined   int
	reorgs  int
}

// Config are the settings of a run. Times are virtual.
type Config struct {
	Seed     uint64
	Nodes    int
	Outbound int           // see protocol.Config
	Busy     time.Duration // how long blocks are mined and faults happen

	BlockTime  time.Duration // mean, of the whole network
	TransferIn time.Duration // mean time between transfers that clients post
	Latency    time.Duration // of a message, at least; at most four times that
	Loss       float64       // share of messages that never arrive
	CrashIn    time.Duration // mean time between crashes; 0 for none
	DownFor    time.Duration // mean
	CutIn      time.Duration // mean time between partitions; 0 for none
	CutFor     time.Duration // mean
}

// New makes a world whose nodes are started but have done nothing yet.
func New(config Config) (*World, error) {
	genesis, err := newGenesis(config)
	if err != nil {
		return nil, err
	}
	w := &World{
		config: config, genesis: genesis,
		rand:   rand.New(rand.NewPCG(config.Seed, 0x6e6d)),
		now:    time.Unix(int64(genesis.Params.Time), 0).Add(time.Hour),
		trace:  sha256.New(),
		links:  make(map[pair]*link),
		groups: make([]int, config.Nodes),
	}
	for i := range config.Nodes {
		w.nodes = append(w.nodes, newNode(w, i))
	}
	return w, nil
}

// newGenesis describes a network with a named account for each node, and the
// floor that two hashes on average meet, as what is simulated is the waiting.
func newGenesis(config Config) (*consensus.Genesis, error) {
	d := consensus.Description{
		Name: "sim", Time: 1_800_000_000, Reward: 2 * types.Coin, FloorBits: "207fffff",
		BlockTime: uint32(config.BlockTime / time.Second),
		Balances:  make(map[types.Address]types.Amount),
	}
	for i := range config.Nodes {
		d.Balances[types.NamedAddress(accountName(i))] = 1_000_000 * types.Coin
	}
	return d.Genesis()
}

func accountName(node int) string { return fmt.Sprintf("client %d", node) }

// Trace is the hash of everything that happened, in order.
func (w *World) Trace() string { return fmt.Sprintf("%x", w.trace.Sum(nil)) }

// note adds one happening to the trace.
func (w *World) note(what string, node int, detail []byte) {
	var head [16]byte
	binary.BigEndian.PutUint64(head[:], uint64(w.now.UnixNano()))
	binary.BigEndian.PutUint64(head[8:], uint64(node))
	w.trace.Write(head[:])
	w.trace.Write([]byte(what))
	w.trace.Write(detail)
}

// fault notes that an invariant was broken.
func (w *World) fault(format string, args ...any) {
	elapsed := w.now.Unix() - int64(w.genesis.Params.Time) - 3600
	w.faults = append(w.faults, fmt.Errorf("seed %d, %d s: %s", w.config.Seed, elapsed, fmt.Sprintf(format, args...)))
}

// event is something that will happen.
type event struct {
	at    time.Time
	order uint64
	do    func()
}

type queue []event

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	if q[i].at.Equal(q[j].at) {
		return q[i].order < q[j].order
	}
	return q[i].at.Before(q[j].at)
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(v any)   { *q = append(*q, v.(event)) }
func (q *queue) Pop() any {
	old := *q
	last := old[len(old)-1]
	old[len(old)-1] = event{}
	*q = old[:len(old)-1]
	return last
}

// after has f happen once d has passed.
func (w *World) after(d time.Duration, f func()) { w.at(w.now.Add(d), f) }

func (w *World) at(t time.Time, f func()) {
	w.made++
	heap.Push(&w.queue, event{at: t, order: w.made, do: f})
}

// advance lets everything happen that happens up to end, or until done says
// so.
func (w *World) advance(end time.Time, done func() bool) {
	for len(w.queue) > 0 && !done() {
		if w.queue[0].at.After(end) {
			break
		}
		next := heap.Pop(&w.queue).(event)
		w.now = next.at
		next.do()
	}
}

// soon is a random time around mean, exponentially distributed: that until the
// next of many independent happenings.
func (w *World) soon(mean time.Duration) time.Duration {
	return time.Duration(w.rand.ExpFloat64() * float64(mean))
}
