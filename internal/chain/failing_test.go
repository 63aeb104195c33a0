package chain_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

var errDisk = errors.New("the disk failed")

// failingStore fails at one use of it: a read or write of a transaction, the
// commit, or a view. When left is 0 that is the next one; below, none.
type failingStore struct {
	chain.Store
	left int
}

func (s *failingStore) use() error {
	s.left--
	if s.left == -1 {
		return errDisk
	}
	return nil
}

func (s *failingStore) View(fn func(chain.Reader) error) error {
	if err := s.use(); err != nil {
		return err
	}
	return s.Store.View(fn)
}

func (s *failingStore) Update(fn func(chain.Writer) error) error {
	return s.Store.Update(func(w chain.Writer) error {
		if err := fn(&failingWriter{w, s}); err != nil {
			return err
		}
		return s.use()
	})
}

type failingWriter struct {
	chain.Writer
	store *failingStore
}

func (w *failingWriter) Block(at chain.Ref) ([]byte, error) {
	if err := w.store.use(); err != nil {
		return nil, err
	}
	return w.Writer.Block(at)
}

func (w *failingWriter) Diff(at chain.Ref) (consensus.Diff, error) {
	if err := w.store.use(); err != nil {
		return nil, err
	}
	return w.Writer.Diff(at)
}

func (w *failingWriter) Account(address types.Address) (consensus.Account, error) {
	if err := w.store.use(); err != nil {
		return consensus.Account{}, err
	}
	return w.Writer.Account(address)
}

func (w *failingWriter) PutBlock(at chain.Ref, b *types.Block) error {
	return errors.Join(w.store.use(), w.Writer.PutBlock(at, b))
}

func (w *failingWriter) PutDiff(at chain.Ref, diff consensus.Diff) error {
	return errors.Join(w.store.use(), w.Writer.PutDiff(at, diff))
}

func (w *failingWriter) DeleteDiff(at chain.Ref) error {
	return errors.Join(w.store.use(), w.Writer.DeleteDiff(at))
}

func (w *failingWriter) PutAccount(address types.Address, account consensus.Account) error {
	return errors.Join(w.store.use(), w.Writer.PutAccount(address, account))
}

func (w *failingWriter) SetTip(at chain.Ref, totals chain.Totals) error {
	return errors.Join(w.store.use(), w.Writer.SetTip(at, totals))
}

func (w *failingWriter) SetInvalidated(list []chain.Ref) error {
	return errors.Join(w.store.use(), w.Writer.SetInvalidated(list))
}

func (w *failingWriter) Index(height uint64, b *types.Block) error {
	return errors.Join(w.store.use(), w.Writer.Index(height, b))
}

func (w *failingWriter) Unindex(height uint64, b *types.Block) error {
	return errors.Join(w.store.use(), w.Writer.Unindex(height, b))
}

// Wherever the store fails, memory and disk agree afterwards on the old state,
// nobody is blamed, and the same blocks are taken once the store works again.
func TestStoreThatFails(t *testing.T) {
	for name, add := range map[string]func(*network, []types.Block) (chain.Change, error){
		"add": func(n *network, side []types.Block) (chain.Change, error) { return n.AddBlocks(side...) },
		"replace": func(n *network, side []types.Block) (chain.Change, error) {
			return n.Replace(append([]types.Block{n.genesis.Block}, side...))
		},
	} {
		t.Run(name, func(t *testing.T) {
			for left, failed := 0, true; failed; left++ {
				failed = failAt(t, left, add)
				require.Less(t, left, 1000)
			}
		})
	}
}

// failAt makes a reorg of three blocks fail at the store's use number left, and
// reports whether there was one.
func failAt(t *testing.T, left int, add func(*network, []types.Block) (chain.Change, error)) bool {
	s := &failingStore{store.NewMemory(), -1}
	n := newNetworkOver(t, s)
	n.take(chaintest.Next(n.Tip(), carol, chaintest.Transfer(types.NamedKey("alice"), n.root().ID, 0, bob, 5, 1)))
	main := n.extend(2)
	moved := n.Moved()
	side := chaintest.Branch(n.root(), bob, 5)

	s.left = left
	change, err := add(n, side)
	s.left = -1
	if err == nil {
		n.requireTip(side[4])
		return false
	}
	require.ErrorIs(t, err, errDisk)
	require.ErrorIs(t, err, chain.ErrStore)
	require.False(t, chain.Invalid(err))
	require.Equal(t, chain.Change{Tip: n.Tip()}, change)
	require.False(t, rung(moved))
	n.requireTip(main[1])
	requireSound(t, n.Chain, n.store)

	n.take(side...)
	n.requireTip(side[4])
	return true
}

func TestReadsThatFailAreTheStoresFault(t *testing.T) {
	s := &failingStore{store.NewMemory(), -1}
	n := newNetworkOver(t, s)
	for name, read := range map[string]func() error{
		"block":    func() error { _, err := n.Block(n.root().ID); return err },
		"bytes":    func() error { _, err := n.BlockBytes(n.root().ID); return err },
		"accounts": func() error { _, _, err := n.Accounts(alice); return err },
		"open":     func() error { _, err := chain.Open(s, n.genesis, chaintest.Now); return err },
	} {
		s.left = 0
		err := read()
		require.ErrorIs(t, err, chain.ErrStore, name)
		require.ErrorIs(t, err, errDisk, name)
		require.NoError(t, read(), name)
	}
}

func TestStartThatFailsIsRepeated(t *testing.T) {
	for left := 1; ; left++ { // the first use is the view
		s := &failingStore{store.NewMemory(), left}
		_, err := chain.Open(s, chaintest.Genesis(), chaintest.Now)
		if err == nil {
			return
		}
		require.ErrorIs(t, err, chain.ErrStore)
		c, err := chain.Open(s, chaintest.Genesis(), chaintest.Now)
		require.NoError(t, err)
		requireSound(t, c, s)
	}
}
