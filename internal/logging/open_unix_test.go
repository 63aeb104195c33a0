//go:build unix

package logging

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/disk"
)

// Reading either would not end.
func TestLogsAreRegularFiles(t *testing.T) {
	f := newFolder(t)
	pipe, zero := filepath.Join(f.path, "pipe.log"), filepath.Join(f.path, "zero.log")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	require.NoError(t, os.Symlink("/dev/zero", zero))
	for _, name := range []string{"pipe.log", "zero.log"} {
		q := Query{Names: []string{name}, Limit: 1}
		_, err := Last(t.Context(), f.path, q, Behind(second(1)))
		require.ErrorIs(t, err, disk.ErrNoFile)
		_, err = First(t.Context(), f.path, q, second(1))
		require.ErrorIs(t, err, disk.ErrNoFile)
		r := NewReader(f.path, func(file string) bool { return file == name })
		require.ErrorIs(t, r.Read(func(Record) error { return nil }), disk.ErrNoFile)
		require.NoError(t, r.Close())
	}
}
