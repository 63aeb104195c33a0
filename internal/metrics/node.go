package metrics

import (
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"networkmngr/internal/consensus"
	"networkmngr/internal/events"
)

// NodeNow is what a node is like at a moment.
type NodeNow struct {
	Height     uint64
	TipTime    uint32         // of the tip's header, Unix seconds
	Difficulty float64        // expected hashes of the next block
	Tips       map[string]int // ends of branches, by what is known of them

	Inbound, Outbound int             // peers
	Sent, Received    map[string]Flow // to and from peers, by message
	Queued            int64           // bytes that wait to be sent to peers

	StoreBytes int64 // of the chain on disk

	Transactions, Bytes int // of the mempool

	Hashes, Blocks uint64  // mined so far
	Searching      bool    // for a block
	Wanted         float64 // hashes a second; 0 for all that there are
	Solver         string  // one of solvers

	Offset   time.Duration // of the node's clock, from the machine's
	Problems int           // in spite of which it works
	Readers  int           // of its events
}

// Labels are the values of labels that only the node's makers know.
type Labels struct {
	Version, Genesis string
	Messages         []string // the keys of NodeNow's flows
	Failures         []string // of dials
	Phases           []string // of new blocks
}

// Flow is messages that went one way.
type Flow struct{ Messages, Bytes int64 }

// TipStatuses are the keys of NodeNow.Tips.
var TipStatuses = []string{"active", "valid-fork", "valid-headers", "headers-only", "invalid"}

// solvers are how a node may mine.
var solvers = []string{"cpu", "paced"}

// Node is the metrics of a node.
type Node struct {
	server
	measured
	connected, disconnected, reorgs prometheus.Counter
	depth                           prometheus.Histogram
	refused                         *prometheus.CounterVec
	received, onChain               prometheus.Histogram
	bans                            prometheus.Counter
	links                           *prometheus.CounterVec
	accepted, rejected              prometheus.Counter
	submitted                       prometheus.Counter
	parked                          prometheus.Gauge
}

// NewNode makes the metrics of a node of a network with this genesis block, which runs
// a version of the software. now is called at each scrape.
func NewNode(labels Labels, now func() NodeNow) *Node {
	n := &Node{
		connected:    counter("chain_blocks_connected_total", "Blocks that came to the main chain."),
		disconnected: counter("chain_blocks_disconnected_total", "Blocks that reorgs undid."),
		reorgs:       counter("chain_reorgs_total", "Times that the main chain left blocks for others with more work."),
		depth:        histogram("chain_reorg_depth_blocks", "Blocks that a reorg undid.", []float64{1, 2, 3, 4, 6, 8, 12, 24, 48, 100}),
		refused:      counters("chain_blocks_refused_total", "Blocks that broke a rule.", "rule"),
		received:     histogram("p2p_block_receive_seconds", "Time from the first word of a block until all of it was here.", delays),
		onChain:      histogram("chain_block_connect_seconds", "Time from the first word of a peer's block until it was on the main chain.", delays),
		bans:         counter("p2p_bans_total", "Times that a peer was kept out."),
		links:        counters("p2p_links_total", "Links to peers that came about.", "direction"),
		accepted:     counter("mempool_accepted_total", "Transfers that the mempool took."),
		rejected:     counter("mempool_refused_total", "Transfers that the mempool refused."),
		submitted:    counter("mempool_submitted_total", "Transfers that clients posted here and that are on disk."),
		parked: prometheus.NewGauge(prometheus.GaugeOpts{
			Namespace: namespace, Name: "mempool_parked_transactions", Help: "Transfers that wait aside for what a reorg undid.",
		}),
		measured: newMeasured(),
	}
	n.server = newServer(func() []prometheus.Collector {
		rows := slices.Concat(nodeRows(), messageRows(labels.Messages), []row[NodeNow]{build[NodeNow](labels.Version, "genesis", labels.Genesis)})
		return append(n.collectors(labels), scraped[NodeNow]{now, rows})
	})
	return n
}

// collectors are all that is counted, with the series that have counted nothing yet.
func (n *Node) collectors(labels Labels) []prometheus.Collector {
	for _, direction := range []string{"inbound", "outbound"} {
		n.links.WithLabelValues(direction)
	}
	for _, rule := range consensus.Rules() {
		n.refused.WithLabelValues(string(rule))
	}
	return append(n.measured.collectors(labels),
		n.connected, n.disconnected, n.reorgs, n.depth, n.refused, n.received, n.onChain, n.bans, n.links,
		n.accepted, n.rejected, n.submitted, n.parked)
}

