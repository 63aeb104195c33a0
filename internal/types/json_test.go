package types_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/types"
)

func TestTransactionJSONForm(t *testing.T) {
	tx := signedTransfer()
	tx.Data = []byte(`{"a":[1,"<&>"]}`)
	tx.PublicKey, tx.Signature = [32]byte{0xb0}, [64]byte{0xc0}
	want := `{"id":"` + tx.ID().String() + `","type":"transfer","sender":"` + tx.Sender().String() +
		`","recipient":"` + tx.Recipient.String() + `","amount":3,"fee":0.001,"sequence":7,"data":{"a":[1,"<&>"]},` +
		`"public_key":"b0` + strings.Repeat("00", 31) + `","signature":"c0` + strings.Repeat("00", 63) + `"}`
	require.Equal(t, want, string(plainJSON(t, tx)))

	coinbase := coinbaseAt(5)
	want = `{"id":"` + coinbase.ID().String() + `","type":"coinbase","recipient":"` + coinbase.Recipient.String() +
		`","amount":1.5,"sequence":5,"extra_nonce":"fedc000000000001"}`
	require.Equal(t, want, string(plainJSON(t, coinbase)))
}

func TestBlockJSONForm(t *testing.T) {
	b := sampleBlock()
	form := string(plainJSON(t, b))
	require.True(t, strings.HasPrefix(form, `{"index":5,"hash":"`+b.Hash().String()+`","version":1,"previous_hash":"`+
		b.Previous.String()+`","merkle_root":"`+b.MerkleRoot.String()+
		`","timestamp":1795190400,"time":"2026-11-20T16:00:00Z","bits":"1f00ffff","nonce":12345,"transactions":[{"id":"`), form)

	b.Time = 1<<32 - 1
	require.Contains(t, string(plainJSON(t, b)), `"time":"2106-02-07T06:28:15Z"`)
	b.Bits = 1
	require.Contains(t, string(plainJSON(t, b)), `"bits":"00000001"`)
}

// A reader that goes through the list must find one, be it empty.
func TestBlockJSONWithoutTransactionsHasAnEmptyList(t *testing.T) {
	require.Contains(t, string(plainJSON(t, types.Block{})), `"transactions":[]`)
}

func TestTransactionJSONRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tx := drawTransaction(t)
		form := plainJSON(t, tx)
		var again types.Transaction
		require.NoError(t, json.Unmarshal(form, &again))
		require.Equal(t, tx, again)
		require.Equal(t, form, plainJSON(t, again))
	})
}

func TestBlockJSONRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawBlock(t)
		form := plainJSON(t, b)
		var again types.Block
		require.NoError(t, json.Unmarshal(form, &again))
		require.Equal(t, b.Encode(), again.Encode())
		require.Equal(t, form, plainJSON(t, again))
	})
}

// White space and the order of keys carry nothing.
func TestJSONFormMayBeIndentedAndReordered(t *testing.T) {
	b := sampleBlock()
	reordered := mutated(t, b, func(map[string]any) {}) // maps encode by sorted key
	var indented bytes.Buffer
	require.NoError(t, json.Indent(&indented, reordered, " ", "\t"))
	for _, form := range [][]byte{reordered, indented.Bytes()} {
		var again types.Block
		require.NoError(t, json.Unmarshal(form, &again))
		require.Equal(t, b, again)
	}
}

func TestTransactionJSONMayLeaveOut(t *testing.T) {
	tx := signedTransfer()
	form := mutated(t, tx, func(o map[string]any) {
		delete(o, "id")
		delete(o, "sender")
		delete(o, "type")
	})
	var again types.Transaction
	require.NoError(t, json.Unmarshal(form, &again))
	require.Equal(t, tx, again)

	free := tx
	free.Fee, free.Data = 0, nil
	for _, leave := range []func(o map[string]any){
		func(o map[string]any) { delete(o, "fee"); delete(o, "data") },
		func(o map[string]any) { o["fee"], o["data"], o["id"], o["sender"], o["type"] = nil, nil, nil, nil, nil },
	} {
		require.NoError(t, json.Unmarshal(mutated(t, free, leave), &again))
		require.Equal(t, free, again)
	}
}

func TestBlockJSONMayLeaveOut(t *testing.T) {
	b := sampleBlock()
	var again types.Block
	require.NoError(t, json.Unmarshal(mutated(t, b, func(o map[string]any) {
		delete(o, "index")
		delete(o, "hash")
		delete(o, "time")
	}), &again))
	require.Equal(t, b, again)
}

