package server_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/mempool"
	"networkmngr/internal/types"
)

func TestTransaction(t *testing.T) {
	h := start(t)
	sent := transfer(0, "")
	_, err := h.client.Transaction(t.Context(), sent.ID())
	h.requireRefusal(err, http.StatusNotFound, "not-found")
	_, err = h.client.Submit(t.Context(), sent)
	require.NoError(t, err)
	got, err := h.client.Transaction(t.Context(), sent.ID())
	require.NoError(t, err)
	names := api.Parties{SenderName: "alice", RecipientName: "bob"}
	require.Equal(t, api.Transaction{Status: "pending", Transaction: sent, Parties: names}, got)
	_, err = h.client.Prove(t.Context(), sent.ID())
	h.requireRefusal(err, http.StatusConflict, "not-confirmed")

	mined, err := h.client.Mine(t.Context(), 1)
	require.NoError(t, err)
	h.extend(3)
	got, err = h.client.Transaction(t.Context(), sent.ID())
	require.NoError(t, err)
	one := 1
	require.Equal(t, api.Transaction{
		Status: "confirmed", Transaction: sent, Parties: names, Block: &api.Tip{Index: 1, Hash: mined.Block.Hash()},
		Position: &one, Confirmations: 4,
	}, got)

	_, err = h.client.ReplaceChain(t.Context(), rival(5))
	require.NoError(t, err)
	require.NoError(t, h.node.pool.Sync())
	got, err = h.client.Transaction(t.Context(), sent.ID())
	require.NoError(t, err)
	require.Equal(t, "pending", got.Status, "the reorg put it back")
}

// whereabouts is what the node answers about a transfer that it knows.
func (h *harness) whereabouts(t types.Transaction) api.Transaction {
	h.Helper()
	got, err := h.client.Transaction(h.Context(), t.ID())
	require.NoError(h, err)
	require.Equal(h, t, got.Transaction)
	require.Equal(h, got.Status == api.StatusConfirmed, got.Block != nil)
	return got
}

// adopt makes a chain the node's, and its mempool follow.
func (h *harness) adopt(blocks ...types.Block) {
	h.Helper()
	_, err := h.client.ReplaceChain(h.Context(), wholeChain(blocks...))
	require.NoError(h, err)
	require.NoError(h, h.node.pool.Sync())
}

// A double spend and its undoing are told in full, at each step.
func TestDoubleSpendIsToldInFull(t *testing.T) {
	h := start(t)
	genesis := chaintest.Genesis().State()
	paid, again := transfer(0, ""), transfer(0, `"another"`)
	_, err := h.client.Submit(t.Context(), paid)
	require.NoError(t, err)
	left := chaintest.Next(genesis, miner, paid)
	h.adopt(left)
	require.Equal(t, api.StatusConfirmed, h.whereabouts(paid).Status)

	right := chaintest.Next(genesis, bob, again)
	right2 := chaintest.Next(chaintest.After(genesis, right), bob)
	h.adopt(right, right2)
	got := h.whereabouts(paid)
	require.Equal(t, api.StatusOvertaken, got.Status)
	require.Equal(t, again.ID(), *got.By)
	require.Equal(t, api.Tip{Index: 1, Hash: right.Hash()}, *got.ByBlock)
	require.Equal(t, "its number, 0, was used by another transfer of its sender: "+again.ID().String()+" in block 1", got.Why)
	found, err := h.client.Search(t.Context(), paid.ID().String())
	require.NoError(t, err)
	require.Equal(t, "transaction that was overtaken", found.Results[0].Text)

	h.adopt(append([]types.Block{left}, chaintest.Branch(chaintest.After(genesis, left), miner, 2)...)...)
	require.Equal(t, api.StatusConfirmed, h.whereabouts(paid).Status)
	require.Equal(t, paid.ID(), *h.whereabouts(again).By)
}

func TestReplacedTransferIsTold(t *testing.T) {
	h := start(t)
	first, second := transfer(0, ""), transfer(0, "")
	second.Fee = types.Coin
	second.Sign(types.NamedKey("alice"), chaintest.Genesis().Params.GenesisID)
	for _, sent := range []types.Transaction{first, second} {
		_, err := h.client.Submit(t.Context(), sent)
		require.NoError(t, err)
	}
	got := h.whereabouts(first)
	require.Equal(t, api.StatusReplaced, got.Status)
	require.Equal(t, second.ID(), *got.By)
	require.Nil(t, got.ByBlock)
	require.Contains(t, got.Why, "which is pending")
	h.adopt(chaintest.Next(chaintest.Genesis().State(), miner, second))
	got = h.whereabouts(first)
	require.Equal(t, api.StatusOvertaken, got.Status)
	require.EqualValues(t, 1, got.ByBlock.Index)
}

