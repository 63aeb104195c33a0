package manager_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/types"
)

func (h *harness) networkPeers() (peers api.NetworkPeers) {
	got := h.get("/network/peers")
	require.Equal(h, http.StatusOK, got.status, got.body)
	require.NoError(h, json.Unmarshal([]byte(got.body), &peers))
	return peers
}

// Who is linked with whom is told by names, and a stranger by its address.
func TestNetworkPeers(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	stranger := types.NodeInfo{ID: types.NodeID{9, 9, 9}, Address: "192.0.2.1:5000", P2P: []string{p2p}}
	_, err := h.node(1).Register([]types.NodeInfo{stranger})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, h.post("/nodes/n2/pause", "").status)
	peers := h.networkPeers()
	require.Empty(t, peers.Unknown)
	require.Len(t, peers.Nodes, 2)
	require.Equal(t, "n1", peers.Nodes[1].Node)
	var names []string
	for _, p := range peers.Nodes[1].Peers {
		if p.Node == nil {
			names = append(names, p.Address)
		} else {
			names = append(names, *p.Node)
		}
	}
	require.Equal(t, []string{"n0", "n2", "192.0.2.1:5000"}, names)
}

// A node is told by its name from whom to disconnect, and to whom to connect again.
func TestDisconnectAndConnectByName(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	got := h.send(http.MethodDelete, "/nodes/n0/peers/n2?for=5m")
	require.Equal(t, http.StatusOK, got.status, got.body)
	require.Equal(t, map[types.NodeID]time.Duration{h.node(2).self.ID: 5 * time.Minute}, h.node(0).apart)
	got = h.post("/nodes/n0/peers", `{"node": "n2"}`)
	require.Equal(t, http.StatusOK, got.status, got.body)
	require.Empty(t, h.node(0).apart)

	got = h.send(http.MethodDelete, "/nodes/n1/peers")
	require.Equal(t, http.StatusOK, got.status, got.body)
	require.Len(t, h.node(1).apart, 2)
	h.requireError(h.send(http.MethodDelete, "/nodes/n0/peers/n7"), http.StatusNotFound, "not-found", "n7")
	h.requireError(h.send(http.MethodDelete, "/nodes/n0/peers/n1?for=x"), http.StatusBadRequest, "malformed", "for")
	h.requireError(h.post("/nodes/n0/peers", `{"node": "n7"}`), http.StatusNotFound, "unknown-node", "n7")
	h.requireError(h.post("/nodes/n0/peers", `{"address": "`+strings.Repeat("x", 300)+`"}`), http.StatusUnprocessableEntity, "bad-node", "300 bytes")
}

// Who names a node says so once, and in one way: nobody knows which of two was meant.
func TestANodeIsNamedOnce(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	for body, says := range map[string]string{
		`{"node": "n1", "node": "n2"}`:             `key \"node\" twice`,
		`{"node": "n1", "Node": "n2"}`:             `unknown key \"Node\"`,
		`{"node": "n1", "address": "127.0.0.1:1"}`: "want node or address, not both",
		`{"node": 1}`:                   "node is 1, want its name in a string",
		`{"node": "n1"} {"node": "n2"}`: "something follows",
		`{"node": "n1"`:                 "cut off",
		"nonsense":                      "cannot be read as JSON at byte 1",
	} {
		got := h.post("/nodes/n0/peers", body)
		require.Equal(t, http.StatusBadRequest, got.status, body)
		require.Contains(t, got.body, says, body)
	}
	h.requireError(h.post("/nodes/n0/bans", `{"node": "n1", "for": "1s", "for": "2s"}`), http.StatusBadRequest, "malformed", "twice")
	require.Equal(t, http.StatusOK, h.post("/nodes/n0/peers", "\uFEFF"+`{"node": "n1"}`).status, "a byte order mark is taken")
	require.Empty(t, h.node(0).Bans())
}

// A node is banned by its name at the manager, and so is the ban lifted.
func TestBanByName(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	got := h.post("/nodes/n0/bans", `{"node": "n2", "for": "5m", "reason": "lesson"}`)
	require.Equal(t, http.StatusCreated, got.status, got.body)
	bans := h.node(0).Bans()
	require.Len(t, bans, 1)
	require.Equal(t, h.node(2).self.ID, bans[0].ID)
	require.Equal(t, "lesson", bans[0].Reason)
	require.Equal(t, h.ofNode(0, "/bans").body, h.get("/nodes/n0/bans").body)
	h.requireError(h.send(http.MethodDelete, "/nodes/n0/bans/n1"), http.StatusNotFound, "not-found", "GET /bans")
	got = h.send(http.MethodDelete, "/nodes/n0/bans/n2")
	require.Equal(t, http.StatusOK, got.status, got.body)
	require.Empty(t, h.node(0).Bans())
	require.Equal(t, http.StatusCreated, h.post("/nodes/n0/bans", `{"net": "10.1.0.0/16"}`).status)
	require.Equal(t, http.StatusOK, h.send(http.MethodDelete, "/nodes/n0/bans?net=10.1.0.0/16").status)
	h.requireError(h.post("/nodes/n0/bans", `{"net": "all"}`), http.StatusUnprocessableEntity, "bad-ban", "all")
}
