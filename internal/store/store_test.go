package store_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// both runs a test over an empty store of either kind.
func both(t *testing.T, test func(t *testing.T, s chain.Store)) {
	t.Run("bolt", func(t *testing.T) {
		s := open(t, t.TempDir())
		test(t, s)
		require.NoError(t, s.Close())
	})
	t.Run("memory", func(t *testing.T) { test(t, store.NewMemory()) })
}

func block(nonce uint32, transactions int) (chain.Ref, types.Block) {
	b := types.Block{Header: types.Header{Nonce: nonce}}
	for range transactions {
		b.Transactions = append(b.Transactions, types.Transaction{Kind: types.Transfer})
	}
	return chain.Ref{Height: uint64(nonce), ID: b.Hash()}, b
}

func TestEmptyStoreHasNothing(t *testing.T) {
	both(t, func(t *testing.T, s chain.Store) {
		require.NoError(t, s.View(func(r chain.Reader) error {
			_, err := r.Tip()
			require.ErrorIs(t, err, chain.ErrNotFound)
			_, err = r.Block(chain.Ref{Height: 1})
			require.ErrorIs(t, err, chain.ErrNotFound)
			_, err = r.Diff(chain.Ref{})
			require.ErrorIs(t, err, chain.ErrNotFound)
			_, err = r.Totals()
			require.ErrorIs(t, err, chain.ErrNotFound)
			_, err = r.MainAt(0)
			require.ErrorIs(t, err, chain.ErrNotFound)
			account, err := r.Account(types.Address{1})
			require.NoError(t, err)
			require.Zero(t, account)
			return r.Headers(func(chain.Ref, types.Header) error { return errors.New("no header was stored") })
		}))
	})
}

func TestWhatIsPutIsThere(t *testing.T) {
	both(t, func(t *testing.T, s chain.Store) {
		at, b := block(7, 2000) // far more than a page
		raw := b.Encode()
		address := types.Address{1}
		diff := consensus.Diff{{Address: address, Before: consensus.Account{Balance: 1, Sequence: 2}, After: consensus.Account{Balance: 3, Sequence: 4}}}
		check := func(r chain.Reader) error {
			tip, err := r.Tip()
			require.NoError(t, err)
			require.Equal(t, at, tip)
			totals, err := r.Totals()
			require.NoError(t, err)
			require.Equal(t, chain.Totals{Accounts: 1}, totals)
			got, err := r.Block(at)
			require.NoError(t, err)
			require.Equal(t, raw, got)
			got[0]++ // it is ours
			require.NoError(t, r.UseBlock(at, func(encoded []byte) error {
				require.Equal(t, raw, encoded)
				return nil
			}))
			require.ErrorIs(t, r.UseBlock(chain.Ref{}, func([]byte) error { panic("there is none") }), chain.ErrNotFound)
			stored, err := r.Diff(at)
			require.NoError(t, err)
			require.Equal(t, consensus.Diff{{Address: address, Before: consensus.Account{Balance: 1, Sequence: 2}, After: consensus.Account{Balance: 3, Sequence: 4}}}, stored)
			account, err := r.Account(address)
			require.NoError(t, err)
			require.Equal(t, consensus.Account{Balance: 5, Sequence: 6}, account)
			return nil
		}
		require.NoError(t, s.Update(func(w chain.Writer) error {
			require.NoError(t, w.PutBlock(at, &b))
			require.NoError(t, w.PutDiff(at, diff))
			require.NoError(t, w.PutAccount(address, consensus.Account{Balance: 5, Sequence: 6}))
			require.NoError(t, w.SetTip(at, chain.Totals{Accounts: 1}))
			return check(w)
		}))
		b.Transactions[0].Amount++ // what was put is not ours to change any more
		diff[0].After.Balance++
		require.NoError(t, s.View(check))
		require.NoError(t, s.View(check))
	})
}

func TestForgottenThingsAreGone(t *testing.T) {
	both(t, func(t *testing.T, s chain.Store) {
		at, b := block(1, 0)
		address := types.Address{9}
		require.NoError(t, s.Update(func(w chain.Writer) error {
			return errors.Join(w.PutBlock(at, &b), w.PutDiff(at, nil), w.PutAccount(address, consensus.Account{Balance: 1}))
		}))
		require.NoError(t, s.View(func(r chain.Reader) error {
			diff, err := r.Diff(at)
			require.NoError(t, err, "an empty diff is one too")
			require.Empty(t, diff)
			return nil
		}))
		require.NoError(t, s.Update(func(w chain.Writer) error {
			return errors.Join(w.DeleteDiff(at), w.PutAccount(address, consensus.Account{}))
		}))
		require.NoError(t, s.View(func(r chain.Reader) error {
			_, err := r.Diff(at)
			require.ErrorIs(t, err, chain.ErrNotFound)
			account, err := r.Account(address)
			require.Zero(t, account)
			return err
		}))
	})
}

