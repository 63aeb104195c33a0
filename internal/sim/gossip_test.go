package sim

import (
	"flag"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/protocol"
)

var gossipNodes = flag.Int("gossip-nodes", 0, "how many nodes of a network to count gossip in, besides")

// gossip starts nodes at once, each of which knows one that was started before, and counts what they send to tell
// each other of nodes: until all have the peers that they seek, and in all of a minute.
func gossip(t *testing.T, nodes int) (stood time.Duration, until, minute int) {
	w, err := New(Settings{Seed: 1, Nodes: nodes, Outbound: 8, Latency: time.Millisecond, BlockTime: 10 * time.Second})
	require.NoError(t, err)
	require.NoError(t, w.startAll())
	count := func() int {
		total := w.Stats().Total
		return total["sent protocol.GetAddresses"] + total["sent protocol.Addresses"]
	}
	const step = 100 * time.Millisecond
	for passed := step; passed <= time.Minute; passed += step {
		w.pass(step)
		if stood == 0 && w.allHavePeers() {
			stood, until = passed, count()
		}
	}
	require.NotZero(t, stood, "some of %d nodes have not the peers that they seek", nodes)
	return stood, until, count()
}

// allHavePeers reports whether all have as many peers as they seek, whoever dialled.
func (w *World) allHavePeers() bool {
	return !slices.ContainsFunc(w.honest(), func(n *node) bool { return len(n.core.Peers()) < w.config.Outbound })
}

// What gossip costs a node does not grow with the network. Of 50, 100 and 200 nodes that
// start at once, each sends about the same until all have their peers, and in a minute no
// more than its links let through, of which it has twice Outbound on average: a message at
// once, one in NewsInterval each, and a question and an answer.
func TestGossipCostsEachNodeAConstantRate(t *testing.T) {
	rates := map[int]float64{}
	sizes := []int{50, 100, 200}
	if *gossipNodes > 0 {
		sizes = append(sizes, *gossipNodes)
	}
	config := protocol.DefaultConfig()
	perLink := 3 + float64(time.Minute)/float64(config.NewsInterval)
	for _, nodes := range sizes {
		stood, until, minute := gossip(t, nodes)
		rates[nodes] = float64(until) / float64(nodes)
		each := float64(minute) / float64(nodes)
		t.Logf("%d nodes stand after %s and %d messages of gossip, %.0f of each; in a minute each sends %.0f", nodes, stood, until, rates[nodes], each)
		require.Less(t, until, 120*nodes, "60,000 for 500 nodes")
		require.Less(t, each, 2*float64(config.Outbound)*perLink)
	}
	require.Less(t, rates[200], 1.2*rates[50], "seed 1")
}