// What a reorg left without coins waits, and says for what.
func TestParkedTransferIsTold(t *testing.T) {
	h := start(t)
	genesis := chaintest.Genesis()
	fund := chaintest.Transfer(types.NamedKey("alice"), genesis.Params.GenesisID, 0, types.NamedAddress("erin"), 5*types.Coin, types.Coin)
	h.adopt(chaintest.Next(genesis.State(), miner, fund))
	spend := chaintest.Transfer(types.NamedKey("erin"), genesis.Params.GenesisID, 0, bob, types.Coin, types.Coin)
	_, err := h.client.Submit(t.Context(), spend)
	require.NoError(t, err)
	h.adopt(chaintest.Branch(genesis.State(), bob, 2)...)
	got := h.whereabouts(spend)
	require.Equal(t, api.StatusParked, got.Status)
	require.Contains(t, got.Why, "overspend")
	require.True(t, got.Waits())
}

// The network of a transfer is left by a node, which says so.
func TestTransferOfAnotherNetworkIsTold(t *testing.T) {
	h := start(t)
	sent := transfer(0, "")
	h.node.pool.Lost(sent, mempool.ErrOtherNetwork)
	got := h.whereabouts(sent)
	require.Equal(t, api.StatusDropped, got.Status)
	require.Contains(t, got.Why, "another network")
}

// flip turns a hash as people see it into its bytes.
func flip(t *testing.T, text string) []byte {
	raw, err := hex.DecodeString(text)
	require.NoError(t, err)
	slices.Reverse(raw)
	return raw
}

// Whoever has the answer can check it with nothing of ours.
func TestProof(t *testing.T) {
	h := start(t)
	double := func(data []byte) []byte {
		once := sha256.Sum256(data)
		twice := sha256.Sum256(once[:])
		return twice[:]
	}
	for count := range 6 {
		var transfers []types.Transaction
		for i := range count {
			key := chaintest.Names[i%len(chaintest.Names)]
			account, _, err := h.node.chain.Accounts(types.NamedAddress(key))
			require.NoError(t, err)
			sequence := account[types.NamedAddress(key)].Sequence + uint64(i/len(chaintest.Names))
			transfers = append(transfers, chaintest.Transfer(types.NamedKey(key), chaintest.Genesis().Params.GenesisID, sequence, bob, 1, 1))
		}
		block := chaintest.Next(h.node.chain.Tip(), miner, transfers...)
		_, err := h.node.chain.AddBlocks(block)
		require.NoError(t, err)
		for i, id := range block.TransactionIDs() {
			got, err := h.client.Prove(t.Context(), id)
			require.NoError(t, err)
			require.Equal(t, i, got.Proof.Position)
			node := flip(t, id.String())
			for _, s := range got.Proof.Siblings {
				pair := [][]byte{node, flip(t, s.Hash.String())}
				if s.Side == "left" {
					slices.Reverse(pair)
				}
				node = double(slices.Concat(pair...))
			}
			header, err := hex.DecodeString(got.Proof.Header)
			require.NoError(t, err)
			require.Equal(t, header[36:68], node)
			require.Equal(t, flip(t, got.Proof.MerkleRoot.String()), node)
			require.Equal(t, flip(t, block.Hash().String()), double(header))
		}
	}
}

func TestTips(t *testing.T) {
	h := start(t)
	h.extend(3)
	side := rival(2)[1:]
	_, err := h.node.chain.AddBlocks(side...)
	require.NoError(t, err)
	got, err := h.client.Tips(t.Context(), 0, 10)
	require.NoError(t, err)
	require.Equal(t, 2, got.Count)
	require.Equal(t, api.Tip{Index: 3, Hash: h.node.chain.Tip().ID}, got.Tips[0].Tip)
	require.Equal(t, "active", got.Tips[0].Status)
	other, _ := h.node.chain.Header(side[1].Hash())
	require.Equal(t, api.ChainTip{
		Tip: api.Tip{Index: 2, Hash: other.ID}, Status: "valid-headers", BranchLength: 2, TotalWork: other.Work.Dec(),
	}, got.Tips[1])
	got, err = h.client.Tips(t.Context(), 1, 1)
	require.NoError(t, err)
	require.Len(t, got.Tips, 1)
}