// Count counts what an event tells.
func (n *Node) Count(e *events.Event) {
	n.count(e.Type)
	switch data := e.Data.(type) {
	case events.BlockReceived:
		n.received.Observe(data.Seconds)
	case events.BlockConnected:
		n.connected.Inc()
		if data.From != nil {
			n.onChain.Observe(data.Seconds)
		}
	case events.BlockDisconnected:
		n.disconnected.Inc()
	case events.BlockRefused:
		n.refused.WithLabelValues(data.Rule).Inc()
	case events.Reorg:
		n.reorgs.Inc()
		n.depth.Observe(float64(data.Depth))
	case events.PeerLinked:
		n.links.WithLabelValues(direction(data.Outbound)).Inc()
	case events.PeerBanned:
		n.bans.Inc()
	case events.Mempool:
		n.accepted.Add(float64(data.Accepted))
		n.rejected.Add(float64(data.Refused))
		n.parked.Set(float64(data.Parked))
	case events.TransactionSubmitted:
		n.submitted.Inc()
	}
}

func direction(outbound bool) string {
	if outbound {
		return "outbound"
	}
	return "inbound"
}

// nodeRows are what is so at the moment of a scrape.
func nodeRows() []row[NodeNow] {
	rows := []row[NodeNow]{
		gauge("chain_height", "Height of the main chain.", func(n *NodeNow) float64 { return float64(n.Height) }),
		gauge("chain_tip_timestamp_seconds", "Time in the tip's header, since 1970.", func(n *NodeNow) float64 { return float64(n.TipTime) }),
		gauge("chain_difficulty_hashes", "Hashes that the next block takes on average.", func(n *NodeNow) float64 { return n.Difficulty }),
		gauge("p2p_peers", "Peers that there are links to.", func(n *NodeNow) float64 { return float64(n.Inbound) }, "direction", "inbound"),
		gauge("p2p_peers", "Peers that there are links to.", func(n *NodeNow) float64 { return float64(n.Outbound) }, "direction", "outbound"),
		gauge("p2p_queue_bytes", "Bytes that wait to be sent to peers.", func(n *NodeNow) float64 { return float64(n.Queued) }),
		gauge("store_bytes", "Size of the chain on disk.", func(n *NodeNow) float64 { return float64(n.StoreBytes) }),
		gauge("mempool_transactions", "Transfers that wait for a block.", func(n *NodeNow) float64 { return float64(n.Transactions) }),
		gauge("mempool_bytes", "Size of the transfers that wait for a block.", func(n *NodeNow) float64 { return float64(n.Bytes) }),
		grown("miner_hashes_total", "Hashes that the miner has tried.", func(n *NodeNow) float64 { return float64(n.Hashes) }),
		grown("miner_blocks_total", "Blocks that the miner has found and that became the tip.", func(n *NodeNow) float64 { return float64(n.Blocks) }),
		gauge("miner_target_hashes_per_second", "Hashes a second that the miner may do; 0 for all that it can.", func(n *NodeNow) float64 { return n.Wanted }),
		gauge("clock_offset_seconds", "How far the node's clock is ahead of the machine's.", func(n *NodeNow) float64 { return n.Offset.Seconds() }),
		gauge("problems", "What does not work as it should, though the node goes on.", func(n *NodeNow) float64 { return float64(n.Problems) }),
		gauge("events_readers", "Who reads the events now.", func(n *NodeNow) float64 { return float64(n.Readers) }),
	}
	for _, status := range TipStatuses {
		rows = append(rows, gauge("chain_tips", "Ends of branches, by what is known of them.",
			func(n *NodeNow) float64 { return float64(n.Tips[status]) }, "status", status))
	}
	for _, solver := range solvers {
		rows = append(rows, gauge("miner_active", "Whether the miner searches for a block, by what hashes.",
			func(n *NodeNow) float64 { return oneIf(n.Searching && n.Solver == solver) }, "solver", solver))
	}
	return rows
}

// messageRows are what has gone to peers and come from them, by message.
func messageRows(messages []string) (rows []row[NodeNow]) {
	for _, m := range messages {
		rows = append(rows,
			grown("p2p_messages_total", "Messages that were sent to peers and that came from them.",
				func(n *NodeNow) float64 { return float64(n.Sent[m].Messages) }, "message", m, "direction", "sent"),
			grown("p2p_messages_total", "Messages that were sent to peers and that came from them.",
				func(n *NodeNow) float64 { return float64(n.Received[m].Messages) }, "message", m, "direction", "received"),
			grown("p2p_sent_bytes_total", "Bytes of frames that were sent to peers, by message.",
				func(n *NodeNow) float64 { return float64(n.Sent[m].Bytes) }, "message", m),
			grown("p2p_received_bytes_total", "Bytes of frames that came from peers, by message.",
				func(n *NodeNow) float64 { return float64(n.Received[m].Bytes) }, "message", m),
		)
	}
	return rows
}
