package node

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

func (r *running) knows(other *running) bool {
	for _, e := range r.Known() {
		if e.ID == other.Self().ID {
			return true
		}
	}
	return false
}

// A node that leaves is forgotten by its peers, on disk too, and knows them itself when it
// comes back; one that just ends is sought.
func TestPeersForgetWhoLeaves(t *testing.T) {
	w := newWorld(t)
	nodes := w.mesh(4)
	leaver, ender, stays := nodes[0], nodes[1], nodes[2:]
	leaver.Leave(t.Context())
	require.Empty(t, leaver.Peers())
	w.until("its peers to forget it", func() bool { return !ender.knows(leaver) && !stays[0].knows(leaver) && !stays[1].knows(leaver) })
	leaver.stop()
	ender.stop()
	w.awaitPeers(1, stays...)
	for _, n := range stays {
		require.True(t, n.knows(ender))
		n.stop()
		require.ElementsMatch(t, []types.NodeInfo{ender.Self(), selves(stays)[0], selves(stays)[1]}, append(knownOf(loadKnown(n.config.Folder, n.log)), n.Self()))
	}
	back, again := w.open(leaver.config), w.open(stays[0].config)
	w.awaitPeers(1, back, again)
	require.True(t, again.knows(back), "it is met as any other")
}

// A peer that does not hang up is not waited for long.
func TestLeavingIsNotHeldUp(t *testing.T) {
	w := newWorld(t)
	n := w.node()
	p := w.attach(n)
	began := time.Now()
	n.Leave(t.Context())
	require.GreaterOrEqual(t, time.Since(began), leavePatience)
	answer[protocol.Goodbye](w, p)
	require.Len(t, n.Peers(), 1)
	n.stop()
}
