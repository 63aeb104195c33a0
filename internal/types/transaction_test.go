package types_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"encoding/hex"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/types"
)

// Where things lie in an encoded transaction without data.
const (
	sequenceAt   = 1
	recipientAt  = sequenceAt + 8
	amountAt     = recipientAt + types.AddressSize
	extraNonceAt = amountAt + 8 // of a coinbase
	coinbaseEnd  = extraNonceAt + 8 + 4
	transferEnd  = amountAt + 8 + 4 + 8 + ed25519.PublicKeySize + ed25519.SignatureSize
)

// dataSizeAt is where the length of data lies.
func dataSizeAt(kind types.Kind) int {
	if kind == types.Coinbase {
		return extraNonceAt + 8
	}
	return amountAt + 8
}

// The encoding written down byte by byte, so that it cannot change unseen: it
// is what ids, signatures and disks are made of.
func TestTransactionEncodingIsFixed(t *testing.T) {
	tx := types.Transaction{
		Kind: types.Transfer, Sequence: 0x0102030405060708, Amount: 0x1112131415161718, Fee: 0x2122232425262728,
		Data: []byte(`"x"`),
	}
	for i := range tx.Recipient {
		tx.Recipient[i] = 0xa0
	}
	for i := range tx.PublicKey {
		tx.PublicKey[i] = 0xb0
	}
	for i := range tx.Signature {
		tx.Signature[i] = 0xc0
	}
	transfer := "01" + "0807060504030201" + repeatHex("a0", 20) + "1817161514131211" + "03000000" + "227822" +
		"2827262524232221" + repeatHex("b0", 32) + repeatHex("c0", 64)
	require.Equal(t, transfer, hex.EncodeToString(encoded(tx)))

	tx.Kind = types.Coinbase
	tx.ExtraNonce = [8]byte{1, 2, 3, 4, 5, 6, 7, 8}
	coinbase := "00" + "0807060504030201" + repeatHex("a0", 20) + "1817161514131211" + "0102030405060708" + "03000000" + "227822"
	require.Equal(t, coinbase, hex.EncodeToString(encoded(tx)), "a coinbase has neither fee, key nor signature")
}

func repeatHex(b string, n int) string { return string(bytes.Repeat([]byte(b), n)) }

func TestTransactionRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tx := drawTransaction(t)
		raw := encoded(tx)
		require.Len(t, raw, tx.Size())
		again, err := types.DecodeTransaction(raw)
		require.NoError(t, err)
		require.Equal(t, tx, again)
	})
}

func TestTransactionsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := drawBlock(t).Transactions
		prefix := []byte("before")
		raw := types.AppendTransactions(prefix, list)
		require.Equal(t, prefix, raw[:len(prefix)])
		again, err := types.DecodeTransactions(raw[len(prefix):])
		require.NoError(t, err)
		require.Equal(t, len(list), len(again))
		for i := range list {
			require.Equal(t, list[i], again[i])
		}
	})
}

func TestDecodeTransactionRefusesEveryOtherLength(t *testing.T) {
	for _, tx := range []types.Transaction{coinbaseAt(1), signedTransfer()} {
		raw := encoded(tx)
		for size := range raw {
			_, err := types.DecodeTransaction(raw[:size])
			require.ErrorIs(t, err, types.ErrEncoding, "%s cut at %d", tx.Kind, size)
		}
		_, err := types.DecodeTransaction(append(raw, 0))
		require.ErrorIs(t, err, types.ErrEncoding)
		require.ErrorContains(t, err, "1 bytes too many")
	}
}

func TestDecodeTransactionRefusesOtherKinds(t *testing.T) {
	raw := encoded(signedTransfer())
	for kind := 2; kind < 256; kind++ {
		raw[0] = byte(kind)
		_, err := types.DecodeTransaction(raw)
		require.ErrorIs(t, err, types.ErrEncoding)
		require.ErrorContains(t, err, "kind")
	}
}

// A length of data that lies must cost nothing and be refused.
func TestDecodeTransactionRefusesFalseDataLength(t *testing.T) {
	raw := encoded(coinbaseAt(1))
	for _, size := range []uint32{1, 100, types.MaxTransactionSize, types.MaxTransactionSize + 1, 1 << 31, 1<<32 - 1} {
		binary.LittleEndian.PutUint32(raw[dataSizeAt(types.Coinbase):], size)
		_, err := types.DecodeTransaction(raw)
		require.ErrorIs(t, err, types.ErrEncoding, size)
	}
}

