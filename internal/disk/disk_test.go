package disk_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/disk"
)

func TestFilesAreReplacedRenamedAndRemoved(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "a", "b", "c")
	require.NoError(t, disk.MakeFolder(folder, 0o755))
	require.NoError(t, disk.MakeFolder(folder, 0o755), "it is there")
	path := filepath.Join(folder, "file")
	for _, content := range []string{"old", "new"} {
		require.NoError(t, disk.WriteFile(path, []byte(content), 0o600))
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, content, string(got))
	}
	require.NoError(t, disk.Rename(folder, "file", "other"))
	require.NoFileExists(t, path)
	require.NoError(t, disk.Remove(filepath.Join(folder, "other")))
	require.NoError(t, disk.Remove(filepath.Join(folder, "other")), "it is gone")
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestAFileInTheWayIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	require.ErrorContains(t, disk.MakeFolder(path, 0o755), path)
	require.ErrorContains(t, disk.MakeFolder(filepath.Join(path, "folder"), 0o755), path)
	require.Error(t, disk.WriteFile(filepath.Join(path, "file"), nil, 0o600))
}
