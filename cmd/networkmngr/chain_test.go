package main_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What the API shows of a chain, and all that is needed to check it. Nothing of
// this file knows the product's own types.
type chainForm struct {
	Length int         `json:"length"`
	Chain  []blockForm `json:"chain"`
}

type blockForm struct {
	Index        int               `json:"index"`
	Hash         string            `json:"hash"`
	Version      int32             `json:"version"`
	Previous     string            `json:"previous_hash"`
	MerkleRoot   string            `json:"merkle_root"`
	Timestamp    uint32            `json:"timestamp"`
	Time         time.Time         `json:"time"`
	Bits         string            `json:"bits"`
	Nonce        uint32            `json:"nonce"`
	Transactions []transactionForm `json:"transactions"`
}

type transactionForm struct {
	ID        string      `json:"id"`
	Type      string      `json:"type"`
	Recipient string      `json:"recipient"`
	Amount    json.Number `json:"amount"`
	Sequence  int         `json:"sequence"`
}

// hashes lists the blocks' names.
func (c chainForm) hashes() []string {
	list := make([]string, len(c.Chain))
	for i, b := range c.Chain {
		list[i] = b.Hash
	}
	return list
}

// has reports whether a block is on the chain.
func (c chainForm) has(hash string) bool { return slices.Contains(c.hashes(), hash) }

// tip is the last block's name.
func (c chainForm) tip() string { return c.Chain[len(c.Chain)-1].Hash }

// chainOf asks a node for its chain, and checks all of it.
func chainOf(t *testing.T, port int) chainForm {
	t.Helper()
	c := get[chainForm](t, port, "/chain")
	requireValid(t, c)
	return c
}

// requireValid checks every block from its JSON form alone.
func requireValid(t *testing.T, c chainForm) {
	t.Helper()
	require.Len(t, c.Chain, c.Length)
	floor := targetOf(t, c.Chain[0].Bits)
	for i, b := range c.Chain {
		requireHeader(t, b)
		requireTransactions(t, b)
		require.Equal(t, i, b.Index)
		if i == 0 {
			continue // agreed on, not mined
		}
		target := targetOf(t, b.Bits)
		require.LessOrEqual(t, target.Cmp(floor), 0, "block %d is easier than the floor", i)
		require.LessOrEqual(t, numberOf(t, b.Hash).Cmp(target), 0, "block %d lacks work", i)
		require.Equal(t, c.Chain[i-1].Hash, b.Previous, "block %d does not follow", i)
		require.Equal(t, i, b.Transactions[0].Sequence)
	}
}

// requireHeader rebuilds the 80 bytes and hashes them.
func requireHeader(t *testing.T, b blockForm) {
	t.Helper()
	header := binary.LittleEndian.AppendUint32(nil, uint32(b.Version))
	header = append(header, unhex(t, b.Previous)...)
	header = append(header, unhex(t, b.MerkleRoot)...)
	header = binary.LittleEndian.AppendUint32(header, b.Timestamp)
	header = binary.LittleEndian.AppendUint32(header, bitsOf(t, b.Bits))
	header = binary.LittleEndian.AppendUint32(header, b.Nonce)
	require.Len(t, header, 80)
	require.Equal(t, b.Hash, shown(double(header)), "block %d", b.Index)
	require.Equal(t, int64(b.Timestamp), b.Time.Unix())
}

// requireTransactions rebuilds the Merkle root.
func requireTransactions(t *testing.T, b blockForm) {
	t.Helper()
	require.NotEmpty(t, b.Transactions)
	require.Equal(t, "coinbase", b.Transactions[0].Type)
	var level [][]byte
	for _, transaction := range b.Transactions {
		level = append(level, unhex(t, transaction.ID))
	}
	for len(level) > 1 {
		var next [][]byte
		for i := 0; i < len(level); i += 2 {
			right := level[min(i+1, len(level)-1)]
			next = append(next, double(slices.Concat(level[i], right)))
		}
		level = next
	}
	require.Equal(t, b.MerkleRoot, shown(level[0]), "block %d", b.Index)
}

func double(b []byte) []byte {
	once := sha256.Sum256(b)
	twice := sha256.Sum256(once[:])
	return twice[:]
}

// unhex reads a hash as it is shown, the last byte first.
func unhex(t *testing.T, text string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(text)
	require.NoError(t, err)
	require.Len(t, raw, sha256.Size)
	slices.Reverse(raw)
	return raw
}

func shown(hash []byte) string {
	hash = slices.Clone(hash)
	slices.Reverse(hash)
	return hex.EncodeToString(hash)
}

// numberOf is a hash as the number that has to be at most the target.
func numberOf(t *testing.T, hash string) *big.Int {
	t.Helper()
	n, ok := new(big.Int).SetString(hash, 16)
	require.True(t, ok, hash)
	return n
}

func bitsOf(t *testing.T, text string) uint32 {
	t.Helper()
	bits, err := strconv.ParseUint(text, 16, 32)
	require.NoError(t, err)
	return uint32(bits)
}

// targetOf expands a compact target: three bytes of mantissa, above them one
// that counts the target's bytes.
func targetOf(t *testing.T, text string) *big.Int {
	t.Helper()
	bits := bitsOf(t, text)
	exponent, mantissa := uint(bits>>24), int64(bits&0x7fffff)
	require.GreaterOrEqual(t, exponent, uint(3))
	return new(big.Int).Lsh(big.NewInt(mantissa), 8*(exponent-3))
}
