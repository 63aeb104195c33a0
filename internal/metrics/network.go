package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"networkmngr/internal/events"
	"networkmngr/internal/events/state"
	"networkmngr/internal/types"
)

// Network is the metrics of a network, as its manager has them.
type Network struct {
	server
	blocks, stale prometheus.Counter
	propagation   prometheus.Histogram
	half, ninety  prometheus.Histogram
	spread        spread
}

// NewNetwork makes the metrics of a network whose manager runs a version of the
// software. At each scrape, now is what the network is like, and readers counts who
// reads its events.
func NewNetwork(version string, now func() state.State, readers func() int) *Network {
	n := &Network{
		blocks:      counter("network_blocks_total", "Blocks that came to the main chain of a node, each counted once."),
		stale:       counter("network_stale_blocks_total", "Blocks that a reorg undid on a node, each counted once."),
		propagation: histogram("network_block_propagation_seconds", "Time from a block's first node to each further one that was up then.", delays),
		half:        histogram("network_block_half_seconds", "Time from a block's first node until half of the nodes that were up then had it.", delays),
		ninety:      histogram("network_block_ninety_seconds", "Time from a block's first node until nine in ten of the nodes that were up then had it.", delays),
		spread:      newSpread(),
	}
	n.server = newServer(func() []prometheus.Collector {
		return []prometheus.Collector{
			n.blocks, n.stale, n.propagation, n.half, n.ninety,
			scraped[networkNow]{func() networkNow { return look(now(), readers()) }, append(networkRows(), build[networkNow](version))},
		}
	})
	return n
}

// Count counts what an event of the network's stream tells. It is for one goroutine.
func (n *Network) Count(e *events.Event) {
	n.count(e.Type)
	switch data := e.Data.(type) {
	case events.NodeUp:
		n.spread.begin(e.Node)
	case events.NodeDown:
		n.spread.end(e.Node)
	case events.BlockConnected:
		n.arrived(n.spread.arrive(data.Hash, e.Node, e.Time))
	case events.BlockDisconnected:
		if n.spread.leave(data.Hash) {
			n.stale.Inc()
		}
	}
}

// arrived counts that a block has come to a node.
func (n *Network) arrived(a arrival) {
	switch {
	case a.first:
		n.blocks.Inc()
	case a.counts:
		n.propagation.Observe(a.after.Seconds())
	}
	if a.half {
		n.half.Observe(a.after.Seconds())
	}
	if a.ninety {
		n.ninety.Observe(a.after.Seconds())
	}
}

// networkNow is what a network is like at a moment.
type networkNow struct {
	nodes      map[string]int // by state
	height     uint64         // the greatest of a node
	issued     types.Amount   // with blocks up to that height
	tips       int            // different ones
	partitions int            // parts of the network that no link joins
	cut        int            // directed pairs of nodes, by a fault
	shaped     int            // of them, slow or lossy by one
	readers    int
}

// look counts what a state says. Nodes that are down have no tip and are in no part.
func look(s state.State, readers int) networkNow {
	now := networkNow{nodes: make(map[string]int), partitions: partitions(s.Nodes), readers: readers}
	tips := make(map[events.BlockRef]bool)
	for _, n := range s.Nodes {
		now.nodes[n.State]++
		if n.State != state.Down && n.Tip != nil {
			tips[*n.Tip] = true
			now.height = max(now.height, n.Tip.Index)
		}
	}
	now.tips = len(tips)
	if s.Faults != nil {
		now.cut, now.shaped = s.Faults.Cut, s.Faults.Shaped
	}
	if s.Parameters != nil {
		now.issued = types.Amount(now.height) * s.Parameters.Reward
	}
	return now
}

func networkRows() []row[networkNow] {
	rows := []row[networkNow]{
		gauge("network_height", "The greatest height of a node's main chain.", func(n *networkNow) float64 { return float64(n.height) }),
		gauge("network_coins_issued", "Coins that blocks have brought into the world, without those of the genesis block.",
			func(n *networkNow) float64 { return float64(n.issued) / float64(types.Coin) }),
		gauge("network_tips", "Different tips of nodes.", func(n *networkNow) float64 { return float64(n.tips) }),
		gauge("network_partitions", "Parts of the network that no link joins; 1 for a network that is whole.", func(n *networkNow) float64 { return float64(n.partitions) }),
		gauge("network_faults", "Directed pairs of nodes with a fault that somebody has set, by kind: cut, or slow or lossy.", func(n *networkNow) float64 { return float64(n.cut) }, "kind", "cut"),
		gauge("network_faults", "Directed pairs of nodes with a fault that somebody has set, by kind: cut, or slow or lossy.", func(n *networkNow) float64 { return float64(n.shaped) }, "kind", "shaped"),
		gauge("events_readers", "Who reads the events now.", func(n *networkNow) float64 { return float64(n.readers) }),
	}
	for _, one := range []string{state.Running, state.Paused, state.Silent, state.Down} {
		rows = append(rows, gauge("nodes", "Nodes, by state.", func(n *networkNow) float64 { return float64(n.nodes[one]) }, "state", one))
	}
	return rows
}