func TestAmountsInTransactionJSONMayBeStrings(t *testing.T) {
	tx := signedTransfer()
	var again types.Transaction
	require.NoError(t, json.Unmarshal(mutated(t, tx, func(o map[string]any) { o["amount"], o["fee"] = "3.0", "1e-3" }), &again))
	require.Equal(t, tx, again)
}

// jsonCase sets a key of a valid form to a wrong value (absent: takes it out)
// and names what the refusal must say. It must always say the key.
type jsonCase struct {
	key   string
	value any
	says  string
}

type absentValue struct{}

var absent absentValue

var transactionJSONCases = []jsonCase{
	{"recipient", absent, "needs recipient"},
	{"recipient", nil, "needs recipient"},
	{"recipient", 5, "recipient: number 5, want string"},
	{"recipient", "nm1", "not an address"},
	{"recipient", "", "not an address"},
	{"amount", absent, "needs"},
	{"amount", nil, "needs"},
	{"amount", "x", `"x" is not a plain decimal number`},
	{"amount", -1, `"-1" is negative`},
	{"amount", true, "not an amount"},
	{"amount", json.Number("0.123456789"), "more than 8 decimal places"},
	{"amount", json.Number("1e400"), "above"},
	{"fee", "0.000000001", "more than 8 decimal places"},
	{"fee", []int{1}, "not an amount"},
	{"sequence", absent, "needs"},
	{"sequence", -1, "sequence: number -1, want an integer from 0 to 2^64-1"},
	{"sequence", 1.5, "sequence: number 1.5, want an integer from 0 to 2^64-1"},
	{"sequence", json.Number("1e3"), "sequence: number 1e3, want an integer from 0 to 2^64-1"},
	{"sequence", json.Number("18446744073709551616"), "sequence: number 18446744073709551616, want an integer from 0 to 2^64-1"},
	{"sequence", "7", `sequence: string "7", want an integer from 0 to 2^64-1`},
	{"sequence", map[string]any{}, "sequence: object, want an integer from 0 to 2^64-1"},
	{"type", "mint", `type "mint", want "coinbase" or "transfer"`},
	{"type", "Transfer", "type"},
	{"type", 1, "type: number 1, want string"},
	{"sender", types.Address{}.String(), "sender is"},
	{"sender", "alice", "not an address"},
	{"id", types.Hash{}.String(), "id is"},
	{"id", "12", `"12" has 2 characters, want 64 hex digits`},
	{"id", 12, "id: number 12, want string"},
	{"public_key", absent, "public_key of 32 bytes"},
	{"public_key", "", "public_key of 32 bytes"},
	{"public_key", strings.Repeat("00", 31), "public_key of 32 bytes"},
	{"public_key", strings.Repeat("00", 33), "public_key of 32 bytes"},
	{"public_key", "zz", "not hex"},
	{"public_key", "000", "hex"},
	{"public_key", []int{}, "public_key: array, want string"},
	{"signature", absent, "signature of 64 bytes"},
	{"signature", strings.Repeat("00", 63), "signature of 64 bytes"},
	{"signature", "zz", "not hex"},
	{"signature", false, "signature: false, want string"},
	{"extra_nonce", "0000000000000000", "a transfer has no extra_nonce"},
	{"Fee", 5, `unknown key "Fee"`}, // encoding/json alone would take it for "fee"
	{"AMOUNT", 5, `unknown key "AMOUNT"`},
	{"fees", 5, `unknown key "fees"`},
	{"", 5, `unknown key ""`},
}

func TestTransactionJSONRefuses(t *testing.T) {
	for _, c := range transactionJSONCases {
		form := mutated(t, signedTransfer(), c.apply)
		tx := coinbaseAt(3)
		err := json.Unmarshal(form, &tx)
		require.ErrorIs(t, err, types.ErrJSON, string(form))
		require.ErrorContains(t, err, c.says)
		require.ErrorContains(t, err, c.key, "the message must name the key")
		require.Equal(t, coinbaseAt(3), tx, "a refusal must leave the value alone")
	}
}

func (c jsonCase) apply(object map[string]any) {
	if _, isAbsent := c.value.(absentValue); isAbsent {
		delete(object, c.key)
	} else {
		object[c.key] = c.value
	}
}

