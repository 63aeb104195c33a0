package store

import (
	"bytes"
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"networkmngr/internal/chain"
	"networkmngr/internal/types"
)

// Large blocks in a row, as of full mempools, are each written once, and so are those that
// small ones follow.
func TestLargeBlockIsWrittenOnce(t *testing.T) {
	folder := t.TempDir()
	s, err := Open(folder)
	require.NoError(t, err)
	list := []types.Block{blockAt(0, types.Hash{})}
	for height := uint32(1); height < 9; height++ {
		b := blockAt(height, list[height-1].Hash())
		if height < 6 {
			b.Transactions[0].Data = bytes.Repeat([]byte{byte(height)}, 2*spacedSize)
		}
		list = append(list, b)
	}
	before := readFile(t, s)
	for i := range list {
		b := &list[i]
		at := chain.Ref{Height: b.Height(), ID: b.Hash()}
		require.NoError(t, s.Update(func(w chain.Writer) error {
			return errors.Join(w.PutDiff(at, nil), join(w, b, uint64(i+1)))
		}))
		after := readFile(t, s)
		require.Less(t, changedPages(before, after)*pageSize, b.Size()+spacedSize, "block %d", i)
		before = after
	}
	require.NoError(t, s.Close())

	s, err = Open(folder)
	require.NoError(t, err)
	require.NoError(t, s.View(func(r chain.Reader) error {
		seen := 0
		err := r.Headers(func(at chain.Ref, _ types.Header) error {
			raw, err := r.Block(at)
			require.Equal(t, list[seen].Encode(), raw)
			main, mainErr := r.MainAt(at.Height)
			require.Equal(t, at, main)
			seen++
			return errors.Join(err, mainErr)
		})
		require.Equal(t, len(list), seen)
		return err
	}))
	require.NoError(t, s.Close())
}

// A block that is deleted leaves nothing behind.
func TestSpacersGoWithTheirBlock(t *testing.T) {
	s, err := Open(t.TempDir())
	require.NoError(t, err)
	b := blockAt(0, types.Hash{})
	b.Transactions[0].Data = make([]byte, spacedSize)
	at := chain.Ref{ID: b.Hash()}
	rows := func() (count int) {
		require.NoError(t, s.db.View(func(tx *bolt.Tx) error {
			count = tx.Bucket([]byte("blocks")).Stats().KeyN
			return nil
		}))
		return count
	}
	require.NoError(t, s.Update(func(w chain.Writer) error { return w.PutBlock(at, &b) }))
	require.Equal(t, 1+len(spacerKinds), rows())
	require.NoError(t, s.Update(func(w chain.Writer) error { return w.DeleteBlock(at) }))
	require.Zero(t, rows())
	require.NoError(t, s.Close())
}

func readFile(t *testing.T, s *Bolt) []byte {
	raw, err := os.ReadFile(s.path)
	require.NoError(t, err)
	return raw
}

// changedPages are pages with other content than before, and not empty.
func changedPages(before, after []byte) (count int) {
	for at := 0; at < len(after); at += pageSize {
		page := after[at : at+pageSize]
		if at < len(before) && bytes.Equal(before[at:at+pageSize], page) || len(bytes.Trim(page, "\x00")) == 0 {
			continue
		}
		count++
	}
	return count
}