func TestValidate(t *testing.T) {
	h := start(t)
	_, err := h.node.chain.AddBlocks(chaintest.Next(h.node.chain.Tip(), miner, transfer(0, "")))
	require.NoError(t, err)
	h.extend(5)
	got, err := h.client.Validate(t.Context())
	require.NoError(t, err)
	require.True(t, got.Valid, got.Message)
	require.Nil(t, got.Fault)
	require.EqualValues(t, 7, got.Blocks)
	require.EqualValues(t, 1, got.Signatures)
	require.Equal(t, api.Tip{Index: 6, Hash: h.node.chain.Tip().ID}, got.Tip)
	require.Positive(t, got.Seconds)
	require.Positive(t, got.BlocksPerSecond)
}

// A signature that was taken on trust turns out to be none.
func TestValidateFindsAFault(t *testing.T) {
	h := start(t)
	h.extend(1)
	h.node.chain.TrustSignatures(func(types.Hash) bool { return true })
	forged := transfer(0, "")
	forged.Signature[0] ^= 1
	block := chaintest.Next(h.node.chain.Tip(), miner, forged)
	_, err := h.node.chain.AddBlocks(block)
	require.NoError(t, err)
	got, err := h.client.Validate(t.Context())
	require.NoError(t, err)
	require.False(t, got.Valid)
	require.EqualValues(t, 2, got.Blocks)
	require.Equal(t, api.Tip{Index: 2, Hash: block.Hash()}, got.Fault.Tip)
	require.Equal(t, "bad-signature", got.Fault.Rule)
	require.Contains(t, got.Message, forged.ID().String())
}

func TestSearch(t *testing.T) {
	h := start(t)
	confirmed, pending := transfer(0, ""), transfer(1, "")
	block := chaintest.Next(h.node.chain.Tip(), miner, confirmed)
	side := rival(1)[1]
	_, err := h.node.chain.AddBlocks(block, side)
	require.NoError(t, err)
	_, err = h.client.Submit(t.Context(), pending)
	require.NoError(t, err)
	for query, want := range map[string]api.Result{
		"1":                                      {Type: "block", Path: "/blocks/" + block.Hash().String(), Text: "block 1 of the main chain"},
		block.Hash().String():                    {Type: "block", Path: "/blocks/" + block.Hash().String(), Text: "block 1 of the main chain"},
		side.Hash().String():                     {Type: "block", Path: "/blocks/" + side.Hash().String(), Text: "block 1 of a branch that is not the main chain"},
		confirmed.ID().String():                  {Type: "transaction", Path: "/transactions/" + confirmed.ID().String(), Text: "transaction of block 1"},
		strings.ToUpper(confirmed.ID().String()): {Type: "transaction", Path: "/transactions/" + confirmed.ID().String(), Text: "transaction of block 1"},
		pending.ID().String():                    {Type: "transaction", Path: "/transactions/" + pending.ID().String(), Text: "pending transaction"},
		" alice\n":                               {Type: "account", Path: "/accounts/" + alice.String(), Text: "account of alice"},
		"alice":                                  {Type: "account", Path: "/accounts/" + alice.String(), Text: "account of alice"},
		alice.String():                           {Type: "account", Path: "/accounts/" + alice.String(), Text: "account of alice"},
		miner.String():                           {Type: "account", Path: "/accounts/" + miner.String(), Text: "account"},
	} {
		got, err := h.client.Search(t.Context(), query)
		require.NoError(t, err, query)
		require.Equal(t, api.Found{Query: strings.TrimSpace(query), Results: []api.Result{want}}, got)
		require.Equal(t, http.StatusOK, h.get(want.Path).status)
	}
	for _, query := range []string{"2", "18446744073709551615", strings.Repeat("0", 64), "zoe", types.NamedAddress("nobody").String()} {
		_, err := h.client.Search(t.Context(), query)
		h.requireRefusal(err, http.StatusNotFound, "not-found")
		require.ErrorContains(t, err, query)
	}
}
