package server_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/core"
	"networkmngr/internal/events"
	"networkmngr/internal/events/state"
	"networkmngr/internal/node"
	"networkmngr/internal/types"
)

func TestEventsOfANode(t *testing.T) {
	h := start(t)
	h.node.events.Tell(events.TipMoved{Work: "1"})
	h.node.events.Tell(events.PeerLinked{})
	got := h.get("/events?from=start&types=peer-linked&limit=10")
	require.Equal(t, http.StatusOK, got.status)
	var page api.EventPage
	require.NoError(t, json.Unmarshal([]byte(got.body), &page))
	require.Len(t, page.Events, 1)
	require.EqualValues(t, 3, page.Next)
	require.Equal(t, http.StatusBadRequest, h.get("/events?nodes=n0").status, "a node speaks for itself alone")
	require.Equal(t, http.StatusBadRequest, h.get("/events?types=peer").status)
}

func TestStateOfANode(t *testing.T) {
	h := start(t)
	h.node.peers = []node.Peer{{Peer: core.Peer{NodeInfo: types.NodeInfo{ID: types.NodeID{7}}, Outbound: true}}}
	h.node.events.Tell(events.PeerLinked{})
	h.extend(3)
	got := h.get("/state")
	require.Equal(t, http.StatusOK, got.status)
	var s state.State
	require.NoError(t, json.Unmarshal([]byte(got.body), &s))
	require.Equal(t, "abc", s.Stream)
	require.EqualValues(t, 1, s.Offset)
	require.Len(t, s.Nodes, 1)
	self, tip := s.Nodes[0], h.node.chain.Tip()
	require.Equal(t, events.BlockRef{Hash: tip.ID, Index: 3}, *self.Tip)
	require.Equal(t, tip.Work.Dec(), self.Work)
	require.Equal(t, types.NodeID{7}, self.Peers[0].Peer)
	require.Len(t, s.Blocks, 4)
	require.Equal(t, s.Blocks[2].Hash, s.Blocks[3].Previous)
}

func TestTipOfANode(t *testing.T) {
	h := start(t)
	h.extend(2)
	tip := h.node.chain.Tip()
	want, err := json.Marshal(map[string]any{"index": 2, "hash": tip.ID, "total_work": tip.Work.Dec()})
	require.NoError(t, err)
	require.JSONEq(t, string(want), h.get("/tip").body)
}