func TestDecodeTransactionHoldsTheBoundOfData(t *testing.T) {
	tx := coinbaseAt(1)
	tx.Data = bytes.Repeat([]byte("1"), types.MaxTransactionSize)
	_, err := types.DecodeTransaction(encoded(tx))
	require.NoError(t, err)
	tx.Data = append(tx.Data, '1')
	_, err = types.DecodeTransaction(encoded(tx))
	require.ErrorIs(t, err, types.ErrEncoding)
	require.ErrorContains(t, err, "65537 bytes of data, at most 65536")
}

func TestDecodeTransactionsRefusesFalseCount(t *testing.T) {
	body := types.AppendTransactions(nil, []types.Transaction{coinbaseAt(1), coinbaseAt(2)})
	for _, count := range []uint32{0, 1, 3, 4, 1000, 1<<31 - 1, 1 << 31, 1<<32 - 1} {
		binary.LittleEndian.PutUint32(body, count)
		list, err := types.DecodeTransactions(body)
		require.ErrorIs(t, err, types.ErrEncoding, count)
		if count > 2 {
			require.Nil(t, list)
		}
	}
}

func TestDecodeTransactionsRefusesShortInput(t *testing.T) {
	raw := types.AppendTransactions(nil, []types.Transaction{coinbaseAt(1), signedTransfer()})
	for size := range raw {
		_, err := types.DecodeTransactions(raw[:size])
		require.ErrorIs(t, err, types.ErrEncoding, size)
	}
	_, err := types.DecodeTransactions(append(raw, 0))
	require.ErrorIs(t, err, types.ErrEncoding)
}

// Memory follows what was sent, never what a count claims.
func TestDecodeTransactionsAllocatesInProportion(t *testing.T) {
	lie := make([]byte, 4+1000*coinbaseEnd)
	for _, count := range []uint32{1001, 1000 * coinbaseEnd, 1<<32 - 1} {
		binary.LittleEndian.PutUint32(lie, count)
		require.Less(t, allocatedBytes(func() {
			_, err := types.DecodeTransactions(lie)
			require.Error(t, err)
		}), uint64(20_000), count)
	}

	binary.LittleEndian.PutUint32(lie, 1000) // 1000 coinbases of zeros: true
	require.Less(t, allocatedBytes(func() {
		_, err := types.DecodeTransactions(lie)
		require.NoError(t, err)
	}), uint64(6*len(lie)))
}

