package metrics

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
	"networkmngr/internal/events/state"
	"networkmngr/internal/types"
)

// lint tells what Prometheus' own check has to say of the names, help texts and units of
// metrics.
func lint(t *testing.T, s *server) {
	families, err := s.registry().Gather()
	require.NoError(t, err)
	require.NotEmpty(t, families)
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	require.NoError(t, err)
	require.Empty(t, problems)
}

var labels = Labels{Version: "1.0", Genesis: "00", Messages: []string{"ping"}, Failures: []string{"full"}, Phases: []string{"body"}}

func TestNamesOfNodes(t *testing.T) {
	n := NewNode(labels, func() NodeNow { return NodeNow{} })
	for _, data := range []events.Data{events.BlockRefused{Rule: "bad-time"}, events.Unknown{Of: "comet-seen"}} {
		n.Count(&events.Event{Type: data.Type(), Data: data})
	}
	lint(t, &n.server)
}

func TestNamesOfTheNetwork(t *testing.T) {
	n := NewNetwork("1.0", func() state.State { return state.State{} }, func() int { return 0 })
	n.Count(&events.Event{Type: events.NetworkUp{}.Type(), Data: events.NetworkUp{}})
	lint(t, &n.server)
}

// value is that of a counter, or how often a histogram was observed.
func value(t *testing.T, of prometheus.Metric) float64 {
	var m dto.Metric
	require.NoError(t, of.Write(&m))
	if m.Histogram != nil {
		return float64(m.Histogram.GetSampleCount())
	}
	return m.Counter.GetValue()
}

// A block is counted once, and so is each node's getting it; one that was not up when the
// block was found, and so has it late, does not count.
func TestABlocksWay(t *testing.T) {
	n := NewNetwork("1.0", func() state.State { return state.State{} }, func() int { return 0 })
	began := time.Date(2026, 11, 29, 2, 0, 0, 0, time.UTC)
	at := func(after time.Duration, node string, data events.Data) {
		n.Count(&events.Event{Time: began.Add(after), Node: node, Type: data.Type(), Data: data})
	}
	counts := func(blocks, stale, propagation, half, ninety float64) {
		t.Helper()
		for i, of := range []prometheus.Metric{n.blocks, n.stale, n.propagation, n.half, n.ninety} {
			require.EqualValues(t, []float64{blocks, stale, propagation, half, ninety}[i], value(t, of), i)
		}
	}
	for _, node := range []string{"n0", "n1", "n2", "n3"} {
		at(0, node, events.NodeUp{})
	}
	block := events.BlockConnected{BlockRef: events.BlockRef{Hash: types.Hash{1}, Index: 1}}
	undone := events.BlockDisconnected{BlockRef: block.BlockRef}
	at(0, "n0", block)
	counts(1, 0, 0, 0, 0)
	at(time.Second, "n1", block)
	counts(1, 0, 1, 1, 0)
	at(time.Second, "n1", undone)
	at(2*time.Second, "n1", block) // back after a reorg
	counts(1, 1, 1, 1, 0)
	at(2*time.Second, "n2", events.NodeDown{})
	at(3*time.Second, "n2", events.NodeUp{})
	at(4*time.Second, "n2", block) // missed it, and catches up
	at(4*time.Second, "n4", events.NodeUp{})
	at(5*time.Second, "n4", block)
	counts(1, 1, 1, 1, 0)
	at(6*time.Second, "n3", block)
	counts(1, 1, 2, 1, 0)
	at(6*time.Second, "n0", undone)
	counts(1, 1, 2, 1, 0)

	next := events.BlockConnected{BlockRef: events.BlockRef{Hash: types.Hash{2}, Index: 2}}
	for i, node := range []string{"n0", "n1", "n2", "n3", "n4"} {
		at(time.Minute+time.Duration(i)*time.Second, node, next)
	}
	counts(2, 1, 6, 2, 1)
}

// counted lists what counts something, without the events in general.
func counted(t *testing.T, n *Node) (names []string) {
	families, err := n.registry().Gather()
	require.NoError(t, err)
	for _, family := range families {
		name, own := strings.CutPrefix(family.GetName(), "networkmngr_")
		if !own || strings.HasPrefix(name, "events") {
			continue
		}
		for _, m := range family.Metric {
			if m.Counter.GetValue()+float64(m.Histogram.GetSampleCount()) == 0 {
				continue
			}
			name := name
			for _, label := range m.Label {
				name += " " + label.GetValue()
			}
			names = append(names, name)
		}
	}
	return names
}

// Most nodes are never asked for their metrics.
func TestMetricsThatNobodyAsksForAreHardlyMade(t *testing.T) {
	made := testing.AllocsPerRun(10, func() { NewNode(labels, func() NodeNow { return NodeNow{} }) })
	asked := testing.AllocsPerRun(10, func() { NewNode(labels, func() NodeNow { return NodeNow{} }).registry() })
	require.Less(t, made, asked/4)
}

