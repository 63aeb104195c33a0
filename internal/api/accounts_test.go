package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/mempool"
	"networkmngr/internal/types"
)

// What was signed comes out as it was signed, pending and mined.
func TestSubmit(t *testing.T) {
	h := start(t)
	const data = `{"html":"<a href='x'>&amp;</a>","line":"` + "\u2028" + `"}`
	sent := transfer(0, data)
	got := h.post("/transactions", plain(t, sent))
	require.Equal(t, http.StatusAccepted, got.status, got.body)
	require.Contains(t, got.body, sent.ID().String())
	for _, path := range []string{"/mempool", "/accounts/" + alice.String()} {
		require.Contains(t, h.get(path).body, `"data":`+data, path)
	}
	mined, err := h.client.Mine(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, []types.Transaction{sent}, mined.Block.Transactions[1:])
	for _, path := range []string{"/chain", "/blocks", "/blocks/1"} {
		require.Contains(t, h.get(path).body, `"data":`+data, path)
	}
}

func TestSubmitRefuses(t *testing.T) {
	h := start(t, func(h *harness) {
		limits := mempool.DefaultLimits()
		limits.PerSender = 2
		h.node.pool = mempool.New(limits, h.node.chain, chaintest.Now)
	})
	pending := transfer(0, "")
	_, err := h.client.Submit(t.Context(), pending)
	require.NoError(t, err)
	_, err = h.client.Submit(t.Context(), transfer(1, ""))
	require.NoError(t, err)

	coinbase := chaintest.Next(h.node.chain.Tip(), miner).Transactions[0]
	forged := transfer(1, "")
	forged.Signature[0] ^= 1
	forged.Fee += types.Coin
	const rule, malformed = http.StatusUnprocessableEntity, http.StatusBadRequest
	for _, row := range []struct {
		body   string
		status int
		code   string
		part   string
	}{
		{plain(t, pending), http.StatusConflict, "already-pending", ""},
		{plain(t, transfer(2, "")), http.StatusTooManyRequests, "too-many-pending", ""},
		{plain(t, transfer(5, "")), rule, "sequence-gap", "sequence is 5"},
		{plain(t, transfer(0, "1")), rule, "fee-too-low", ""},
		{plain(t, coinbase), rule, "extra-coinbase", ""},
		{plain(t, forged), rule, "bad-signature", ""},
		{plain(t, transfer(1, `"`+strings.Repeat("x", 64<<10)+`"`)), rule, "transaction-too-large", ""},
		{strings.Replace(plain(t, pending), `"amount":3`, `"amount":-3`, 1), malformed, "malformed", "amount"},
		{strings.Replace(plain(t, pending), `"amount":3`, `"amount":1e-9`, 1), malformed, "malformed", "amount"},
		{strings.Replace(plain(t, pending), `"fee"`, `"fees"`, 1), malformed, "malformed", "fees"},
		{strings.Replace(plain(t, pending), `"amount":3`, `"amount":4`, 1), malformed, "malformed", "id"},
		{plain(t, pending) + "{}", malformed, "malformed", "follows"},
		{"[" + plain(t, pending) + "]", malformed, "malformed", ""},
		{"null", malformed, "malformed", ""},
		{"", malformed, "malformed", "empty"},
		{"amount=3", malformed, "malformed", ""},
		{strings.Repeat(`{"data":`, 20_000), malformed, "malformed", ""},
	} {
		h.requireError(h.post("/transactions", row.body), row.status, row.code, row.part)
		require.Equal(t, 2, h.node.pool.Len(), row.body)
	}
}

func TestMempool(t *testing.T) {
	h := start(t)
	require.Equal(t, map[string]any{
		"count": json.Number("0"), "bytes": json.Number("0"), "transactions": []any{},
	}, h.object(h.get("/mempool")))
	var sent []types.Transaction
	for i := range uint64(5) {
		sent = append(sent, transfer(i, ""))
		_, err := h.client.Submit(t.Context(), sent[i])
		require.NoError(t, err)
	}
	for from, want := range map[int][]types.Transaction{0: sent[:2], 3: sent[3:5], 4: sent[4:], 5: {}, 9: {}} {
		got, err := h.client.Mempool(t.Context(), from, 2)
		require.NoError(t, err)
		require.Equal(t, api.Mempool{Count: 5, Bytes: 5 * sent[0].Size(), Transactions: want}, got)
	}
}

func TestAccount(t *testing.T) {
	h := start(t)
	first := transfer(0, "")
	_, err := h.node.chain.AddBlocks(chaintest.Next(h.node.chain.Tip(), miner, first))
	require.NoError(t, err)
	second := transfer(1, "")
	_, err = h.client.Submit(t.Context(), second)
	require.NoError(t, err)
	got, err := h.client.Account(t.Context(), alice)
	require.NoError(t, err)
	require.Equal(t, api.Account{
		Address: alice, Balance: chaintest.Balance - first.Amount - first.Fee, Sequence: 1,
		Pending: []types.Transaction{second},
	}, got)
	require.Equal(t, map[string]any{
		"address": types.NamedAddress("nobody").String(), "balance": json.Number("0"),
		"sequence": json.Number("0"), "pending": []any{},
	}, h.object(h.get("/accounts/"+types.NamedAddress("nobody").String())))
}
