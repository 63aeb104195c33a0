package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/store"
)

func TestMakeFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "one", "two", "three")
	for range 2 {
		require.NoError(t, store.MakeFolder(path))
		require.DirExists(t, path)
	}
	t.Chdir(path)
	require.NoError(t, store.MakeFolder("four"))
	require.DirExists(t, filepath.Join(path, "four"))
}

func TestMakeFolderWhereAFileIs(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.Error(t, store.MakeFolder(file))
	require.ErrorContains(t, store.MakeFolder(filepath.Join(file, "folder")), file)
}
