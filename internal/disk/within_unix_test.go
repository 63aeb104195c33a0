//go:build unix

package disk_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/disk"
)

func TestWithinAreItsOwnRegularFilesOnly(t *testing.T) {
	folder := t.TempDir()
	outside, inside := filepath.Join(folder, "secret"), filepath.Join(folder, "page")
	require.NoError(t, os.WriteFile(outside, []byte("secret"), 0o600))
	require.NoError(t, os.MkdirAll(filepath.Join(inside, "app.css"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(inside, "app.js"), []byte("text"), 0o600))
	require.NoError(t, os.Symlink("app.js", filepath.Join(inside, "link")))
	require.NoError(t, os.Symlink(outside, filepath.Join(inside, "out")))
	require.NoError(t, syscall.Mkfifo(filepath.Join(inside, "pipe"), 0o600))
	within := disk.Within(inside)
	for _, name := range []string{"app.js", "link"} {
		text, err := fs.ReadFile(within, name)
		require.NoError(t, err, name)
		require.Equal(t, "text", string(text), name)
	}
	for _, name := range []string{"app.css", "out", "pipe", "none", "../secret"} {
		_, err := fs.ReadFile(within, name)
		require.ErrorIs(t, err, fs.ErrNotExist, name)
	}
}
