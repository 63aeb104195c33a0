package types_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/types"
)

// What SignedTransfer writes, TransferRequest reads.
func TestSignedRequestRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		signed := types.SignedTransfer{Network: drawHash(t, "network"), Transaction: drawTransaction(t)}
		var got types.TransferRequest
		require.NoError(t, json.Unmarshal(plainJSON(t, signed), &got))
		require.Equal(t, types.TransferRequest{Network: &signed.Network, Signed: &signed.Transaction}, got)
	})
}

func TestUnsignedRequest(t *testing.T) {
	var got types.TransferRequest
	require.NoError(t, json.Unmarshal([]byte(`{"sender": "alice", "recipient": "nm1x", "amount": "3"}`), &got))
	require.Equal(t, types.TransferRequest{Unsigned: &types.UnsignedTransfer{
		Sender: "alice", Recipient: "nm1x", Amount: 3 * types.Coin,
	}}, got)
	require.NoError(t, json.Unmarshal([]byte(`{"type": "transfer", "network": "`+types.Hash{7}.String()+`",
		"sender": "alice", "recipient": "bob", "amount": 0.5, "fee": 0, "sequence": 9, "data": {"a": [1, 2]}}`), &got))
	require.Equal(t, types.TransferRequest{
		Network: &types.Hash{7},
		Unsigned: &types.UnsignedTransfer{
			Sender: "alice", Recipient: "bob", Amount: types.Coin / 2,
			Fee: new(types.Amount(0)), Sequence: new(uint64(9)), Data: []byte(`{"a":[1,2]}`),
		},
	}, got)
}

func TestRequestRefuses(t *testing.T) {
	transfer := types.Transaction{Recipient: types.NamedAddress("bob"), Amount: types.Coin}
	transfer.Sign(types.NamedKey("alice"), types.Hash{7})
	text, err := json.Marshal(types.SignedTransfer{Network: types.Hash{7}, Transaction: transfer})
	require.NoError(t, err)
	signed := string(text)
	require.NoError(t, json.Unmarshal(text, new(types.TransferRequest)))
	bob := transfer.Recipient.String()
	for _, row := range []struct {
		text, part string
		err        error
	}{
		{`{}`, "sender is missing, a transfer needs sender, recipient and amount", types.ErrJSON},
		{`{"sender": "alice", "amount": 1}`, "recipient is missing", types.ErrJSON},
		{`{"sender": "alice", "recipient": "bob"}`, "amount is missing", types.ErrJSON},
		{`{"sender": 7}`, "sender: number 7, want string", types.ErrJSON},
		{`{"sender": "a", "recipient": "b", "amount": -1}`, `amount: not an amount: "-1"`, types.ErrAmount},
		{`{"sender": "a", "recipient": "b", "amount": 0.123456789}`, "more than 8 decimal places", types.ErrAmount},
		{`{"sender": "a", "recipient": "b", "amount": 1, "fees": 1}`, `unknown key "fees"`, types.ErrJSON},
		{`{"sender": "a", "sender": "b"}`, "twice", types.ErrJSON},
		{`{"sender": "a", "recipient": "b", "amount": 1, "type": "gift"}`, `"gift", want "transfer"`, types.ErrJSON},
		{`{"sender": "a", "recipient": "b", "amount": 1, "id": "` + transfer.ID().String() + `"}`, "no id", types.ErrJSON},
		{`{"sender": "a", "recipient": "b", "amount": 1, "data": ` + string(nested(33)) + `}`, "more than 32 levels", types.ErrDepth},
		{strings.Replace(signed, `"amount":1`, `"amount":2`, 1), "its content hashes to", types.ErrJSON},
		{strings.Replace(signed, bob, "bob", 1), `recipient: not an address: "bob"`, types.ErrAddress},
		{strings.Replace(signed, transfer.Sender().String(), bob, 1), "public key's address", types.ErrJSON},
		{strings.Replace(signed, `"network":"0`, `"network":"x`, 1), "network", types.ErrJSON},
		{strings.Replace(signed, `"type":"transfer"`, `"type":"coinbase"`, 1), "coinbase has no", types.ErrJSON},
	} {
		var got types.TransferRequest
		err := json.Unmarshal([]byte(row.text), &got)
		require.ErrorIs(t, err, row.err, row.text)
		require.ErrorContains(t, err, row.part)
		require.Zero(t, got)
	}
}
