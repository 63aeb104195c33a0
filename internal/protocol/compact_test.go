package protocol

import (
	"encoding/hex"
	"iter"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/types"
)

// fakePool holds transactions under whatever ids a test gives them.
type fakePool []pooled

type pooled struct {
	id types.Hash
	t  types.Transaction
}

func (p fakePool) Len() int { return len(p) }

func (p fakePool) Has(id types.Hash) bool { _, ok := p.Get(id); return ok }

func (p fakePool) Get(id types.Hash) (types.Transaction, bool) {
	i := slices.IndexFunc(p, func(x pooled) bool { return x.id == id })
	if i < 0 {
		return types.Transaction{}, false
	}
	return p[i].t, true
}

func (p fakePool) All() iter.Seq2[types.Hash, *types.Transaction] {
	return func(yield func(types.Hash, *types.Transaction) bool) {
		for i, x := range p {
			if !yield(x.id, &p[i].t) {
				return
			}
		}
	}
}

func (p fakePool) IDs(limit int) (ids []types.Hash) {
	for _, x := range p[:min(limit, len(p))] {
		ids = append(ids, x.id)
	}
	return ids
}

func poolOf(list ...types.Transaction) (p fakePool) {
	for _, t := range list {
		p = append(p, pooled{t.ID(), t})
	}
	return p
}

// blockOfThree has three transfers after its coinbase.
func blockOfThree(t *testing.T) types.Block {
	s := newScript(t)
	return s.next(s.transfer("alice", 0), s.transfer("bob", 0), s.transfer("alice", 1))
}

// The 32-byte vector of SipHash's reference code: with key 00..0f, 00..1f hash
// to 7127512f72f27cce, of which the lower five bytes are taken.
func TestShortIDIsSipHash(t *testing.T) {
	key := shortKey{k0: 0x0706050403020100, k1: 0x0f0e0d0c0b0a0908}
	var id types.Hash
	for i := range id {
		id[i] = byte(i)
	}
	short := key.of(id)
	require.Equal(t, "ce7cf2722f", hex.EncodeToString(short[:]))
}

// The two ends of a link that send each other one block use a twentieth of its size at most.
func TestCompactBlocksThatCross(t *testing.T) {
	transfer := types.Transaction{Kind: types.Transfer, Data: make([]byte, 102)}
	b := types.Block{Transactions: slices.Repeat([]types.Transaction{transfer}, 4000)}
	b.Transactions = slices.Insert(b.Transactions, 0, types.Transaction{Kind: types.Coinbase})
	require.Less(t, 20*2*len(Encode(makeCompact(&b, 1))), b.Size())
}

// The salt keeps an attacker from preparing clashes.
func TestShortKeyDependsOnHeaderAndSalt(t *testing.T) {
	h := types.Header{Nonce: 1}
	require.NotEqual(t, newShortKey(h, 1), newShortKey(h, 2))
	require.NotEqual(t, newShortKey(h, 1), newShortKey(types.Header{Nonce: 2}, 1))
}

func TestCompactBlockIsFilledFromThePool(t *testing.T) {
	b := blockOfThree(t)
	m := makeCompact(&b, 7)
	stranger := newScript(t).transfer("dave", 0)
	list := b.Transactions
	for name, c := range map[string]struct {
		pool    fakePool
		missing []uint32
	}{
		"full":    {poolOf(list[1], list[2], list[3], stranger), nil},
		"order":   {poolOf(list[3], stranger, list[1], list[2]), nil},
		"partial": {poolOf(stranger, list[2]), []uint32{1, 3}},
		"empty":   {nil, []uint32{1, 2, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPartial(m.Header.Hash(), &m, c.pool)
			require.Equal(t, c.missing, p.missing)
			answer, err := pickTransactions(&b, GetBlockTransactions{Indexes: p.missing})
			require.NoError(t, err)
			require.True(t, p.fill(answer.Transactions))
			require.Equal(t, b, p.block)
			require.Equal(t, b.TransactionIDs(), p.ids)
			require.Empty(t, p.missing)
		})
	}
}

func TestCompactBlockOfACoinbaseAlone(t *testing.T) {
	b := chaintest.Next(newScript(t).chain.Tip(), types.Address{})
	m := makeCompact(&b, 7)
	require.Empty(t, m.ShortIDs)
	require.Equal(t, b, newPartial(m.Header.Hash(), &m, fakePool{}).block)
}

