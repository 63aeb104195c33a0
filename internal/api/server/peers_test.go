package server_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/core"
	"networkmngr/internal/links"
	"networkmngr/internal/node"
	"networkmngr/internal/times"
	"networkmngr/internal/transport"
	"networkmngr/internal/types"
)

func peer(n byte) node.Peer { return node.Peer{Peer: core.Peer{NodeInfo: entry(n), Type: "inbound"}} }

func withPeers(peers ...node.Peer) func(*harness) {
	return func(h *harness) { h.node.peers = peers }
}

func TestPeers(t *testing.T) {
	first := peer(2)
	first.Outbound, first.Type, first.Since = true, "manual", time.Date(2026, 11, 20, 16, 0, 0, 0, time.UTC)
	first.SendsBlocks = true
	first.Claim.Height, first.Claim.ID = 7, types.Hash{31: 1}
	first.Shown.Height, first.Shown.ID = 6, types.Hash{31: 2}
	first.Latency = core.Latency{Last: 2 * time.Millisecond, Lowest: time.Millisecond}
	first.Traffic.Sent = map[string]transport.Flow{"ping": {Frames: 2, Bytes: 26}, "hello": {Frames: 1, Bytes: 100}, "pong": {}}
	anchor := peer(3)
	anchor.Type, anchor.Kept = "outbound", "anchor"
	h := start(t, withPeers(first, anchor, peer(4)), func(h *harness) {
		h.node.kept = map[types.NodeID]transport.Reason{first.ID: transport.KeptByBlock}
		h.node.links = []transport.LinkStatus{{Peer: transport.Peer{ID: first.ID, Address: p2p}, Asked: links.Link{Delay: times.Duration(time.Second)}}}
	})
	page, err := h.client.Peers(t.Context(), 1, 1)
	require.NoError(t, err)
	none := api.Traffic{Kinds: map[string]api.Flow{}}
	require.Equal(t, api.Peers{Count: 3, Peers: []api.Peer{{NodeInfo: entry(3), Type: "outbound", Kept: "anchor", Sent: none, Received: none}}}, page)
	object := h.object(h.get("/peers?limit=1"))
	require.Equal(t, []any{map[string]any{
		"id": types.NodeID{2}.String(), "address": "127.0.0.1:7002", "p2p": []any{p2p}, "outbound": true,
		"height": json.Number("7"), "tip": "01" + strings.Repeat("0", 62), "since": "2026-11-20T16:00:00Z",
		"type": "manual", "remote": p2p, "group": "group of 127.0.0.1:7002", "kept": "block", "latency": map[string]any{"last": json.Number("0.002"), "lowest": json.Number("0.001")},
		"shown":  map[string]any{"index": json.Number("6"), "hash": "02" + strings.Repeat("0", 62), "total_work": "0"},
		"faults": map[string]any{"delay": "1s"}, "sends_blocks": true, "wants_blocks": false,
		"sent": map[string]any{"frames": json.Number("3"), "bytes": json.Number("126"), "kinds": map[string]any{
			"ping": map[string]any{"frames": json.Number("2"), "bytes": json.Number("26")}, "hello": map[string]any{"frames": json.Number("1"), "bytes": json.Number("100")},
		}},
		"received": map[string]any{"frames": json.Number("0"), "bytes": json.Number("0"), "kinds": map[string]any{}},
	}}, object["peers"])
	require.Empty(t, h.object(h.get("/peers?from=3"))["peers"])
}

// Who adds a peer has it dialled, whatever links stand.
func TestAddPeerConnects(t *testing.T) {
	h := start(t)
	h.object(h.post("/peers", plain(t, entry(2))))
	require.Equal(t, []types.NodeID{entry(2).ID}, h.node.dialled)
}

// A node is no peer of its own: it is neither connected to nor disconnected from.
func TestANodeIsNoPeerOfItsOwn(t *testing.T) {
	h := start(t)
	for _, path := range []string{"/peers", "/addPeer"} {
		h.requireError(h.post(path, plain(t, h.base)), http.StatusUnprocessableEntity, "bad-node", "a node cannot be its own peer")
	}
	require.Empty(t, h.node.dialled)
	for _, own := range []string{h.node.self.ID.String(), h.address} {
		h.requireError(h.send(http.MethodDelete, "/peers/"+own, nil), http.StatusNotFound, "not-found", "that is this node itself")
	}
}

// A node that is banned is not dialled, and who wants it is told what to do about that.
func TestABannedNodeIsNotDialled(t *testing.T) {
	h := start(t, func(h *harness) {
		h.node.SetBans([]node.Ban{{ID: entry(2).ID, Until: time.Now().Add(time.Hour), Reason: "lesson", By: "hand"}})
	})
	require.Contains(t, h.object(h.post("/peers", plain(t, entry(2))))["message"], "DELETE /bans/"+entry(2).ID.String())
	require.Empty(t, h.node.dialled)
}

func TestDisconnect(t *testing.T) {
	for path, want := range map[string]map[types.NodeID]time.Duration{
		"/peers/" + entry(2).ID.String(): {entry(2).ID: time.Minute},
		"/peers/127.0.0.1:7003?for=90s":  {entry(3).ID: 90 * time.Second},
		"/peers/7003?for=0s":             {entry(3).ID: 0},
		"/peers?for=1h":                  {entry(2).ID: time.Hour, entry(3).ID: time.Hour},
	} {
		h := start(t, withPeers(peer(2), peer(3)))
		answer := h.object(h.send(http.MethodDelete, path, nil))
		require.Equal(t, want, h.node.apart)
		require.Len(t, answer["disconnected"], len(want))
	}
}

func TestDisconnectRefuses(t *testing.T) {
	h := start(t, withPeers(peer(2)))
	for path, part := range map[string]string{
		"/peers/2?for=soon": "soon", "/peers/7002?for=-1s": "-1s", "/peers?for=10000h": "8760h", "/peers?for=": `""`,
	} {
		h.requireError(h.send(http.MethodDelete, path, nil), http.StatusBadRequest, "malformed", part)
	}
	for _, path := range []string{"/peers/" + entry(3).ID.String(), "/peers/7003", "/peers/n1"} {
		h.requireError(h.send(http.MethodDelete, path, nil), http.StatusNotFound, "not-found", "GET /peers")
	}
	require.Empty(t, h.node.apart)
}