func TestCoinbaseJSONRefusesWhatOnlyATransferHas(t *testing.T) {
	for _, c := range []jsonCase{
		{"sender", types.Address{}.String(), ""},
		{"fee", 0, ""},
		{"public_key", strings.Repeat("00", 32), ""},
		{"public_key", "", ""},
		{"signature", strings.Repeat("00", 64), ""},
	} {
		var tx types.Transaction
		err := json.Unmarshal(mutated(t, coinbaseAt(3), c.apply), &tx)
		require.ErrorIs(t, err, types.ErrJSON)
		require.ErrorContains(t, err, "a coinbase has no sender, fee, public key or signature")
	}
}

func TestExtraNonceInJSON(t *testing.T) {
	for _, c := range []jsonCase{
		{"extra_nonce", "", "extra_nonce has 0 bytes, want 8 in hex"},
		{"extra_nonce", "000000000000000000", "extra_nonce has 9 bytes, want 8 in hex"},
		{"extra_nonce", "000000000000000g", "not hex"},
		{"extra_nonce", 1, "extra_nonce: number 1, want string"},
		{"extra_nonce", "fedc000000000002", "transaction id is"},
	} {
		var tx types.Transaction
		err := json.Unmarshal(mutated(t, coinbaseAt(3), c.apply), &tx)
		require.ErrorIs(t, err, types.ErrJSON)
		require.ErrorContains(t, err, c.says)
	}
	var tx types.Transaction
	without := `{"type":"coinbase","recipient":"` + knownAddress + `","amount":1,"sequence":0}`
	require.NoError(t, json.Unmarshal([]byte(without), &tx))
	require.Zero(t, tx.ExtraNonce)
}

// What stands before and after the extra nonce is the same for all of them.
func TestExtraNonceStandsAtAFixedPlace(t *testing.T) {
	for _, data := range []string{``, `"x"`, `{"a":[1,2,3]}`} {
		tx := coinbaseAt(7)
		tx.Data = []byte(data)
		raw := encoded(tx)
		copy(raw[types.ExtraNonceOffset:], "12345678")
		again, err := types.DecodeTransaction(raw)
		require.NoError(t, err)
		require.Equal(t, "12345678", string(again.ExtraNonce[:]))
		again.ExtraNonce = tx.ExtraNonce
		require.Equal(t, encoded(tx), encoded(again))
	}
}

var blockJSONCases = []jsonCase{
	{"version", absent, "needs"},
	{"version", json.Number("2147483648"), "version: number 2147483648, want an integer from -2147483648 to 2147483647"},
	{"version", "1", `version: string "1", want an integer from -2147483648 to 2147483647`},
	{"previous_hash", absent, "needs"},
	{"previous_hash", "00", "64 hex digits"},
	{"merkle_root", nil, "needs"},
	{"merkle_root", strings.Repeat("g", 64), "not hex"},
	{"merkle_root", 0, "merkle_root: number 0, want string"},
	{"timestamp", absent, "needs"},
	{"timestamp", -1, "timestamp: number -1, want an integer from 0 to 4294967295"},
	{"timestamp", json.Number("4294967296"), "timestamp: number 4294967296, want an integer from 0 to 4294967295"},
	{"timestamp", "2026-11-20T16:00:00Z", `timestamp: string "2026-11-20T16:00:00Z", want an integer from 0 to 4294967295`},
	{"bits", absent, "needs"},
	{"bits", nil, "needs"},
	{"bits", 486604799, "bits: number 486604799, want string"},
	{"bits", "1f00fff", "8 hex digits"},
	{"bits", "0x1f00ff", "not hex"},
	{"nonce", absent, "needs"},
	{"nonce", json.Number("4294967296"), "nonce: number 4294967296, want an integer from 0 to 4294967295"},
	{"hash", types.Hash{}.String(), "hash is"},
	{"index", 6, "index is 6, the coinbase says 5"},
	{"index", -1, "index: number -1, want an integer from 0 to 2^64-1"},
	{"time", 5, "time: number 5, want string"},
	{"transactions", "none", `transactions: string "none", want an array`},
	{"transactions", map[string]any{}, "transactions: object, want an array"},
	{"transactions", nil, "needs"},
	{"transactions", []any{nil}, "transactions: 0: malformed JSON form: null, want an object"},
	{"transactions", []any{coinbaseAt(5), signedTransfer(), 5}, "transactions: 2: malformed JSON form: number 5, want an object"},
	{"height", 5, `unknown key "height"`},
	{"Nonce", 5, `unknown key "Nonce"`},
}

