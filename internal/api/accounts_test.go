package api_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/types"
)

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
