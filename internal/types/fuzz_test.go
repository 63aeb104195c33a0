package types_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// Each target holds that what is accepted is canonical: there is one encoding
// of a value, and it comes back whole through every other form.

func FuzzDecodeHeader(f *testing.F) {
	for _, c := range bitcoinHeaders {
		raw, err := hex.DecodeString(c.encoding)
		require.NoError(f, err)
		f.Add(raw)
	}
	f.Add([]byte{})
	f.Add(make([]byte, types.HeaderSize-1))
	f.Add(make([]byte, types.HeaderSize+1))
	f.Add(bytes.Repeat([]byte{0xff}, types.HeaderSize))
	f.Fuzz(func(t *testing.T, raw []byte) {
		h, err := types.DecodeHeader(raw)
		if err != nil {
			require.ErrorIs(t, err, types.ErrEncoding)
			return
		}
		again := h.Encode()
		require.Equal(t, raw, again[:])
		require.Equal(t, types.DoubleSHA256(raw), h.Hash())
	})
}

// addTransactions seeds f with encodings of both kinds, cut and lying ones.
func addTransactions(f *testing.F, wrap func(encoding []byte) []byte) {
	transfer := signedTransfer()
	transfer.Data = nil
	for _, tx := range []types.Transaction{coinbaseAt(1), signedTransfer(), transfer} {
		raw := encoded(tx)
		f.Add(wrap(raw))
		f.Add(wrap(raw[:len(raw)-1]))
		f.Add(wrap(append(raw, 0)))
		for _, size := range []uint32{1, types.MaxTransactionSize, types.MaxTransactionSize + 1, 1<<32 - 1} {
			lie := bytes.Clone(raw)
			binary.LittleEndian.PutUint32(lie[dataSizeAt(tx.Kind):], size)
			f.Add(wrap(lie))
		}
		strange := bytes.Clone(raw)
		strange[0] = 2
		f.Add(wrap(strange))
		copy(strange[amountAt:], bytes.Repeat([]byte{0xff}, 8))
		strange[0] = raw[0]
		f.Add(wrap(strange))
	}
	f.Add([]byte{})
}

func FuzzDecodeTransaction(f *testing.F) {
	addTransactions(f, func(raw []byte) []byte { return raw })
	f.Fuzz(func(t *testing.T, raw []byte) {
		tx, err := types.DecodeTransaction(raw)
		if err != nil {
			require.ErrorIs(t, err, types.ErrEncoding)
			return
		}
		require.Equal(t, raw, encoded(tx))
		require.Equal(t, len(raw), tx.Size())
		require.Equal(t, types.DoubleSHA256(raw), tx.ID())
		requireShown(t, tx)
	})
}

// requireShown holds that JSON carries tx whole, unless tx breaks a rule that
// the encoding leaves to consensus: the bound of amounts and Data's form.
func requireShown(t *testing.T, tx types.Transaction) {
	if tx.Amount > types.MaxAmount || tx.Fee > types.MaxAmount || types.CheckData(tx.Data) != nil {
		return
	}
	var again types.Transaction
	require.NoError(t, json.Unmarshal(plainJSON(t, tx), &again))
	require.Equal(t, tx, again)
}

func FuzzDecodeTransactions(f *testing.F) {
	addTransactions(f, func(raw []byte) []byte { return append([]byte{1, 0, 0, 0}, raw...) })
	f.Add([]byte{0, 0, 0, 0})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Add(types.AppendTransactions(nil, sampleBlock().Transactions))
	f.Fuzz(func(t *testing.T, raw []byte) {
		list, err := types.DecodeTransactions(raw)
		if err != nil {
			require.ErrorIs(t, err, types.ErrEncoding)
			return
		}
		require.Equal(t, raw, types.AppendTransactions(nil, list))
	})
}

func FuzzDecodeBlock(f *testing.F) {
	header := sampleBlock().Header.Encode()
	addTransactions(f, func(raw []byte) []byte { return append(append(header[:], 1, 0, 0, 0), raw...) })
	b := sampleBlock()
	f.Add(b.Encode())
	f.Add(append(header[:], 0, 0, 0, 0))
	f.Add(append(header[:], 0xff, 0xff, 0xff, 0xff))
	f.Fuzz(func(t *testing.T, raw []byte) {
		b, err := types.DecodeBlock(raw)
		if err != nil {
			require.ErrorIs(t, err, types.ErrEncoding)
			return
		}
		require.Equal(t, raw, b.Encode())
		require.Equal(t, len(raw), b.Size())
		require.Len(t, b.TransactionIDs(), len(b.Transactions))
	})
}

// addForms seeds f with a JSON form and with what may go wrong in one.
func addForms(f *testing.F, form []byte) {
	f.Add(form)
	f.Add(form[:len(form)/2])
	f.Add(append([]byte(`{"id":null,`), form[1:]...))
	f.Add(bytes.ReplaceAll(form, []byte(`"sequence":`), []byte(`"sequence":1e3`)))
	f.Add(bytes.ReplaceAll(form, []byte(`"amount":`), []byte(`"amount":0.`)))
	f.Add(bytes.ReplaceAll(form, []byte(`"amount"`), []byte(`"Amount"`)))
	for _, text := range []string{``, `null`, `{}`, `[]`, `[`, `5`, `{"id":5}`, `{"data":[[[[]]]]}`} {
		f.Add([]byte(text))
	}
}