func TestBlockJSONRefuses(t *testing.T) {
	for _, c := range blockJSONCases {
		form := mutated(t, sampleBlock(), c.apply)
		b := types.Block{Header: types.Header{Nonce: 42}}
		err := json.Unmarshal(form, &b)
		require.ErrorIs(t, err, types.ErrJSON, string(form))
		require.ErrorContains(t, err, c.says)
		require.ErrorContains(t, err, c.key, "the message must name the key")
		require.Equal(t, types.Block{Header: types.Header{Nonce: 42}}, b, "a refusal must leave the value alone")
	}
}

func TestJSONFormMustBeOneObject(t *testing.T) {
	whole := string(plainJSON(t, signedTransfer()))
	for _, text := range []string{``, `null`, `5`, `"x"`, `[]`, `[{}]`, `true`, `{`, `{"id"`, `{}`, whole[:len(whole)-1] + `,}`, whole + whole, whole + `]`} {
		var tx types.Transaction
		require.ErrorIs(t, tx.UnmarshalJSON([]byte(text)), types.ErrJSON, text)
		var b types.Block
		require.ErrorIs(t, b.UnmarshalJSON([]byte(text)), types.ErrJSON, text)
	}
}

// Of two values under one key, two readers might take two different ones.
func TestJSONRefusesARepeatedKey(t *testing.T) {
	twice := func(form []byte, key, value string) []byte {
		return append([]byte(`{"`+key+`":`+value+`,`), form[1:]...)
	}
	var tx types.Transaction
	for _, key := range []string{"id", "amount", "data", "signature"} {
		err := json.Unmarshal(twice(plainJSON(t, signedTransfer()), key, "null"), &tx)
		require.ErrorIs(t, err, types.ErrJSON)
		require.ErrorContains(t, err, `key "`+key+`" twice`)
	}
	var b types.Block
	err := json.Unmarshal(twice(plainJSON(t, sampleBlock()), "transactions", "[]"), &b)
	require.ErrorContains(t, err, `key "transactions" twice`)
}

// What was sent must not come back at its full length.
func TestJSONErrorsAreShort(t *testing.T) {
	long := strings.Repeat("\x01", 10_000)
	digits := json.Number(strings.Repeat("9", 10_000))
	for _, c := range []jsonCase{
		{"recipient", long, ""}, {"sender", long, ""}, {"type", long, ""}, {"id", long, ""}, {"public_key", long, ""},
		{"signature", long, ""}, {"amount", long, ""}, {"amount", digits, ""}, {"sequence", digits, ""}, {long, 1, ""},
	} {
		var tx types.Transaction
		err := json.Unmarshal(mutated(t, signedTransfer(), c.apply), &tx)
		require.ErrorIs(t, err, types.ErrJSON)
		require.Less(t, len(err.Error()), 1000, "%.20q", c.key)
	}
}

// json.Marshal escapes for HTML; the id then shows that data is not what was
// signed.
func TestEscapedDataIsRefused(t *testing.T) {
	tx := signedTransfer()
	escaped, err := json.Marshal(tx)
	require.NoError(t, err)
	var again types.Transaction
	require.ErrorContains(t, json.Unmarshal(escaped, &again), "transaction id is")
	require.NoError(t, json.Unmarshal(plainJSON(t, tx), &again))
	require.Equal(t, tx, again)
}

func TestBlockTimeIsUTC(t *testing.T) {
	b := sampleBlock()
	var form struct {
		Timestamp int64     `json:"timestamp"`
		Time      time.Time `json:"time"`
	}
	require.NoError(t, json.Unmarshal(plainJSON(t, b), &form))
	require.Equal(t, form.Timestamp, form.Time.Unix())
	require.Equal(t, time.UTC, form.Time.Location())
}

// A list is given up at its first wrong element: two characters of input must
// not cost a whole transaction in memory each.
func TestBlockJSONAllocatesInProportion(t *testing.T) {
	for _, element := range []string{"0", "{}", "[]", "null", `""`} {
		list := "[" + strings.Repeat(element+",", 20_000) + "0]"
		form := mutated(t, sampleBlock(), jsonCase{key: "transactions", value: json.RawMessage(list)}.apply)
		require.Less(t, allocatedBytes(func() {
			var b types.Block
			require.ErrorContains(t, b.UnmarshalJSON(form), "transactions: 0: ")
		}), uint64(16*len(form)), element)
	}
}
