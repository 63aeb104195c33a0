package node

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// Once two nodes have met, either can resolve with the other.
func TestMeet(t *testing.T) {
	w := newWorld(t)
	a, b := w.node(), w.node()
	blocks := b.mine(2)
	_, err := a.Register([]types.NodeInfo{b.Self()})
	require.NoError(t, err)
	met, err := a.AwaitPeer(t.Context(), b.Self().ID)
	require.NoError(t, err)
	require.True(t, met)
	require.Equal(t, blocks[1].Hash(), a.tip())
	require.Len(t, b.Peers(), 1)
}

func TestMeetNobody(t *testing.T) {
	n := newWorld(t).node()
	met, err := n.AwaitPeer(t.Context(), types.NodeID{1})
	require.NoError(t, err)
	require.False(t, met)
	ended, end := context.WithCancel(t.Context())
	end()
	_, err = n.AwaitPeer(ended, types.NodeID{1})
	require.ErrorIs(t, err, context.Canceled)
}

// Data that a block was mined with comes to the peers with it, and stays.
func TestMinedDataReachesPeers(t *testing.T) {
	w := newWorld(t)
	nodes := w.mesh(2)
	data := []byte(`{"note":"hello"}`)
	_, err := nodes[0].Mine(t.Context(), 2, data)
	require.NoError(t, err)
	w.awaitOneTip(nodes...)
	for _, b := range nodes[1].blocks()[1:] {
		require.Equal(t, data, b.Transactions[0].Data)
	}
}
