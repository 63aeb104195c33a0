package disk_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/disk"
)

func TestCreateNeverOverwrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, disk.Create(path, []byte("first"), 0o644))
	require.ErrorIs(t, disk.Create(path, []byte("second"), 0o644), fs.ErrExist)
	requireContent(t, path, "first")
}

// What a kill has left is overwritten, and stays nowhere.
func TestReplaceAfterAKill(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "file")
	require.NoError(t, os.WriteFile(disk.TempPath(path), []byte("longer than what comes"), 0o600))
	for _, content := range []string{"old", "new"} {
		require.NoError(t, disk.WriteFile(path, []byte(content), 0o600))
		requireContent(t, path, content)
	}
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, left, 1)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
}

func requireContent(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, want, string(got))
}