func FuzzTransactionJSON(f *testing.F) {
	for _, tx := range []types.Transaction{coinbaseAt(1), signedTransfer()} {
		addForms(f, plainJSON(f, tx))
	}
	// Without an id, so that the fuzzer's changes are not all refused by it.
	f.Add([]byte(`{"type":"coinbase","recipient":"` + knownAddress + `","amount":"1e-8","sequence":1,"data":{"a":[1, "\u2028<"]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var tx types.Transaction
		if json.Unmarshal(text, &tx) != nil {
			require.Zero(t, tx, "a refusal must leave the value alone")
			return
		}
		require.NoError(t, types.CheckData(tx.Data))
		requireShown(t, tx)
		if len(tx.Data) <= types.MaxTransactionSize {
			again, err := types.DecodeTransaction(encoded(tx))
			require.NoError(t, err)
			require.Equal(t, tx, again)
		}
	})
}

func FuzzBlockJSON(f *testing.F) {
	addForms(f, plainJSON(f, sampleBlock()))
	zero := strings.Repeat("0", 64)
	f.Add([]byte(`{"version":1,"previous_hash":"` + zero + `","merkle_root":"` + zero +
		`","timestamp":1,"bits":"1f00ffff","nonce":0,"transactions":[{"type":"coinbase","recipient":"` + knownAddress +
		`","amount":1,"sequence":1}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var b, again types.Block
		if json.Unmarshal(text, &b) != nil {
			require.Zero(t, b, "a refusal must leave the value alone")
			return
		}
		shown := plainJSON(t, b)
		require.NoError(t, json.Unmarshal(shown, &again))
		require.Equal(t, b.Encode(), again.Encode())
		require.Equal(t, shown, plainJSON(t, again))
	})
}

func FuzzParseAmount(f *testing.F) {
	for _, s := range []string{
		"0", "1", "1.5", "0.00000001", "1e-8", "0.000000001", "1e1000", "1e-1000", "1e11", "-1", "+1", "1.", ".5", "", "007",
		"92233720368.54775807", "92233720368.54775808", "9223372036854775807e-8", "1_0", "0x1", "１", "1e", "e1", "NaN",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := types.ParseAmount(s)
		if err != nil {
			require.ErrorIs(t, err, types.ErrAmount)
			return
		}
		want, ok := exactUnits(s)
		require.True(t, ok, s)
		require.Equal(t, want.Uint64(), uint64(a), s)
		again, err := types.ParseAmount(a.String())
		require.NoError(t, err)
		require.Equal(t, a, again)
		require.LessOrEqual(t, len(a.String()), 20)
	})
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{
		knownAddress, strings.ToUpper(knownAddress), "", "nm1", "nm1fdhuv4", "nm1y8lrrhap2j3xzcntlp2qgm7jyudhhm2tnjp9fz",
		"bc1y8lrrhap2j3xzcntlp2qgm7jyudhhm2t9pczgp", "nm1y8lrrhap2j3xzcntlp2qgm7jyudhhm2tqu0gta0", strings.Repeat("1", 91),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := types.ParseAddress(s)
		if err != nil {
			require.ErrorIs(t, err, types.ErrAddress)
			return
		}
		require.Equal(t, strings.ToLower(s), a.String(), "one address, one string but for its case")
	})
}

func FuzzParseHash(f *testing.F) {
	zero := strings.Repeat("0", 64)
	for _, s := range []string{zero, strings.Repeat("aF", 32), "", zero[1:], zero + "0", "0x" + zero[2:], zero[1:] + "g"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h, err := types.ParseHash(s)
		if err != nil {
			require.Zero(t, h)
			return
		}
		require.Equal(t, strings.ToLower(s), h.String())
	})
}

func FuzzCompactJSON(f *testing.F) {
	for _, s := range []string{
		``, `null`, ` null `, `1`, `"\ud800"`, "\"\u2028<>&\"", `{"a":1,"a":[ {} ]}`, "\"\xff\"", "\u00a0", `[1,]`, `"[[["`, `"\\"`, `"\""`,
		`-0.0e-5`, `1e400`, `1e-400`, `9007199254740993`, `"\ud83d\ude00\ufffe"`, `{"\u0061":{"a":true},"a":false}`,
		string(nested(32)), string(nested(33)),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		compact, err := types.CompactJSON(text)
		if err != nil {
			require.ErrorIs(t, err, types.ErrJSON)
			require.Error(t, types.CheckData(text))
			requireRefusedForAReason(t, text, err)
			return
		}
		requireReadByOthers(t, text, compact)
		require.NoError(t, types.CheckData(compact), "compacting twice must change nothing")
		tx := coinbaseAt(1)
		tx.Data = compact
		requireShown(t, tx)
	})
}

// What is read as signed is written and read again as the same; what is not, has
// all that a signer needs.
func FuzzTransferRequest(f *testing.F) {
	f.Add(plainJSON(f, types.SignedTransfer{Network: genesis, Transaction: signedTransfer()}))
	f.Add([]byte(`{"sender":"alice","recipient":"bob","amount":"3","fee":0,"sequence":1,"data":[{}]}`))
	f.Add([]byte(`{"type":"coinbase","recipient":"nm1","amount":1,"sequence":0,"network":null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var request types.TransferRequest
		if err := request.UnmarshalJSON(text); err != nil {
			require.Zero(t, request)
			return
		}
		require.NotEqual(t, request.Signed == nil, request.Unsigned == nil)
		if request.Signed == nil {
			require.NoError(t, types.CheckData(request.Unsigned.Data))
			return
		}
		again := types.SignedTransfer{Transaction: *request.Signed}
		if request.Network != nil {
			again.Network = *request.Network
		}
		var got types.TransferRequest
		require.NoError(t, got.UnmarshalJSON(plainJSON(t, again)))
		require.Equal(t, *request.Signed, *got.Signed)
		require.Equal(t, again.Network, *got.Network)
	})
}