// Each event of a node is counted where it belongs, and nowhere else.
func TestWhatANodeCounts(t *testing.T) {
	for _, c := range []struct {
		data events.Data
		in   []string
	}{
		{events.BlockReceived{}, []string{"p2p_block_receive_seconds"}},
		{events.BlockConnected{}, []string{"chain_blocks_connected_total"}},
		{events.BlockConnected{From: new(types.NodeID)}, []string{"chain_block_connect_seconds", "chain_blocks_connected_total"}},
		{events.BlockDisconnected{}, []string{"chain_blocks_disconnected_total"}},
		{events.BlockRefused{Rule: "bad-time"}, []string{"chain_blocks_refused_total bad-time"}},
		{events.Reorg{Depth: 2}, []string{"chain_reorg_depth_blocks", "chain_reorgs_total"}},
		{events.PeerLinked{}, []string{"p2p_links_total inbound"}},
		{events.PeerLinked{Outbound: true}, []string{"p2p_links_total outbound"}},
		{events.PeerBanned{}, []string{"p2p_bans_total"}},
		{events.Mempool{Accepted: 1}, []string{"mempool_accepted_total"}},
		{events.Mempool{Refused: 1}, []string{"mempool_refused_total"}},
		{events.TransactionSubmitted{}, []string{"mempool_submitted_total"}},
	} {
		n := NewNode(labels, func() NodeNow { return NodeNow{} })
		n.Count(&events.Event{Type: c.data.Type(), Data: c.data})
		require.Equal(t, c.in, counted(t, n), "%T", c.data)
	}
}

// What no event tells of is counted where it belongs, and nowhere else.
func TestWhatANodeMeasures(t *testing.T) {
	for _, c := range []struct {
		count func(*Node)
		in    []string
	}{
		{func(n *Node) { n.CountBlocks("body", 3, time.Second) }, []string{"chain_block_validation_seconds body"}},
		{func(n *Node) { n.CountBlocks("body", 0, time.Second) }, nil},
		{func(n *Node) { n.CountCheck(time.Second) }, []string{"chain_transaction_validation_seconds"}},
		{func(n *Node) { n.CountCommit(time.Second) }, []string{"store_commit_seconds"}},
		{func(n *Node) { n.CountFailedDial("full") }, []string{"p2p_dials_failed_total full"}},
	} {
		n := NewNode(labels, func() NodeNow { return NodeNow{} })
		c.count(n)
		require.Equal(t, c.in, counted(t, n))
	}
}

// Blocks that came together count each, with the same share of the time.
func TestBlocksTogether(t *testing.T) {
	n := NewNode(labels, func() NodeNow { return NodeNow{} })
	n.CountBlocks("body", 4, time.Second)
	var m dto.Metric
	require.NoError(t, n.validation.WithLabelValues("body").(prometheus.Metric).Write(&m))
	require.EqualValues(t, 4, m.Histogram.GetSampleCount())
	require.InDelta(t, 1, m.Histogram.GetSampleSum(), 1e-9)
	at := slices.IndexFunc(m.Histogram.Bucket, func(b *dto.Bucket) bool { return b.GetUpperBound() == 0.5 })
	require.EqualValues(t, 4, m.Histogram.Bucket[at].GetCumulativeCount())
	require.Zero(t, m.Histogram.Bucket[at-1].GetCumulativeCount())
}

func TestShares(t *testing.T) {
	for of, want := range map[int][2]int{1: {1, 1}, 2: {1, 2}, 3: {2, 3}, 10: {5, 9}, 200: {100, 180}} {
		require.Equal(t, want, [2]int{share(of, 50), share(of, 90)}, of)
	}
}

func TestWhatANetworkIsLike(t *testing.T) {
	tip := func(index uint64) *events.BlockRef {
		return &events.BlockRef{Hash: types.Hash{byte(index)}, Index: index}
	}
	node := func(id byte, is string, tip *events.BlockRef, peers ...byte) state.Node {
		n := state.Node{ID: types.NodeID{id}, State: is, Tip: tip}
		for _, peer := range peers {
			n.Peers = append(n.Peers, state.Link{Peer: types.NodeID{peer}})
		}
		return n
	}
	now := look(state.State{Nodes: []state.Node{
		node(1, state.Running, tip(7), 2, 3), node(2, state.Running, tip(7)), node(3, state.Down, tip(9), 4),
		node(4, state.Silent, tip(5), 3, 9), node(5, state.Paused, nil),
	}, Parameters: &events.Parameters{Reward: 10}, Faults: &state.Faults{Faults: events.Faults{Cut: 8, Shaped: 12}}}, 2)
	require.Equal(t, networkNow{
		nodes:  map[string]int{state.Running: 2, state.Down: 1, state.Silent: 1, state.Paused: 1},
		height: 7, issued: 70, tips: 2, partitions: 3, readers: 2, cut: 8, shaped: 12,
	}, now)
}
