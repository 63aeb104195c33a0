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

// Whoever reads with ?pretty sees names within blocks and pending transfers too, and what
// they see can be given in again.
func TestPrettyBlocksHaveNames(t *testing.T) {
	h := start(t)
	sent := transfer(0, `{"sender":"a"}`)
	require.NoError(t, h.node.Submit(sent))
	var pool struct {
		Transactions []struct {
			Sender    string `json:"sender_name"`
			Recipient string `json:"recipient_name"`
		}
	}
	require.NoError(t, json.Unmarshal([]byte(h.pretty("/mempool")), &pool))
	require.Len(t, pool.Transactions, 1)
	require.Equal(t, "alice to bob", pool.Transactions[0].Sender+" to "+pool.Transactions[0].Recipient)
	for _, path := range []string{"/mine", "/blocks", "/blocks/1", "/sync-chain"} {
		text := h.pretty(path)
		require.Contains(t, text, `"recipient_name": "`+h.address+`"`, path)
		require.Contains(t, text, `"sender_name": "alice"`, path)
	}
	require.NotContains(t, h.get("/chain").body+h.get("/blocks").body+h.get("/blocks/1").body+h.get("/mine").body, "_name")
	h.requireError(h.post("/chain/replace", h.pretty("/chain")), http.StatusConflict, "not-better", "")
	require.Equal(t, http.StatusOK, h.post("/block/new", h.pretty("/blocks/1")).status)
	h.requireError(h.post("/transactions", `{"sender_name":"alice","sender":"alice","recipient":"bob","amount":1}`),
		http.StatusBadRequest, "malformed", "no sender_name or recipient_name before it is signed")
}

// A refusal that tells of an address says whose it is.
func TestRefusalsNameAddresses(t *testing.T) {
	h := start(t, func(h *harness) { h.config.Sign = true })
	h.requireError(h.post("/transactions", `{"sender":"alice","recipient":"bob","amount":3000}`), http.StatusUnprocessableEntity, "overspend",
		"alice ("+alice.String()+") has 1000, amount 3000")
	stranger := types.NamedAddress("stranger")
	h.requireError(h.post("/transactions", plain(t, map[string]any{"sender": stranger, "recipient": "bob", "amount": 3})),
		http.StatusUnprocessableEntity, "no-key", "for "+stranger.String()+":")
}
