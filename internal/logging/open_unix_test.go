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
		page := f.last(q, Behind(second(1)))
		require.Equal(t, []Skipped{{File: name, Why: disk.ErrNoFile}}, page.Skipped)
		_, err := First(t.Context(), f.path, q, second(1))
		require.NoError(t, err)
		r := NewReader(f.path, func(file string) bool { return file == name })
		for range 2 {
			require.NoError(t, r.Read(t.Context(), func(Record) error { return nil }))
			require.Equal(t, page.Skipped, r.Skipped(), "once")
		}
		require.NoError(t, r.Close())
	}
	f.write("a.log", line(1, "a1"))
	page := f.last(Query{Names: []string{"a.log", "pipe.log"}, Limit: 1}, Behind(second(60)))
	require.Equal(t, []string{"a1"}, messagesOf(page.Records), "the others are read")
	require.Equal(t, []string{"a1"}, f.messages())
}

// A link that leads nowhere, or round in a circle, is a log that there is not.
func TestLinksThatLeadToNoLog(t *testing.T) {
	f := newFolder(t)
	circle := filepath.Join(f.path, "circle.log")
	require.NoError(t, os.Symlink(circle, circle))
	require.NoError(t, os.Symlink(filepath.Join(f.path, "nothing"), filepath.Join(f.path, "nowhere.log")))
	page := f.last(Query{Names: []string{"circle.log", "nowhere.log"}, Limit: 1}, Behind(second(60)))
	require.Len(t, page.Skipped, 1)
	require.Equal(t, "circle.log", page.Skipped[0].File)
	require.ErrorIs(t, page.Skipped[0].Why, syscall.ELOOP)
}
