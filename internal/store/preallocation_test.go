package store

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Place is there before it is needed, in steps that double up to a bound, and
// what is in use stays as it is.
func TestReserveKeepsAhead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	file, err := os.Create(path)
	require.NoError(t, err)
	defer file.Close()
	r := preallocation{file: file}
	written := bytes.Repeat([]byte{7}, 16<<20)
	sizes := map[int64]bool{}
	for used := int64(pageSize); used < int64(len(written)); used += pageSize {
		_, err := file.WriteAt(written[used-pageSize:used], used-pageSize)
		require.NoError(t, err)
		r.extend(used)
		info, err := file.Stat()
		require.NoError(t, err)
		sizes[info.Size()] = true
		require.GreaterOrEqual(t, info.Size(), used+minReserve)
		require.LessOrEqual(t, info.Size(), used+min(max(2*used, 2*minReserve), maxReserve))
	}
	require.LessOrEqual(t, len(sizes), 4+len(written)/(maxReserve-minReserve), "the file grows in few steps")
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	used := int64(len(written)) - pageSize
	require.True(t, bytes.Equal(written[:used], content[:used]))
	require.Empty(t, bytes.Trim(content[used:], "\x00"))
}