func TestHeadersComeLowestFirst(t *testing.T) {
	both(t, func(t *testing.T, s chain.Store) {
		want := []uint64{1, 2, 255, 256, 65536}
		for _, height := range []uint64{256, 1, 65536, 255, 2} {
			at, b := block(uint32(height), 0)
			require.NoError(t, s.Update(func(w chain.Writer) error {
				return errors.Join(w.PutDiff(at, nil), w.PutBlock(at, &b))
			}))
		}
		var got []uint64
		require.NoError(t, s.View(func(r chain.Reader) error {
			return r.Headers(func(at chain.Ref, h types.Header) error {
				require.Equal(t, at.ID, h.Hash())
				got = append(got, at.Height)
				return nil
			})
		}))
		require.Equal(t, want, got)
		enough := errors.New("enough")
		err := s.View(func(r chain.Reader) error {
			return r.Headers(func(chain.Ref, types.Header) error { return enough })
		})
		require.ErrorIs(t, err, enough)
	})
}

func TestUpdateThatFailsLeavesNothing(t *testing.T) {
	both(t, func(t *testing.T, s chain.Store) {
		w := newLoad(10, 100)
		require.NoError(t, s.Update(w.fund))
		require.NoError(t, s.Update(func(to chain.Writer) error { return w.write(to, 5) }))
		before, err := read(s)
		require.NoError(t, err)

		failed := errors.New("failed")
		require.ErrorIs(t, s.Update(func(to chain.Writer) error {
			require.NoError(t, w.write(to, 5))
			require.NoError(t, to.DeleteDiff(before.tip))
			return failed
		}), failed)
		require.PanicsWithValue(t, "a caller's mistake", func() {
			_ = s.Update(func(to chain.Writer) error {
				require.NoError(t, w.write(to, 5))
				panic("a caller's mistake")
			})
		})
		require.PanicsWithValue(t, "a reader's mistake", func() {
			_ = s.View(func(r chain.Reader) error {
				return r.Headers(func(chain.Ref, types.Header) error { panic("a reader's mistake") })
			})
		})

		after, err := read(s)
		require.NoError(t, err)
		require.Equal(t, before, after)
		require.NoError(t, s.Update(func(to chain.Writer) error { return to.DeleteDiff(before.tip) }), "work goes on")
	})
}

// model is the naive store that the property holds the real ones against.
type model struct {
	tip      uint32 // nonce of the block
	blocks   map[uint32]bool
	diffs    map[uint32]types.Amount
	accounts map[byte]types.Amount
	reorg    uint32 // nonce of the block that it comes from; 0 is none
	byHand   []chain.Ref
}

func (m *model) clone() *model {
	return &model{m.tip, maps.Clone(m.blocks), maps.Clone(m.diffs), maps.Clone(m.accounts), m.reorg, m.byHand}
}

// change draws one write and makes it in both.
func (m *model) change(t *rapid.T, w chain.Writer) {
	nonce := rapid.Uint32Range(1, 20).Draw(t, "block")
	amount := types.Amount(rapid.Uint64Range(0, 3).Draw(t, "amount"))
	at, b := block(nonce, int(nonce)%3*20)
	switch rapid.IntRange(0, 8).Draw(t, "write") {
	case 0:
		m.blocks[nonce] = true
		require.NoError(t, w.PutBlock(at, &b))
	case 1:
		m.diffs[nonce] = amount
		require.NoError(t, w.PutDiff(at, consensus.Diff{{After: consensus.Account{Balance: amount}}}))
	case 2:
		delete(m.diffs, nonce)
		require.NoError(t, w.DeleteDiff(at))
	case 3:
		m.accounts[byte(nonce)] = amount
		require.NoError(t, w.PutAccount(types.Address{byte(nonce)}, consensus.Account{Balance: amount}))
	case 4:
		m.tip = nonce
	case 5:
		delete(m.blocks, nonce)
		require.NoError(t, w.DeleteBlock(at))
	case 6:
		m.reorg = nonce
		require.NoError(t, w.PutReorg(chain.Reorg{From: at, To: chain.Ref{Height: 1}}))
	case 7:
		m.reorg = 0
		require.NoError(t, w.DeleteReorg())
	case 8:
		m.byHand = nil
		for i := range nonce % 3 {
			m.byHand = append(m.byHand, chain.Ref{Height: uint64(i), ID: at.ID})
		}
		require.NoError(t, w.SetInvalidated(m.byHand))
	}
}

