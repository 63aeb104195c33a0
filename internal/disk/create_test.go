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
	require.NoError(t, disk.Create(path, []byte("first")))
	require.ErrorIs(t, disk.Create(path, []byte("second")), fs.ErrExist)
	requireContent(t, path, "first")
}

func TestPlaceIsNotDisturbedByAnOldDraft(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	draft := path + ".draft"
	require.NoError(t, os.WriteFile(draft, []byte("longer than what comes"), 0o600))
	for _, content := range []string{"old", "new"} {
		require.NoError(t, disk.Place(draft, path, []byte(content)))
		requireContent(t, path, content)
		require.NoFileExists(t, draft)
	}
}

func requireContent(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, want, string(got))
}
