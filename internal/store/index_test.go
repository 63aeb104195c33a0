package store_test

import (
	"bytes"
	"cmp"
	"errors"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// ledger is the naive index: it has all blocks and looks through them.
type ledger struct {
	blocks   []types.Block // the main chain's from height 0 on
	accounts map[types.Address]consensus.Account
}

func (l *ledger) clone() *ledger {
	return &ledger{slices.Clone(l.blocks), maps.Clone(l.accounts)}
}

// payer is a key that stands for a sender; nothing is signed.
func payer(n byte) (key [32]byte) { return [32]byte{n} }

func drawBlock(t *rapid.T, height int) types.Block {
	b := types.Block{Header: types.Header{Time: uint32(height), Nonce: rapid.Uint32().Draw(t, "nonce")}}
	for i := range rapid.IntRange(1, 6).Draw(t, "transactions") {
		transaction := types.Transaction{
			Kind: types.Kind(min(i, 1)), Sequence: uint64(height), Amount: types.Amount(i),
			Recipient: types.Address{rapid.ByteRange(1, 4).Draw(t, "to")},
		}
		if i > 0 {
			transaction.PublicKey = payer(rapid.ByteRange(1, 4).Draw(t, "from"))
			if rapid.IntRange(0, 5).Draw(t, "to oneself") == 0 {
				transaction.Recipient = transaction.Sender()
			}
		}
		b.Transactions = append(b.Transactions, transaction)
	}
	b.MerkleRoot, _ = consensus.MerkleRoot(b.TransactionIDs()) // or two blocks might have one id
	return b
}

func (l *ledger) change(t *rapid.T, w chain.Writer) {
	height := len(l.blocks)
	switch rapid.IntRange(0, 3).Draw(t, "write") {
	case 0, 1:
		b := drawBlock(t, height)
		if height > 0 {
			b.Previous = l.blocks[height-1].Hash()
		}
		at := chain.Ref{Height: uint64(height), ID: b.Hash()}
		require.NoError(t, errors.Join(w.PutBlock(at, &b), w.PutDiff(at, nil), w.Index(at.Height, &b)))
		l.blocks = append(l.blocks, b)
	case 2:
		if height == 0 {
			return
		}
		b := l.blocks[height-1]
		at := chain.Ref{Height: uint64(height - 1), ID: b.Hash()}
		require.NoError(t, errors.Join(w.DeleteDiff(at), w.Unindex(at.Height, &b)))
		l.blocks = l.blocks[:height-1]
	case 3:
		address := types.Address{rapid.ByteRange(0, 9).Draw(t, "address")}
		account := consensus.Account{
			Balance:  types.Amount(rapid.Uint64Range(0, 4).Draw(t, "balance")),
			Sequence: rapid.Uint64Range(0, 2).Draw(t, "sequence"),
		}
		if l.accounts[address] = account; account == (consensus.Account{}) {
			delete(l.accounts, address)
		}
		require.NoError(t, w.PutAccount(address, account))
	}
}

func (l *ledger) totals() (totals chain.Totals) {
	for _, b := range l.blocks {
		totals.Transactions += uint64(len(b.Transactions))
	}
	totals.Accounts = uint64(len(l.accounts))
	return totals
}

// history lists all places that touch an address, the newest first, and counts
// the blocks.
func (l *ledger) history(address types.Address) (places []chain.TxPosition, blocks uint64) {
	for height, b := range slices.Backward(l.blocks) {
		before := len(places)
		for i, transaction := range slices.Backward(b.Transactions) {
			isSender := transaction.Kind == types.Transfer && transaction.Sender() == address
			if transaction.Recipient == address || isSender {
				places = append(places, chain.TxPosition{Height: uint64(height), Position: i})
			}
		}
		if len(places) > before {
			blocks++
		}
	}
	return places, blocks
}

func (l *ledger) richest() []chain.AccountBalance {
	var list []chain.AccountBalance
	for address, account := range l.accounts {
		list = append(list, chain.AccountBalance{Balance: account.Balance, Address: address})
	}
	slices.SortFunc(list, func(a, b chain.AccountBalance) int {
		return cmp.Or(cmp.Compare(b.Balance, a.Balance), bytes.Compare(a.Address[:], b.Address[:]))
	})
	return list
}

// everybody are the addresses that a drawn block may touch.
func everybody() []types.Address {
	list := []types.Address{{}, {99}}
	for n := byte(1); n <= 4; n++ {
		key := payer(n)
		list = append(list, types.Address{n}, types.AddressOf(key[:]))
	}
	return list
}

func (l *ledger) check(t *rapid.T, r chain.Reader) {
	want := chain.Rows{Accounts: uint64(len(l.accounts)), Balances: uint64(len(l.accounts)), Transactions: l.totals().Transactions}
	for _, address := range everybody() {
		places, blocks := l.history(address)
		want.History += blocks
		l.checkHistory(t, r, address, places)
	}
	rows, err := r.Rows()
	require.NoError(t, err)
	require.Equal(t, want, rows)
	l.checkRichest(t, r)
	for height, b := range l.blocks {
		at, err := r.MainAt(uint64(height))
		require.NoError(t, err)
		require.Equal(t, chain.Ref{Height: uint64(height), ID: b.Hash()}, at)
		for i, id := range b.TransactionIDs() {
			places, err := r.Places(id)
			require.NoError(t, err)
			require.Equal(t, []chain.TxPosition{{Height: uint64(height), Position: i}}, places)
			id[31] ^= 1
			id[0] ^= 1
			places, err = r.Places(id)
			require.NoError(t, err)
			require.Empty(t, places)
		}
	}
	_, err = r.MainAt(uint64(len(l.blocks)))
	require.ErrorIs(t, err, chain.ErrNotFound)
}

// checkHistory reads in pages of any size.
func (l *ledger) checkHistory(t *rapid.T, r chain.Reader, address types.Address, want []chain.TxPosition) {
	limit := rapid.IntRange(1, 5).Draw(t, "limit")
	var got []chain.TxPosition
	for before := (chain.TxPosition{Height: 1 << 39}); ; before = got[len(got)-1] {
		page, err := r.History(address, before, limit)
		require.NoError(t, err)
		require.LessOrEqual(t, len(page), limit)
		got = append(got, page...)
		if len(page) < limit {
			break
		}
	}
	require.Equal(t, want, got)
}

func (l *ledger) checkRichest(t *rapid.T, r chain.Reader) {
	want := l.richest()
	all, err := r.Richest(chain.AccountBalance{Balance: math.MaxUint64}, math.MaxInt)
	require.NoError(t, err)
	require.Equal(t, want, all)
	for i := range want {
		part, err := r.Richest(want[i], 2)
		require.NoError(t, err)
		require.Equal(t, want[i:min(i+2, len(want))], part)
	}
}

func (l *ledger) setTip(w chain.Writer) error {
	return w.SetTip(chain.Ref{Height: uint64(len(l.blocks))}, l.totals())
}

func TestIndexesKeepToTheModel(t *testing.T) {
	keepsTo(t, func() *ledger { return &ledger{accounts: make(consensus.Accounts)} })
}

// Ids that begin alike are told apart by whoever asks.
func TestPlacesMayBeMixedUp(t *testing.T) {
	s := open(t, t.TempDir())
	_, b := block(1, 1)
	require.NoError(t, s.Update(func(w chain.Writer) error { return w.Index(1, &b) }))
	alike := b.Transactions[0].ID()
	alike[31] ^= 1
	require.NoError(t, s.View(func(r chain.Reader) error {
		places, err := r.Places(alike)
		require.Equal(t, []chain.TxPosition{{Height: 1}}, places)
		return err
	}))
	require.NoError(t, s.Close())
}

// Rows that are not those that were counted are damage, though each is whole.
func TestMissingRowIsDamage(t *testing.T) {
	folder := t.TempDir()
	s := open(t, folder)
	w := newLoad(3, 20)
	require.NoError(t, s.Update(w.fund))
	require.NoError(t, s.Update(func(to chain.Writer) error { return w.write(to, 3) }))
	require.NoError(t, s.Update(func(to chain.Writer) error { return to.Unindex(w.height, &w.block) }))
	require.NoError(t, s.Close())
	_, err := store.Open(folder)
	require.ErrorIs(t, err, store.ErrDamaged)
	require.ErrorContains(t, err, "transactions has 8 rows, 12 are counted")
}
