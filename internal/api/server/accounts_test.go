package server_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/mempool"
	"networkmngr/internal/mempool/mempooltest"
	"networkmngr/internal/types"
)

func TestMempool(t *testing.T) {
	h := start(t)
	require.Equal(t, map[string]any{
		"count": json.Number("0"), "bytes": json.Number("0"), "memory": json.Number("0"),
		"total_fees": json.Number("0"), "least_fee_rate": json.Number("0"), "entries": []any{}, "transactions": []any{},
		"limits": map[string]any{
			"count": json.Number("32768"), "memory": json.Number("33554432"), "per_sender": json.Number("1024"), "seconds": json.Number("86400"),
		},
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
		require.Equal(t, want, got.Transactions)
		require.Equal(t, 5, got.Count)
		require.Equal(t, 5*sent[0].Size(), got.Bytes)
		require.Equal(t, 5*sent[0].Fee, got.TotalFees)
		require.Len(t, got.Entries, len(want))
		for i, e := range got.Entries {
			require.Equal(t, want[i].ID(), e.ID)
			require.InDelta(t, float64(sent[0].Fee)/float64(sent[0].Size()), e.FeeRate, 1e-9)
			require.Equal(t, chaintest.Now().UTC(), e.Since)
			require.Zero(t, e.Age)
		}
	}
}

// A full pool says what must be paid to get in, and that is true.
func TestMempoolThatIsFull(t *testing.T) {
	h := start(t, func(h *harness) {
		limits := mempool.DefaultLimits()
		limits.Count = 2
		h.node.pool = mempooltest.New(limits, h.node.chain, chaintest.Now)
	})
	for i := range uint64(2) {
		_, err := h.client.Submit(t.Context(), transfer(i, ""))
		require.NoError(t, err)
	}
	full, err := h.client.Mempool(t.Context(), 0, 1)
	require.NoError(t, err)
	require.Equal(t, full.Entries[0].FeeRate, full.LeastFeeRate)
	pay := chaintest.Transfer(types.NamedKey("bob"), chaintest.Genesis().Params.GenesisID, 0, alice, 1, transfer(0, "").Fee)
	_, err = h.client.Submit(t.Context(), pay)
	h.requireRefusal(err, http.StatusTooManyRequests, "mempool-full")
	pay = chaintest.Transfer(types.NamedKey("bob"), chaintest.Genesis().Params.GenesisID, 0, alice, 1, transfer(0, "").Fee+1)
	_, err = h.client.Submit(t.Context(), pay)
	require.NoError(t, err)
}

func TestAccount(t *testing.T) {
	h := start(t)
	first := transfer(0, "")
	block := chaintest.Next(h.node.chain.Tip(), miner, first)
	_, err := h.node.chain.AddBlocks(block)
	require.NoError(t, err)
	h.extend(2)
	second := transfer(1, "")
	_, err = h.client.Submit(t.Context(), second)
	require.NoError(t, err)
	got, err := h.client.Account(t.Context(), alice)
	require.NoError(t, err)
	at := api.Tip{Index: 1, Hash: block.Hash()}
	require.Equal(t, api.Movement{
		ID: first.ID(), Type: "transfer", Direction: "out", Amount: first.Amount, Fee: first.Fee, Other: &first.Recipient, OtherName: "bob",
		Block: at, Position: 1, Timestamp: block.Time, Time: time.Unix(int64(block.Time), 0).UTC(), Confirmations: 3,
	}, got.History[0])
	require.Len(t, got.History, 2, "genesis has funded it")
	got.History = nil
	require.Equal(t, api.Account{
		Address: alice, Name: "alice", Balance: chaintest.Balance - first.Amount - first.Fee, Sequence: 1,
		Pending: []types.Transaction{second},
	}, got)
	require.Equal(t, map[string]any{
		"address": types.NamedAddress("nobody").String(), "balance": json.Number("0"),
		"sequence": json.Number("0"), "pending": []any{}, "history": []any{}, "next": nil,
	}, h.object(h.get("/accounts/"+types.NamedAddress("nobody").String())))
	require.Equal(t, h.get("/accounts/"+alice.String()).body, h.get("/accounts/alice").body)
	h.requireError(h.get("/accounts/zoe"), http.StatusNotFound, "unknown-name", "alice")
}

func TestHistory(t *testing.T) {
	h := start(t)
	var want []string // the oldest first
	want = append(want, "coinbase in")
	for i := range uint64(3) {
		own := chaintest.Transfer(types.NamedKey("bob"), chaintest.Genesis().Params.GenesisID, i, bob, 1, 1)
		_, err := h.node.chain.AddBlocks(chaintest.Next(h.node.chain.Tip(), miner, transfer(i, ""), own))
		require.NoError(t, err)
		want = append(want, "transfer in", "transfer self")
	}
	for limit := 1; limit <= len(want)+1; limit++ {
		var got []string
		from := ""
		for {
			page, err := h.client.History(t.Context(), bob, from, limit)
			require.NoError(t, err)
			for _, m := range page.History {
				got = append([]string{m.Type + " " + m.Direction}, got...)
			}
			if page.Next == nil {
				break
			}
			from = *page.Next
		}
		require.Equal(t, want, got, "pages of %d", limit)
	}
}

func TestAccounts(t *testing.T) {
	h := start(t)
	_, err := h.node.chain.AddBlocks(chaintest.Next(h.node.chain.Tip(), miner, transfer(0, "")))
	require.NoError(t, err)
	var names []string
	from := ""
	for {
		page, err := h.client.Accounts(t.Context(), from, 2)
		require.NoError(t, err)
		require.EqualValues(t, 5, page.Count)
		require.Equal(t, 4*chaintest.Balance+chaintest.Reward, page.Coins)
		require.Equal(t, api.Tip{Index: 1, Hash: h.node.chain.Tip().ID}, page.Tip)
		for _, a := range page.Accounts {
			names = append(names, a.Name+" "+a.Balance.String())
		}
		if page.Next == nil {
			break
		}
		from = *page.Next
	}
	require.Len(t, names, 5)
	require.Equal(t, "bob 1003", names[0])
	require.ElementsMatch(t, []string{"carol 1000", "dave 1000"}, names[1:3])
	require.Equal(t, []string{"alice 996.999", " 2.001"}, names[3:])
}
