package archive

import (
	"io"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A stream that is copied while it is written goes on elsewhere, under another id.
func TestAStreamGoesOnInAnotherFolder(t *testing.T) {
	for _, limits := range []Limits{small, DefaultLimits()} {
		s := begin(t, t.TempDir(), "abc", limits)
		s.tell(100)
		s.tell(100)
		parts, err := s.archive.Parts()
		require.NoError(t, err)
		s.tell(100) // after the copy was begun
		folder := filepath.Join(t.TempDir(), "new")
		require.NoError(t, Plant(folder, "def", copied(parts)...))
		ClosePart(parts...)
		s.stop()
		require.True(t, Holds(folder, "def"))
		other := begin(t, folder, "def", limits)
		require.EqualValues(t, 200, other.log.Shown())
		other.requireFrom(1)
		other.tell(10)
		other.requireFrom(1)
		other.stop()
		require.NoError(t, Plant(folder, "ghi"))
		require.True(t, Holds(folder, "ghi"))
		all, err := list(folder)
		require.NoError(t, err)
		require.Equal(t, "def", all[0].stream, "what was there stays")
	}
	empty := filepath.Join(t.TempDir(), "empty")
	require.NoError(t, Plant(empty, "abc"))
	require.True(t, Holds(empty, "abc"))
}

// copied bounds parts to their sizes.
func copied(parts []Part) []Part {
	bounded := make([]Part, len(parts))
	for i, p := range parts {
		bounded[i] = Part{First: p.First, Packed: p.Packed, Size: p.Size, ReadCloser: io.NopCloser(io.LimitReader(p, p.Size))}
	}
	return bounded
}
