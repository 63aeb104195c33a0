package types_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/types"
)

func TestBlockEncoding(t *testing.T) {
	b := sampleBlock()
	header := b.Header.Encode()
	want := append(header[:], 2, 0, 0, 0)
	want = append(want, encoded(b.Transactions[0])...)
	want = append(want, encoded(b.Transactions[1])...)
	require.Equal(t, want, b.Encode())
	require.Equal(t, len(want), b.Size())
}

func TestBlockRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawBlock(t)
		raw := b.Encode()
		require.Len(t, raw, b.Size())
		again, err := types.DecodeBlock(raw)
		require.NoError(t, err)
		require.Equal(t, b.Header, again.Header)
		require.Equal(t, b.TransactionIDs(), again.TransactionIDs())
		require.Equal(t, raw, again.Encode())
		require.Equal(t, b.Hash(), again.Hash())
	})
}

func TestDecodeBlockRefusesEveryOtherLength(t *testing.T) {
	b := sampleBlock()
	raw := b.Encode()
	for size := range raw {
		_, err := types.DecodeBlock(raw[:size])
		require.ErrorIs(t, err, types.ErrEncoding, size)
	}
	_, err := types.DecodeBlock(append(raw, 0))
	require.ErrorIs(t, err, types.ErrEncoding)
}

func TestDecodeBlockRefusesFalseCount(t *testing.T) {
	b := sampleBlock()
	raw := b.Encode()
	for _, count := range []uint32{0, 1, 3, 1 << 31, 1<<32 - 1} {
		changed := bytes.Clone(raw)
		binary.LittleEndian.PutUint32(changed[types.HeaderSize:], count)
		_, err := types.DecodeBlock(changed)
		require.ErrorIs(t, err, types.ErrEncoding, count)
	}
}

// filledBlock is a block whose encoding has exactly size bytes.
func filledBlock(t *testing.T, size int) types.Block {
	b := types.Block{Transactions: []types.Transaction{coinbaseAt(1)}}
	for b.Size() < size {
		tx := types.Transaction{Data: bytes.Repeat([]byte("1"), 16_000)}
		if missing := size - b.Size(); missing < tx.Size()+coinbaseEnd {
			tx.Data = tx.Data[:min(missing-coinbaseEnd, len(tx.Data))]
			if missing > tx.Size() {
				tx.Data = bytes.Repeat([]byte("1"), missing-coinbaseEnd)
			}
		}
		b.Transactions = append(b.Transactions, tx)
	}
	require.Equal(t, size, b.Size())
	return b
}

func TestDecodeBlockHoldsTheSizeLimit(t *testing.T) {
	largest := filledBlock(t, types.MaxBlockSize)
	_, err := types.DecodeBlock(largest.Encode())
	require.NoError(t, err)
	tooLarge := filledBlock(t, types.MaxBlockSize+1)
	_, err = types.DecodeBlock(tooLarge.Encode())
	require.ErrorIs(t, err, types.ErrEncoding)
	require.ErrorContains(t, err, "block of 1048577 bytes, at most 1048576")
}

func TestDecodedBlockOwnsItsBytes(t *testing.T) {
	b := sampleBlock()
	raw := b.Encode()
	decoded, err := types.DecodeBlock(raw)
	require.NoError(t, err)
	clear(raw)
	require.Equal(t, b, decoded)
}

func TestBlockHeight(t *testing.T) {
	for name, c := range map[string]struct {
		list   []types.Transaction
		height uint64
	}{
		"of the coinbase":      {[]types.Transaction{coinbaseAt(9), signedTransfer()}, 9},
		"no transactions":      {nil, 0},
		"a transfer in front":  {[]types.Transaction{signedTransfer(), coinbaseAt(9)}, 0},
		"largest":              {[]types.Transaction{coinbaseAt(1<<64 - 1)}, 1<<64 - 1},
		"only the first tells": {[]types.Transaction{coinbaseAt(1), coinbaseAt(2)}, 1},
	} {
		b := types.Block{Transactions: c.list}
		require.Equal(t, c.height, b.Height(), name)
	}
}

func TestBlockTransactionIDs(t *testing.T) {
	b := sampleBlock()
	require.Equal(t, []types.Hash{b.Transactions[0].ID(), b.Transactions[1].ID()}, b.TransactionIDs())
	require.Empty(t, (&types.Block{}).TransactionIDs())
}

// TestIdentifiedBlockKeepsItsIDs: so do its copies, and its encoding stays the same.
func TestIdentifiedBlockKeepsItsIDs(t *testing.T) {
	b := sampleBlock()
	ids, encoded := b.TransactionIDs(), b.Encode()
	b.Identify(ids)
	kept := b
	require.Same(t, &ids[0], &kept.TransactionIDs()[0], "they are not worked out again")
	require.Same(t, &b.Senders()[0], &kept.Senders()[0], "nor are the senders")
	require.Equal(t, encoded, kept.Encode())
}

func TestBlockSenders(t *testing.T) {
	coinbase, transfer := coinbaseAt(9), signedTransfer()
	b := types.Block{Transactions: []types.Transaction{coinbase, transfer}}
	want := []types.Address{coinbase.Recipient, transfer.Sender()}
	require.Equal(t, want, b.Senders())
	b.Identify(b.TransactionIDs())
	require.Equal(t, want, b.Senders())
	require.Empty(t, (&types.Block{}).Senders())
}

// However many send, and whoever sends again.
func TestSendersOfAFullBlock(t *testing.T) {
	b := types.Block{Transactions: make([]types.Transaction, 1500)}
	want := make([]types.Address, len(b.Transactions))
	for i := range b.Transactions {
		transfer := &b.Transactions[i]
		transfer.Kind = types.Transfer
		binary.LittleEndian.PutUint16(transfer.PublicKey[:], uint16(i%700))
		want[i] = transfer.Sender()
	}
	require.Equal(t, want, b.Senders())
}

// TestRootIsKeptWithIDs: transactions without may still be changed.
func TestRootIsKeptWithIDs(t *testing.T) {
	b, root := sampleBlock(), types.Hash{7}
	b.KeepRoot(root)
	require.False(t, b.HasRoot(root))
	b.Identify(b.TransactionIDs())
	b.KeepRoot(root)
	kept := b
	require.True(t, kept.HasRoot(root))
	require.False(t, kept.HasRoot(types.Hash{8}))
	require.False(t, (&types.Block{}).HasRoot(types.Hash{}), "nobody has kept it")
}

func TestTransactionAt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawBlock(t)
		raw := b.Encode()
		for i := range b.Transactions {
			got, err := types.TransactionAt(raw, i)
			require.NoError(t, err)
			require.Equal(t, b.Transactions[i].ID(), got.ID())
		}
		for _, position := range []int{-1, len(b.Transactions), math.MaxInt} {
			_, err := types.TransactionAt(raw, position)
			require.ErrorIs(t, err, types.ErrEncoding)
		}
		if last := len(b.Transactions) - 1; last >= 0 {
			cut := rapid.IntRange(0, len(raw)-1).Draw(t, "cut")
			_, err := types.TransactionAt(raw[:cut], last)
			require.ErrorIs(t, err, types.ErrEncoding)
		}
	})
}
