package server_test

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
)

// refusedLeavesAll sends a fuzzed body: whatever it is, the process lives, the
// failure is not ours, and a refusal has changed nothing.
func refusedLeavesAll(t *testing.T, h *harness, path string, body []byte) {
	tip, pending := h.node.chain.Tip(), h.node.pool.Len()
	h.TB = t
	got := h.send(http.MethodPost, path, bytes.NewReader(body))
	require.Less(t, got.status, http.StatusInternalServerError, got.body)
	if got.status >= http.StatusBadRequest {
		require.Equal(t, tip, h.node.chain.Tip())
		require.Equal(t, pending, h.node.pool.Len())
	}
}

func FuzzReplaceChain(f *testing.F) {
	f.Add([]byte(plain(f, api.Chain{Length: 3, Chain: rival(2)})))
	f.Add([]byte(plain(f, api.Chain{Length: 1, Chain: rival(0)})))
	f.Add([]byte(`{"length":0,"chain":[]}`))
	f.Add([]byte(`{"chain":[{"index":1,"transactions":[{}]}]}`))
	h := start(f)
	h.extend(1)
	f.Fuzz(func(t *testing.T, body []byte) { refusedLeavesAll(t, h, "/chain/replace", body) })
}

func FuzzNewBlock(f *testing.F) {
	f.Add([]byte(plain(f, rival(1)[1])))
	f.Add([]byte(plain(f, api.Notice{Block: &rival(2)[2], Sender: "127.0.0.1:5000"})))
	f.Add([]byte(`{"hash":null}`))
	h := start(f)
	h.extend(1)
	f.Fuzz(func(t *testing.T, body []byte) { refusedLeavesAll(t, h, "/block/new", body) })
}

func FuzzSubmit(f *testing.F) {
	f.Add([]byte(plain(f, transfer(0, `{"a":[1,"<"]}`))))
	f.Add([]byte(plain(f, transfer(1, ""))))
	f.Add([]byte(`{"sender":"alice","recipient":"node","amount":1,"network":null}`))
	f.Add([]byte(`{"type":"coinbase","sequence":1,"amount":1e3,"recipient":""}`))
	h := start(f, signs)
	f.Fuzz(func(t *testing.T, body []byte) { refusedLeavesAll(t, h, "/transactions", body) })
}