// setTip ends an update, once it is known what to count.
func (m *model) setTip(w chain.Writer) error {
	if m.tip == 0 {
		return nil
	}
	at, _ := block(m.tip, int(m.tip)%3*20)
	return w.SetTip(at, m.totals())
}

func (m *model) totals() (totals chain.Totals) {
	for _, balance := range m.accounts {
		if balance > 0 {
			totals.Accounts++
		}
	}
	return totals
}

func (m *model) check(t *rapid.T, r chain.Reader) {
	tip, err := r.Tip()
	require.Equal(t, m.tip == 0, errors.Is(err, chain.ErrNotFound))
	require.Equal(t, uint64(m.tip), tip.Height)
	if m.tip > 0 {
		totals, err := r.Totals()
		require.NoError(t, err)
		require.Equal(t, m.totals(), totals)
	}
	reorg, err := r.Reorg()
	require.Equal(t, m.reorg == 0, errors.Is(err, chain.ErrNotFound))
	require.Equal(t, uint64(m.reorg), reorg.From.Height)
	byHand, err := r.Invalidated()
	require.NoError(t, err)
	require.Equal(t, m.byHand, byHand)
	seen := 0
	require.NoError(t, r.Headers(func(at chain.Ref, _ types.Header) error {
		require.True(t, m.blocks[uint32(at.Height)])
		seen++
		return nil
	}))
	require.Len(t, m.blocks, seen)
	for nonce := uint32(1); nonce <= 20; nonce++ {
		at, b := block(nonce, int(nonce)%3*20)
		raw, err := r.Block(at)
		require.Equal(t, !m.blocks[nonce], errors.Is(err, chain.ErrNotFound))
		if m.blocks[nonce] {
			require.Equal(t, b.Encode(), raw)
		}
		diff, err := r.Diff(at)
		amount, there := m.diffs[nonce]
		require.Equal(t, !there, errors.Is(err, chain.ErrNotFound))
		if there {
			require.Equal(t, amount, diff[0].After.Balance)
		}
		account, err := r.Account(types.Address{byte(nonce)})
		require.NoError(t, err)
		require.Equal(t, m.accounts[byte(nonce)], account.Balance)
	}
}

func TestStoresKeepToTheModel(t *testing.T) {
	keepsTo(t, func() *model {
		return &model{blocks: map[uint32]bool{}, diffs: map[uint32]types.Amount{}, accounts: map[byte]types.Amount{}}
	})
}

// A reader of a file sees one picture, whatever is committed meanwhile.
func TestReaderSeesOnePicture(t *testing.T) {
	s := open(t, t.TempDir())
	w := newLoad(0, 0)
	require.NoError(t, s.Update(func(to chain.Writer) error { return w.write(to, 3) }))
	begun, done := make(chan struct{}), make(chan error)
	go func() {
		<-begun
		// Few enough that the file need not be mapped anew, which would wait.
		done <- s.Update(func(to chain.Writer) error { return w.write(to, 3) })
	}()
	require.NoError(t, s.View(func(r chain.Reader) error {
		close(begun)
		require.NoError(t, <-done)
		tip, err := r.Tip()
		require.Equal(t, uint64(3), tip.Height)
		return err
	}))
	c, err := read(s)
	require.NoError(t, err)
	c.requireWhole(t)
	require.Equal(t, uint64(6), c.tip.Height)
	require.NoError(t, s.Close())
	require.Error(t, s.View(func(chain.Reader) error { return nil }), "closed")
}

// Hundreds of nodes may share a machine: a file is not larger than it must be.
func TestEmptyFileIsSmall(t *testing.T) {
	folder := t.TempDir()
	s := open(t, folder)
	size := s.Size()
	info, err := os.Stat(filepath.Join(folder, "chain.db"))
	require.NoError(t, err)
	require.Less(t, info.Size(), int64(100<<10))
	require.Equal(t, info.Size(), size)
	require.NoError(t, s.Close())
	require.Zero(t, s.Size())
}
