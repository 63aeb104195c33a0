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

// Nobody ever writes to the pipe: reading it would wait for ever.
func TestReadFileTakesRegularFilesOnly(t *testing.T) {
	folder := t.TempDir()
	file, pipe, link := filepath.Join(folder, "file"), filepath.Join(folder, "pipe"), filepath.Join(folder, "link")
	_, err := disk.ReadFile(file)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NoError(t, os.WriteFile(file, []byte("text"), 0o600))
	require.NoError(t, os.Symlink(file, link))
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	for _, path := range []string{file, link} {
		text, err := disk.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, "text", string(text))
	}
	for _, path := range []string{pipe, folder} {
		_, err := disk.ReadFile(path)
		require.ErrorIs(t, err, disk.ErrNoFile)
		require.ErrorContains(t, err, path)
	}
}

func TestOpenTakesRegularFilesOnly(t *testing.T) {
	folder := t.TempDir()
	pipe, zero := filepath.Join(folder, "pipe"), filepath.Join(folder, "zero")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	require.NoError(t, os.Symlink("/dev/zero", zero))
	for _, path := range []string{pipe, zero, folder} {
		_, err := disk.Open(path)
		require.ErrorIs(t, err, disk.ErrNoFile)
		require.ErrorContains(t, err, path)
	}
	_, err := disk.Open(filepath.Join(folder, "none"))
	require.ErrorIs(t, err, fs.ErrNotExist)
}
