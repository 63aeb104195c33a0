package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/store"
)

func TestLookReadsAndChangesNothing(t *testing.T) {
	folder := t.TempDir()
	nothing := func(chain.Reader) error { return nil }
	require.ErrorIs(t, store.Inspect(folder, nothing), os.ErrNotExist)
	path := filepath.Join(folder, "chain.db")
	require.NoFileExists(t, path)

	s, err := store.Open(folder)
	require.NoError(t, err)
	w := newLoad(1, 3)
	require.NoError(t, s.Update(func(to chain.Writer) error { return w.write(to, 2) }))
	require.ErrorIs(t, store.Inspect(folder, nothing), store.ErrLocked)
	require.NoError(t, s.Close())
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, store.Inspect(folder, func(r chain.Reader) error {
		tip, err := r.Tip()
		require.Equal(t, w.height, tip.Height)
		return err
	}))
	said := errors.New("said by who reads")
	require.ErrorIs(t, store.Inspect(folder, func(chain.Reader) error { return said }), said)
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, after)

	for _, damage := range [][]byte{before[:100], make([]byte, len(before))} {
		require.NoError(t, os.WriteFile(path, damage, 0o600))
		require.ErrorIs(t, store.Inspect(folder, nothing), store.ErrDamaged)
	}
}
