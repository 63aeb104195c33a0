package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// batching opens a new store that writes batches of two blocks, or of as many transactions.
func batching(t *testing.T, transactions uint64, quiet time.Duration) (s *store.Bolt, folder string) {
	folder = t.TempDir()
	s = open(t, folder)
	s.BatchBy(2, transactions, quiet)
	return s, folder
}

// requireFound checks that the last block's transactions are found, and those of the last
// blocks in the history of whom they all pay.
func (w *load) requireFound(t *testing.T, s chain.Store, blocks int) {
	require.NoError(t, s.View(func(r chain.Reader) error {
		for i, id := range w.block.TransactionIDs() {
			places, err := r.Places(id)
			require.NoError(t, err)
			require.Equal(t, []chain.TxPosition{{Height: w.height, Position: i}}, places)
		}
		history, err := r.History(types.Address{}, chain.TxPosition{Height: w.height, Position: 1}, blocks)
		require.Len(t, history, blocks)
		return err
	}))
}

func TestRowsAreWrittenTogether(t *testing.T) {
	for name, transactions := range map[string]uint64{"as many blocks": 100, "as many transactions": 4} {
		t.Run(name, func(t *testing.T) {
			s, folder := batching(t, transactions, time.Hour)
			w := newLoad(1, 5)
			for _, written := range []int{0, 0, 0, 8, 8} {
				require.NoError(t, s.Update(func(to chain.Writer) error { return w.write(to, 1) }))
				require.Equal(t, written, s.Written())
				require.Equal(t, int(w.height)-written/2, s.Kept())
				w.requireFound(t, s, int(w.height))
			}
			require.NoError(t, s.Close())
			s = open(t, folder)
			w.requireFound(t, s, int(w.height))
			require.Equal(t, 8, s.Written(), "none was written for the restart")
			require.NoError(t, s.Update(func(to chain.Writer) error { return to.Unindex(w.height, &w.block) }))
			require.Zero(t, s.Kept(), "the block has left the main chain")
			require.NoError(t, s.Close())
		})
	}
}

func TestRowsAreWrittenOnceItIsQuiet(t *testing.T) {
	s, _ := batching(t, 100, time.Millisecond)
	w := newLoad(1, 5)
	require.NoError(t, s.Update(func(to chain.Writer) error { return w.write(to, 2) }))
	require.Eventually(t, func() bool { return s.Written() == 4 }, time.Minute, time.Millisecond)
	w.requireFound(t, s, 2)
	require.NoError(t, s.Close())
}

// A reader that began before rows were written finds them in its own picture.
func TestReaderKeepsItsBacklog(t *testing.T) {
	s, _ := batching(t, 100, time.Hour)
	w := newLoad(1, 5)
	require.NoError(t, s.Update(func(to chain.Writer) error { return w.write(to, 3) }))
	begun, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		<-begun
		s.WriteBatch()
	}()
	require.NoError(t, s.View(func(r chain.Reader) error {
		close(begun)
		<-done
		require.Equal(t, 6, s.Written())
		rows, err := r.Rows()
		require.EqualValues(t, 6, rows.Transactions)
		w.requireFound(t, s, 3)
		return err
	}))
	require.NoError(t, s.Close())
}

// A file whose backlog lacks a block is damaged: that must not look as if there were no such
// transaction.
func TestMissingBlockOfTheBacklogIsDamage(t *testing.T) {
	folder := t.TempDir()
	s := open(t, folder)
	w := newLoad(1, 5)
	require.NoError(t, s.Update(func(to chain.Writer) error {
		return errors.Join(w.write(to, 2), to.DeleteBlock(chain.Ref{Height: 2, ID: w.last}))
	}))
	require.NoError(t, s.Close())
	s = open(t, folder)
	require.ErrorIs(t, s.View(func(r chain.Reader) error {
		_, err := r.Places(types.Hash{})
		require.NotErrorIs(t, err, chain.ErrNotFound)
		return err
	}), store.ErrDamaged)
	require.NoError(t, s.Close())
}