func TestTwoPendingTransactionsWithOneShortID(t *testing.T) {
	b := blockOfThree(t)
	m := makeCompact(&b, 7)
	list := b.Transactions
	stranger := newScript(t).transfer("dave", 0)
	// No second preimage of 48 bits is at hand; one id twice clashes alike.
	clash := pooled{list[2].ID(), stranger}
	for name, pool := range map[string]fakePool{
		"right one first": append(poolOf(list[1], list[2], list[3]), clash),
		"wrong one first": append(fakePool{clash}, poolOf(list[1], list[2], list[3])...),
		"thrice":          append(fakePool{clash, clash}, poolOf(list[1], list[2], list[3])...),
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, []uint32{2}, newPartial(m.Header.Hash(), &m, pool).missing)
		})
	}
}

// One short id that stands twice in a block is filled once, and the rest asked for: the
// Merkle root then tells whether that was right.
func TestShortIDThatStandsTwice(t *testing.T) {
	b := blockOfThree(t)
	m := makeCompact(&b, 7)
	m.ShortIDs[2] = m.ShortIDs[0]
	p := newPartial(m.Header.Hash(), &m, poolOf(b.Transactions[1:]...))
	require.Equal(t, []uint32{1}, p.missing)
	require.Equal(t, b.Transactions[1], p.block.Transactions[3])
}

func TestFillWantsAsManyAsAreMissing(t *testing.T) {
	b := blockOfThree(t)
	m := makeCompact(&b, 7)
	for _, wrong := range [][]types.Transaction{nil, b.Transactions[1:3], b.Transactions} {
		p := newPartial(m.Header.Hash(), &m, fakePool{})
		require.False(t, p.fill(wrong))
	}
}

func TestPickTransactions(t *testing.T) {
	b := blockOfThree(t)
	got, err := pickTransactions(&b, GetBlockTransactions{Block: types.Hash{1}, Indexes: []uint32{0, 3}})
	require.NoError(t, err)
	require.Equal(t, BlockTransactions{Block: types.Hash{1}, Transactions: []types.Transaction{b.Transactions[0], b.Transactions[3]}}, got)
	for _, wrong := range [][]uint32{{4}, {1, 1}, {2, 1}, {0, 0xffff_ffff}, {1, 2, 3, 4}} {
		_, err := pickTransactions(&b, GetBlockTransactions{Indexes: wrong})
		require.ErrorIs(t, err, ErrMessage, "%d", wrong)
	}
}

func TestAnswerBlocks(t *testing.T) {
	encoded := map[types.Hash][]byte{
		{1}: make([]byte, 100), {2}: make([]byte, maxAnswerBytes-100), {3}: make([]byte, 1), {4}: make([]byte, types.MaxBlockSize),
	}
	read := func(id types.Hash) ([]byte, error) {
		if raw := encoded[id]; raw != nil {
			return raw, nil
		}
		return nil, ErrMessage
	}
	for _, c := range []struct {
		ids  []types.Hash
		want []Message
	}{
		{nil, nil},
		{[]types.Hash{{1}, {2}}, []Message{Blocks{[][]byte{encoded[types.Hash{1}], encoded[types.Hash{2}]}}}},
		{[]types.Hash{{1}, {2}, {3}}, []Message{Blocks{[][]byte{encoded[types.Hash{1}], encoded[types.Hash{2}]}}, Blocks{[][]byte{encoded[types.Hash{3}]}}}},
		{[]types.Hash{{4}, {9}}, []Message{Blocks{[][]byte{encoded[types.Hash{4}]}}, NotFound{[]types.Hash{{9}}}}},
		{[]types.Hash{{8}, {9}}, []Message{NotFound{[]types.Hash{{8}, {9}}}}},
	} {
		require.Equal(t, c.want, slices.Collect(answerBlocks(c.ids, read)))
	}
}

// A compact block makes us keep a place for each of its transactions, so their
// number is bounded by what fits in a block.
func TestMostTransactionsThatABlockHolds(t *testing.T) {
	smallest := types.Transaction{Kind: types.Transfer}
	require.Equal(t, types.MaxBlockSize/smallest.Size(), maxTransactions)
}
