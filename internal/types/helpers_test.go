package types_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/types"
)

// genesis stands for the network in the tests' signatures.
var genesis = types.DoubleSHA256([]byte("genesis of the tests"))

// testKey is the ed25519 key of a seed of 32 times the same byte.
func testKey(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
}

func publicKey(key ed25519.PrivateKey) ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }

// rfc8032Key is the public key of RFC 8032, section 7.1, test 1. Its SHA-256
// begins with 21fe31df.
func rfc8032Key(t *testing.T) ed25519.PublicKey {
	seed, err := hex.DecodeString("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
	require.NoError(t, err)
	key := publicKey(ed25519.NewKeyFromSeed(seed))
	require.Equal(t, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", hex.EncodeToString(key))
	return key
}

// signedTransfer is a transfer in which no field is zero.
func signedTransfer() types.Transaction {
	t := types.Transaction{
		Sequence:  7,
		Recipient: types.AddressOf(publicKey(testKey(2))),
		Amount:    3 * types.Coin,
		Fee:       types.Coin / 1000,
		Data:      []byte(`{"note":"<b>&\u2028` + "\u2028" + `"}`),
	}
	t.Sign(testKey(1), genesis)
	return t
}

// coinbaseAt is the coinbase of a block of the given height.
func coinbaseAt(height uint64) types.Transaction {
	return types.Transaction{
		Kind:      types.Coinbase,
		Sequence:  height,
		Recipient: types.AddressOf(publicKey(testKey(3))),
		Amount:    3 * types.Coin / 2,

		ExtraNonce: [types.ExtraNonceSize]byte{0xfe, 0xdc, 7: 1},
	}
}

// sampleBlock holds a coinbase and a transfer.
func sampleBlock() types.Block {
	return types.Block{
		Header: types.Header{
			Version:    1,
			Previous:   types.DoubleSHA256([]byte("parent")),
			MerkleRoot: types.DoubleSHA256([]byte("root")),
			Time:       1795190400,
			Bits:       0x1f00ffff,
			Nonce:      12345,
		},
		Transactions: []types.Transaction{coinbaseAt(5), signedTransfer()},
	}
}

// encoded is t's canonical encoding.
func encoded(t types.Transaction) []byte { return t.AppendTo(nil) }

// plainJSON encodes v as the product does: without HTML escaping.
func plainJSON(t require.TestingT, v any) []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	require.NoError(t, enc.Encode(v))
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// mutated is the JSON object of v after edit has changed its keys. What
// edit leaves alone keeps its bytes.
func mutated(t *testing.T, v any, edit func(object map[string]any)) []byte {
	var raw map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(plainJSON(t, v), &raw))
	object := map[string]any{}
	for key, value := range raw {
		object[key] = value
	}
	edit(object)
	return plainJSON(t, object)
}

// drawBytes draws an array's worth of bytes into dst.
func drawBytes(t *rapid.T, dst []byte, label string) {
	copy(dst, rapid.SliceOfN(rapid.Byte(), len(dst), len(dst)).Draw(t, label))
}

// drawHash draws any hash.
func drawHash(t *rapid.T, label string) (h types.Hash) {
	drawBytes(t, h[:], label)
	return h
}

// drawAmount draws from the whole allowed range.
func drawAmount(t *rapid.T, label string) types.Amount {
	return types.Amount(rapid.Uint64Max(uint64(types.MaxAmount)).Draw(t, label))
}

// character is any that may stand in data.
var character = rapid.Rune().Filter(func(r rune) bool { return r&0xfffe != 0xfffe && (r < 0xfdd0 || r > 0xfdef) })

// drawValue draws any value of I-JSON, a few levels deep.
func drawValue(t *rapid.T, depth int) any {
	switch kind := rapid.IntRange(0, 5).Draw(t, "json kind"); {
	case kind == 0:
		return rapid.Bool().Draw(t, "bool")
	case kind == 1:
		return rapid.OneOf(rapid.Float64Range(-1, 1).AsAny(), rapid.Int64Range(-1<<53, 1<<53).AsAny()).Draw(t, "number")
	case kind == 2 && depth > 0:
		return []any{drawValue(t, depth-1), nil}
	case kind == 3 && depth > 0:
		return map[string]any{rapid.StringOf(character).Draw(t, "key"): drawValue(t, depth-1)}
	default:
		return rapid.StringOf(character).Draw(t, "string")
	}
}

// drawData draws no data or one compact JSON value.
func drawData(t *rapid.T) []byte {
	if rapid.Bool().Draw(t, "without data") {
		return nil
	}
	data, err := types.CompactJSON(plainJSON(t, drawValue(t, 4)))
	require.NoError(t, err)
	return data
}

// drawTransaction draws either kind; a transfer's signature is any 64 bytes.
func drawTransaction(t *rapid.T) types.Transaction {
	tx := types.Transaction{
		Kind:     types.Kind(rapid.IntRange(0, 1).Draw(t, "kind")),
		Sequence: rapid.Uint64().Draw(t, "sequence"),
		Amount:   drawAmount(t, "amount"),
		Data:     drawData(t),
	}
	drawBytes(t, tx.Recipient[:], "recipient")
	if tx.Kind == types.Transfer {
		tx.Fee = drawAmount(t, "fee")
		drawBytes(t, tx.PublicKey[:], "public key")
		drawBytes(t, tx.Signature[:], "signature")
	} else {
		drawBytes(t, tx.ExtraNonce[:], "extra nonce")
	}
	return tx
}

// drawHeader draws any header.
func drawHeader(t *rapid.T) types.Header {
	return types.Header{
		Version:    rapid.Int32().Draw(t, "version"),
		Previous:   drawHash(t, "previous"),
		MerkleRoot: drawHash(t, "merkle root"),
		Time:       rapid.Uint32().Draw(t, "time"),
		Bits:       rapid.Uint32().Draw(t, "bits"),
		Nonce:      rapid.Uint32().Draw(t, "nonce"),
	}
}

// drawBlock draws a header and up to four transactions of any kind.
func drawBlock(t *rapid.T) types.Block {
	list := rapid.SliceOfN(rapid.Custom(drawTransaction), 0, 4).Draw(t, "transactions")
	return types.Block{Header: drawHeader(t), Transactions: list}
}