// allocatedBytes is what one call of f allocates, garbage included.
func allocatedBytes(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A decoded transaction must not change when the buffer it came from is used
// again.
func TestDecodedTransactionOwnsItsBytes(t *testing.T) {
	tx := signedTransfer()
	raw := encoded(tx)
	decoded, err := types.DecodeTransaction(raw)
	require.NoError(t, err)
	clear(raw)
	require.Equal(t, tx, decoded)
}

func TestIDCoversEveryByte(t *testing.T) {
	for _, tx := range []types.Transaction{coinbaseAt(5), signedTransfer()} {
		raw := encoded(tx)
		seen := map[types.Hash]int{tx.ID(): -1}
		for i := 1; i < len(raw); i++ { // byte 0 is the kind, see below
			if at := dataSizeAt(tx.Kind); i >= at && i < at+4 {
				continue // the length of data; another one is no encoding
			}
			changed := bytes.Clone(raw)
			changed[i] ^= 1
			other, err := types.DecodeTransaction(changed)
			require.NoError(t, err)
			before, known := seen[other.ID()]
			require.False(t, known, "bytes %d and %d give one id", before, i)
			seen[other.ID()] = i
		}
	}
}

func TestIDIsTheDoubleHashOfTheEncoding(t *testing.T) {
	for _, tx := range []types.Transaction{coinbaseAt(5), signedTransfer()} {
		require.Equal(t, types.DoubleSHA256(encoded(tx)), tx.ID())
	}
}

func TestIDTellsKindsApart(t *testing.T) {
	coinbase, transfer := types.Transaction{Kind: types.Coinbase}, types.Transaction{Kind: types.Transfer}
	require.NotEqual(t, coinbase.ID(), transfer.ID())
}

func verifies(tx types.Transaction, network types.Hash) bool {
	return ed25519.Verify(tx.PublicKey[:], tx.SigningMessage(network), tx.Signature[:])
}

func TestSignVerifiesWithEd25519(t *testing.T) {
	key := testKey(1)
	tx := types.Transaction{Kind: types.Coinbase, Amount: 1}
	tx.Sign(key, genesis)
	require.Equal(t, types.Transfer, tx.Kind, "signing makes a transfer")
	require.Equal(t, publicKey(key), ed25519.PublicKey(tx.PublicKey[:]))
	require.Equal(t, types.AddressOf(publicKey(key)), tx.Sender())
	require.True(t, verifies(tx, genesis))
	require.False(t, ed25519.Verify(publicKey(testKey(2)), tx.SigningMessage(genesis), tx.Signature[:]), "another key")
}

func TestSignatureIsGoodForOneNetwork(t *testing.T) {
	tx := signedTransfer()
	require.True(t, verifies(tx, genesis))
	require.False(t, verifies(tx, types.Hash{}))
	for i := range genesis {
		other := genesis
		other[i] ^= 1
		require.False(t, verifies(tx, other))
	}
}

func TestSignatureCoversEveryField(t *testing.T) {
	for name, change := range map[string]func(*types.Transaction){
		"sequence":       func(tx *types.Transaction) { tx.Sequence++ },
		"recipient":      func(tx *types.Transaction) { tx.Recipient[19] ^= 1 },
		"amount":         func(tx *types.Transaction) { tx.Amount++ },
		"fee":            func(tx *types.Transaction) { tx.Fee++ },
		"data":           func(tx *types.Transaction) { tx.Data = []byte(`1`) },
		"data gone":      func(tx *types.Transaction) { tx.Data = nil },
		"public key":     func(tx *types.Transaction) { tx.PublicKey = [32]byte(publicKey(testKey(2))) },
		"signature":      func(tx *types.Transaction) { tx.Signature[0] ^= 1 },
		"signature end":  func(tx *types.Transaction) { tx.Signature[63] ^= 1 },
		"kind":           func(tx *types.Transaction) { tx.Kind = types.Coinbase },
		"fee for amount": func(tx *types.Transaction) { tx.Amount, tx.Fee = tx.Fee, tx.Amount },
	} {
		t.Run(name, func(t *testing.T) {
			tx := signedTransfer()
			require.True(t, verifies(tx, genesis))
			change(&tx)
			require.False(t, verifies(tx, genesis))
		})
	}
}

// Changes every byte of a signed transfer: not one may go unnoticed.
func TestSignatureCoversEveryByte(t *testing.T) {
	tx := signedTransfer()
	raw := encoded(tx)
	for i := 1; i < len(raw); i++ {
		changed := bytes.Clone(raw)
		changed[i] ^= 1
		other, err := types.DecodeTransaction(changed)
		if err == nil {
			require.False(t, verifies(other, genesis), "byte %d", i)
		}
	}
}

// What is signed is the tag, the network and the encoding up to the signature.
func TestSigningMessage(t *testing.T) {
	tx := signedTransfer()
	raw := encoded(tx)
	want := append([]byte("networkmngr transfer\n"), genesis[:]...)
	want = append(want, raw[:len(raw)-ed25519.SignatureSize]...)
	require.Equal(t, want, tx.SigningMessage(genesis))

	before := tx.SigningMessage(genesis)
	tx.Signature = [64]byte{}
	require.Equal(t, before, tx.SigningMessage(genesis), "a signature cannot sign itself")
}

// Two different transfers never have one message to sign.
func TestSigningMessageIsInjective(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawTransaction(t), drawTransaction(t)
		a.Kind, b.Kind = types.Transfer, types.Transfer
		a.Signature, b.Signature = [64]byte{}, [64]byte{}
		same := bytes.Equal(encoded(a), encoded(b))
		require.Equal(t, same, bytes.Equal(a.SigningMessage(genesis), b.SigningMessage(genesis)))
	})
}

func TestNamedKeys(t *testing.T) {
	alice, bob := types.NamedAddress("alice"), types.NamedAddress("bob")
	require.NotEqual(t, alice, bob)
	require.Equal(t, alice, types.AddressOf(publicKey(types.NamedKey("alice"))))
	require.Equal(t, alice, types.NamedAddress("alice"), "a name means the same everywhere")
}

func TestKindString(t *testing.T) {
	require.Equal(t, "coinbase", types.Coinbase.String())
	require.Equal(t, "transfer", types.Transfer.String())
	require.Equal(t, "kind 7", types.Kind(7).String())
}

func TestTransactionSizes(t *testing.T) {
	coinbase, transfer := types.Transaction{}, types.Transaction{Kind: types.Transfer}
	require.Equal(t, coinbaseEnd, coinbase.Size())
	require.Equal(t, transferEnd, transfer.Size())
}
