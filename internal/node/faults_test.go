package node

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/links"
	"networkmngr/internal/times"
	"networkmngr/internal/transport"
)

// withFaults begins a node with faults of all its links.
func withFaults(others links.Link) func(*Config) {
	return func(c *Config) { c.Faults = Faults{Generation: 1, Faults: transport.Faults{Others: others}} }
}

// Two nodes that are cut apart from the start never meet, mine apart, and are one network
// once they are healed: the one with less work gives up its branch. What each was told is
// played again at the end, as in every test here, though nothing of faults is recorded.
func TestHealedNodesAreOneNetwork(t *testing.T) {
	for _, how := range []links.Cut{links.Silent, links.Reset} {
		t.Run(string(how), func(t *testing.T) {
			w := newWorld(t)
			nodes := w.nodes(2, withFaults(links.Link{Cut: how}))
			introduce(nodes...)
			nodes[0].mine(3)
			nodes[1].mine(1)
			require.Empty(t, nodes[0].Peers())
			require.Empty(t, nodes[1].Peers())
			for _, n := range nodes {
				n.SetFaults(Faults{Generation: 2})
				require.Equal(t, uint64(2), n.Faults().Generation)
				n.register(nodes...)
			}
			tip := w.awaitOneTip(nodes...)
			require.EqualValues(t, 3, tip.Height)
		})
	}
}

// A node that is cut off while it is linked loses its links and, once healed, takes the
// heavier chain. Each side's part is its own: here only one has faults at all.
func TestCutWhileLinked(t *testing.T) {
	w := newWorld(t)
	nodes := w.mesh(3)
	nodes[0].SetFaults(Faults{Generation: 1, Faults: transport.Faults{Others: links.Link{Cut: links.Reset}}})
	w.until("no peers", func() bool { return len(nodes[0].Peers()) == 0 })
	nodes[0].mine(1)
	nodes[1].mine(2)
	w.awaitOneTip(nodes[1:]...)
	require.NotEqual(t, nodes[0].tip(), nodes[1].tip())
	nodes[0].SetFaults(Faults{Generation: 2})
	nodes[0].register(nodes...)
	require.EqualValues(t, 2, w.awaitOneTip(nodes...).Height)
}

// What a link is asked it achieves, as it says itself, and blocks take that long.
func TestSlowLink(t *testing.T) {
	const delay = 100 * time.Millisecond
	w := newWorld(t)
	nodes := w.nodes(2, withFaults(links.Link{Delay: times.Duration(delay), Jitter: times.Duration(delay / 2)}))
	introduce(nodes...)
	w.awaitPeers(1, nodes...)
	began := time.Now()
	nodes[0].mine(1)
	w.awaitOneTip(nodes...)
	require.GreaterOrEqual(t, time.Since(began), delay/2)
	said := nodes[0].Links()
	require.Len(t, said, 1)
	require.Equal(t, nodes[1].Self().ID, said[0].Peer.ID)
	require.Positive(t, said[0].Delays.Frames)
	require.GreaterOrEqual(t, said[0].Delays.P50, delay/2)
}
