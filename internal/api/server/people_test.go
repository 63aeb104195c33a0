package server_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// Beside addresses stands who is behind them: a named account, this node, or another
// one that it knows.
func TestNamesBesideAddresses(t *testing.T) {
	h := start(t, func(h *harness) { h.config.Sign = true })
	other := types.NodeInfo{ID: types.NodeID{7, 8, 9}, Address: "127.0.0.1:5003"}
	h.node.known = []types.NodeInfo{other}
	text := plain(t, map[string]any{"sender": "alice", "recipient": other.ID.Account(), "amount": 3})
	got := h.send(http.MethodPost, "/transactions", strings.NewReader(text))
	require.Equal(t, http.StatusAccepted, got.status, got.body)
	pending := h.object(h.get("/mempool"))["entries"].([]any)[0].(map[string]any)
	require.Equal(t, []any{"alice", other.Address}, []any{pending["sender_name"], pending["recipient_name"]})
	names := map[string]any{miner.String(): h.address, alice.String(): "alice", other.ID.Account().String(): other.Address}
	require.Equal(t, names, h.object(h.get("/mine"))["names"])
	require.Equal(t, names, h.object(h.get("/blocks/1?details=true"))["names"])

	account := h.object(h.get("/accounts/" + other.ID.Account().String()))
	require.Equal(t, other.Address, account["node"])
	require.Equal(t, "alice", account["history"].([]any)[0].(map[string]any)["other_name"])
	nodes := map[any]any{}
	for _, a := range h.object(h.get("/accounts"))["accounts"].([]any) {
		row := a.(map[string]any)
		nodes[row["address"]] = row["node"]
	}
	require.Equal(t, h.address, nodes[miner.String()])
	require.Nil(t, nodes[alice.String()])
	require.Equal(t, json.Number("1"), h.object(h.get("/blocks/1"))["index"], "the block's own form has none")
}
