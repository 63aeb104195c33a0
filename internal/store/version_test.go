package store

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"networkmngr/internal/chain"
	"networkmngr/internal/types"
)

func TestOtherFormatIsRefused(t *testing.T) {
	for _, version := range []byte{readableVersion - 1, formatVersion + 1} {
		refuseVersion(t, version)
	}
}

// A file of the version before has all rows. What comes after it is of this version.
func TestFileWithoutBacklogIsRead(t *testing.T) {
	folder := t.TempDir()
	s, err := Open(folder)
	require.NoError(t, err)
	s.BatchBy(1, 1, time.Hour)
	old, next := blockAt(0, types.Hash{}), blockAt(1, blockAt(0, types.Hash{}).Hash())
	require.NoError(t, s.Update(func(w chain.Writer) error { return join(w, &old, 1) }))
	s.WriteBatch()
	require.NoError(t, s.db.Update(func(tx *bolt.Tx) error {
		meta := tx.Bucket(metaBucket)
		return errors.Join(meta.Delete(backlogKey), meta.Put(versionKey, appendChecksum(versionKey, []byte{0, 0, 0, readableVersion})))
	}))
	require.NoError(t, s.Close())

	require.NoError(t, Inspect(folder, func(r chain.Reader) error { return onlyPlace(t, r, &old) }))
	s, err = Open(folder)
	require.NoError(t, err)
	require.NoError(t, s.View(func(r chain.Reader) error { return onlyPlace(t, r, &old) }))
	require.NoError(t, s.Update(func(w chain.Writer) error { return join(w, &next, 2) }))
	require.NoError(t, s.View(func(r chain.Reader) error {
		return errors.Join(onlyPlace(t, r, &old), onlyPlace(t, r, &next))
	}))
	require.NoError(t, s.Update(func(w chain.Writer) error {
		return errors.Join(w.Unindex(1, &next), w.Unindex(0, &old), w.SetTip(chain.Ref{}, chain.Totals{}))
	}))
	require.Zero(t, s.Written())
	path := s.path
	require.NoError(t, s.Close())
	file, err := os.Open(path)
	require.NoError(t, err)
	version, err := verify(file)
	require.NoError(t, errors.Join(err, file.Close()))
	require.EqualValues(t, formatVersion, version)
}

func blockAt(height uint32, previous types.Hash) types.Block {
	return types.Block{
		Header:       types.Header{Nonce: height, Previous: previous},
		Transactions: []types.Transaction{{Kind: types.Coinbase, Sequence: uint64(height)}},
	}
}

// join makes b the tip.
func join(w chain.Writer, b *types.Block, transactions uint64) error {
	at := chain.Ref{Height: uint64(b.Nonce), ID: b.Hash()}
	return errors.Join(w.PutBlock(at, b), w.Index(at.Height, b), w.SetTip(at, chain.Totals{Transactions: transactions}))
}

func onlyPlace(t *testing.T, r chain.Reader, b *types.Block) error {
	places, err := r.Places(b.TransactionIDs()[0])
	require.Equal(t, []chain.TxPosition{{Height: uint64(b.Nonce)}}, places)
	return err
}

func refuseVersion(t *testing.T, version byte) {
	folder := t.TempDir()
	s, err := Open(folder)
	require.NoError(t, err)
	require.NoError(t, s.db.Update(func(tx *bolt.Tx) error {
		return tx.Bucket(metaBucket).Put(versionKey, appendChecksum(versionKey, []byte{0, 0, 0, version}))
	}))
	path := s.path
	require.NoError(t, s.Close())
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	_, err = Open(folder)
	require.ErrorIs(t, err, ErrVersion)
	require.ErrorContains(t, err, path)
	require.ErrorIs(t, Inspect(folder, func(chain.Reader) error { return nil }), ErrVersion)
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, after)
}
