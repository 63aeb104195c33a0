package store

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"networkmngr/internal/chain"
)

func TestOtherFormatIsRefused(t *testing.T) {
	for _, version := range []byte{formatVersion - 1, formatVersion + 1} {
		refuseVersion(t, version)
	}
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
