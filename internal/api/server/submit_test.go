package server_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/mempool"
	"networkmngr/internal/mempool/mempooltest"
	"networkmngr/internal/types"
	"networkmngr/internal/wallet"
)

// signs makes the server one that signs.
func signs(h *harness) { h.config.Sign = true }

// limited gives the mempool other limits than the usual.
func limited(change func(*mempool.Limits)) func(*harness) {
	return func(h *harness) {
		limits := mempool.DefaultLimits()
		change(&limits)
		h.node.pool = mempooltest.New(limits, h.node.chain, chaintest.Now)
	}
}

// only is the one transfer in the mempool.
func (h *harness) only() types.Transaction {
	h.Helper()
	pending, _ := h.node.pool.Entries(0, 2)
	require.Len(h, pending, 1)
	return pending[0].Transaction
}

// What was signed comes out as it was signed, pending and mined.
func TestSubmit(t *testing.T) {
	h := start(t)
	const data = `{"html":"<a href='x'>&amp;</a>","line":"` + "\u2028" + `"}`
	sent := transfer(0, data)
	got := h.post("/transactions", plain(t, sent))
	require.Equal(t, http.StatusAccepted, got.status, got.body)
	location := "/transactions/" + sent.ID().String()
	require.JSONEq(t, `{"message": "transaction accepted, it waits for a block",
		"id": "`+sent.ID().String()+`", "location": "`+location+`"}`, got.body)
	require.Equal(t, location, got.header.Get("Location"))
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

func TestSubmitUnsigned(t *testing.T) {
	h := start(t, signs)
	ours := chaintest.Genesis().Params.GenesisID
	for _, row := range []struct {
		body string
		want types.Transaction
		from string
	}{
		{`{"sender": "alice", "recipient": "bob", "amount": 3}`,
			types.Transaction{Recipient: bob, Amount: 3 * types.Coin, Fee: wallet.DefaultFee}, "alice"},
		{`{"sender": "` + alice.String() + `", "recipient": "` + bob.String() + `", "amount": "0.5", "fee": 0, "data": {"a": [1, 2]}}`,
			types.Transaction{Recipient: bob, Amount: types.Coin / 2, Data: []byte(`{"a":[1,2]}`)}, "alice"},
		{`{"sender": "bob", "recipient": "node", "amount": 1, "sequence": 0, "network": "` + ours.String() + `"}`,
			types.Transaction{Recipient: miner, Amount: types.Coin, Fee: wallet.DefaultFee}, "bob"},
		{`{"sender": "node", "recipient": "alice", "amount": 1}`,
			types.Transaction{Recipient: alice, Amount: types.Coin, Fee: wallet.DefaultFee}, "miner"},
		{`{"sender": "` + miner.String() + `", "recipient": "alice", "amount": 1, "type": "transfer"}`,
			types.Transaction{Recipient: alice, Amount: types.Coin, Fee: wallet.DefaultFee}, "miner"},
	} {
		h.extend(1) // pays the miner
		account, err := h.client.Account(t.Context(), types.NamedAddress(row.from))
		require.NoError(t, err)
		row.want.Sequence = account.Sequence
		row.want.Sign(types.NamedKey(row.from), ours)
		got := h.post("/transactions", row.body)
		require.Equal(t, http.StatusAccepted, got.status, got.body)
		require.Equal(t, row.want, h.only())
		require.Contains(t, got.body, row.want.ID().String())
		_, err = h.client.Mine(t.Context(), 1)
		require.NoError(t, err)
		require.Zero(t, h.node.pool.Len(), "a block takes it")
	}
}

// Any number of unsigned transfers at once get sequence numbers without a gap.
func TestSubmitUnsignedAtOnce(t *testing.T) {
	h := start(t, signs)
	const each = 20
	var posting sync.WaitGroup
	for i := range 2 * each {
		posting.Go(func() {
			body := fmt.Sprintf(`{"sender": %q, "recipient": "carol", "amount": 1, "data": %d}`, []string{"alice", "bob"}[i%2], i)
			if got := h.post("/transactions", body); got.status != http.StatusAccepted {
				t.Error(got.body)
			}
		})
	}
	posting.Wait()
	for _, sender := range []types.Address{alice, bob} {
		_, pending, err := h.node.pool.Account(sender)
		require.NoError(t, err)
		require.Len(t, pending, each)
		for i := range pending {
			require.EqualValues(t, i, pending[i].Sequence)
		}
	}
}

// The number that was next is used by somebody else before the node's own
// transfer comes to the mempool.
func TestSubmitUnsignedOutpaced(t *testing.T) {
	outpacing := &outpacingNode{}
	h := start(t, signs, func(h *harness) {
		outpacing.fakeNode = h.node
		h.writer = outpacing
	})
	got := h.post("/transactions", `{"sender": "alice", "recipient": "bob", "amount": 1}`)
	require.Equal(t, http.StatusAccepted, got.status, got.body)
	require.Equal(t, 2, h.node.pool.Len())
}

// outpacingNode has a transfer of somebody else come first, once.
type outpacingNode struct {
	*fakeNode
	once sync.Once
}

func (n *outpacingNode) Submit(t types.Transaction) error {
	var err error
	n.once.Do(func() { err = n.fakeNode.Submit(transfer(0, "")) })
	return errors.Join(err, n.fakeNode.Submit(t))
}

// A transfer that cannot be taken changes nothing, and is told by a code of its
// own what is wrong.
func TestSubmitRefuses(t *testing.T) {
	h := start(t, signs, limited(func(l *mempool.Limits) { l.PerSender = 2 }))
	mined := transfer(0, "")
	_, err := h.client.Submit(t.Context(), mined)
	require.NoError(t, err)
	_, err = h.client.Mine(t.Context(), 1)
	require.NoError(t, err)
	pending := transfer(1, "")
	_, err = h.client.Submit(t.Context(), pending)
	require.NoError(t, err)

	ours, other := chaintest.Genesis().Params.GenesisID, types.Hash{7}
	coinbase := chaintest.Next(h.node.chain.Tip(), miner).Transactions[0]
	forged := transfer(2, "")
	forged.Signature[0] ^= 1
	elsewhere := transfer(2, "")
	elsewhere.Sign(types.NamedKey("alice"), other)
	deep := strings.Repeat("[", 33) + strings.Repeat("]", 33)
	long := `"` + strings.Repeat("x", 64<<10) + `"`
	// unsigned is a good one but for what is put in the place of a part.
	unsigned := func(old, new string) string {
		good := `{"sender": "bob", "recipient": "carol", "amount": 3, "fee": 0.001}`
		require.Contains(t, good, old)
		return strings.Replace(good, old, new, 1)
	}
	signed := func(old, new string) string { return strings.Replace(plain(t, pending), old, new, 1) }
	const rule, malformed = http.StatusUnprocessableEntity, http.StatusBadRequest
	for _, row := range []struct {
		body   string
		status int
		code   string
		part   string
	}{
		{plain(t, pending), http.StatusConflict, "already-pending", pending.ID().String()},
		{plain(t, mined), http.StatusConflict, "already-confirmed", mined.ID().String() + " is in block 1"},
		{plain(t, transfer(0, "7")), rule, "sequence-used", "sequence 0 was used, the next"},
		{unsigned(`"fee"`, `"sequence": 4, "fee"`), rule, "sequence-gap", "sequence is 4, the next"},
		{plain(t, transfer(5, "")), rule, "sequence-gap", "sequence is 5"},
		{plain(t, transfer(1, "1")), rule, "fee-too-low", "replacing"},
		{unsigned("3", "2000"), rule, "overspend", "amount 2000 and fee 0.001 are more"},
		{unsigned(`"bob"`, `"nm1lqfn"`), malformed, "malformed", "nm1lqfn"},
		{unsigned("3", "0"), rule, "zero-amount", "amount is 0"},
		{unsigned("3", "-3"), malformed, "bad-amount", `"-3" is negative`},
		{unsigned("3", "1.000000001"), malformed, "bad-amount", `"1.000000001" has more than 8 decimal places`},
		{unsigned("3", "true"), malformed, "bad-amount", "true"},
		{unsigned("0.001", "-1"), malformed, "bad-amount", "fee"},
		{unsigned("0.001", "92233720368"), rule, "amount-out-of-range", "92233720368"},
		{unsigned("bob", "zoe"), rule, "unknown-name", `sender: unknown name: "zoe", want an address or one of alice, bob`},
		{unsigned("carol", "zoe"), rule, "unknown-name", `recipient: unknown name: "zoe"`},
		{unsigned("bob", types.NamedAddress("zoe").String()), rule, "no-key", types.NamedAddress("zoe").String()},
		{unsigned("carol", "a b"), malformed, "malformed", "recipient"},
		{unsigned(`"fee"`, `"network": "`+other.String()+`", "fee"`), rule, "wrong-network", ours.String()},
		{plain(t, types.SignedTransfer{Network: other, Transaction: elsewhere}), rule, "wrong-network", other.String()},
		{plain(t, elsewhere), rule, "bad-signature", "on network " + ours.String()},
		{plain(t, forged), rule, "bad-signature", forged.ID().String()},
		{unsigned(`"fee"`, `"data": `+strings.Repeat("1", 5000)+`, "fee"`), rule, "data-not-i-json", "more than 40 characters"},
		{unsigned(`"fee"`, `"data": `+deep+`, "fee"`), rule, "data-too-deep", "more than 32 levels"},
		{unsigned(`"fee"`, `"data": `+long+`, "fee"`), rule, "transaction-too-large", "at most 65536"},
		{plain(t, transfer(2, long)), rule, "transaction-too-large", ""},
		{plain(t, coinbase), rule, "extra-coinbase", ""},
		{signed(`"amount":3`, `"amount":-3`), malformed, "bad-amount", `"-3"`},
		{signed(`"amount":3`, `"amount":1e-9`), malformed, "bad-amount", `"1e-9"`},
		{signed(`"fee"`, `"fees"`), malformed, "malformed", "fees"},
		{signed(`"amount":3`, `"amount":4`), malformed, "malformed", "id"},
		{plain(t, pending) + "{}", malformed, "malformed", "follows"},
		{"[" + plain(t, pending) + "]", malformed, "malformed", ""},
		{"null", malformed, "malformed", ""},
		{"", malformed, "malformed", "empty"},
		{"amount=3", malformed, "malformed", ""},
		{"{}", malformed, "malformed", "sender, recipient and amount"},
		{strings.Repeat(`{"data":`, 20_000), malformed, "malformed", ""},
	} {
		h.requireError(h.post("/transactions", row.body), row.status, row.code, row.part)
		require.Equal(t, pending, h.only(), row.body)
	}
	_, err = h.client.Submit(t.Context(), transfer(2, ""))
	require.NoError(t, err)
	h.requireError(h.post("/transactions", plain(t, transfer(3, ""))), http.StatusTooManyRequests, "too-many-pending", "at most 2")
	require.Equal(t, 2, h.node.pool.Len())
	require.EqualValues(t, 1, h.node.chain.Tip().Height)
}

func TestSubmitToAFullMempool(t *testing.T) {
	h := start(t, signs, limited(func(l *mempool.Limits) { l.Count = 1 }))
	first := transfer(0, "")
	_, err := h.client.Submit(t.Context(), first)
	require.NoError(t, err)
	got := h.post("/transactions", `{"sender": "bob", "recipient": "alice", "amount": 1}`)
	h.requireError(got, http.StatusTooManyRequests, "mempool-full", "1 transfers")
	require.Equal(t, first, h.only())
}

func TestSigningOff(t *testing.T) {
	h := start(t)
	got := h.post("/transactions", `{"sender": "alice", "recipient": "bob", "amount": 3}`)
	h.requireError(got, http.StatusForbidden, "signing-off", "--sign")
	require.Zero(t, h.node.pool.Len())
	_, err := h.client.Submit(t.Context(), transfer(0, ""))
	require.NoError(t, err, "whoever signs may send")
}
