package sim

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
)

// A node whose places are taken evicts a link for a newcomer, by the rule of a real one:
// none while all are young, and none of the older half or of those that brought blocks.
func TestAFullNodeEvicts(t *testing.T) {
	full := linkConfig.MaxInbound
	w, err := New(Settings{Seed: 1, Nodes: full + 10, Outbound: 1, BlockTime: time.Second, Latency: time.Millisecond})
	require.NoError(t, err)
	for _, n := range w.nodes {
		require.NoError(t, n.start())
	}
	hub, others := w.nodes[0], w.nodes[1:]
	dial := func() (linked bool) {
		n := others[0]
		w.dial(n, hub.entry())
		w.pass(10 * time.Millisecond)
		return n.linked(hub)
	}
	var inbound []*node // the oldest first
	for ; hub.inbound < full; others = others[1:] {
		require.True(t, dial())
		if hub.link(others[0]).to == hub.number {
			inbound = append(inbound, others[0])
		}
	}
	require.False(t, dial(), "all are young")
	w.pass(linkConfig.YoungLink)
	useful := inbound[full-2:]
	for _, n := range useful {
		hub.told(events.BlockConnected{From: new(n.id)})
	}
	for i := range 3 {
		require.True(t, dial())
		require.Equal(t, i+1, w.stats.Total["links evicted"])
		require.Equal(t, full, hub.inbound)
		others = others[1:]
	}
	for _, n := range slices.Concat(inbound[:full/2-2], useful) {
		require.True(t, n.linked(hub))
	}
	require.False(t, hub.makeRoom(inbound[0]), "it has a link")
}

func (n *node) linked(other *node) bool {
	l := n.link(other)
	return l != nil && !l.down
}
