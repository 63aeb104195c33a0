package archive

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
)

// readAll returns the events of a folder, and the gaps among them.
func readAll(t *testing.T, folder string, types ...events.Type) (offsets []uint64, gaps []events.Gap) {
	t.Helper()
	seq, err := Read(folder, types...)
	require.NoError(t, err)
	for r := range seq {
		if gap, isGap := r.Data.(events.Gap); isGap {
			gaps = append(gaps, gap)
			continue
		}
		offsets = append(offsets, r.Offset)
	}
	return offsets, gaps
}

// tellMany appends events a few at a time, as the log holds only so many that are not on
// disk yet.
func (s *stream) tellMany(count int) {
	const few = 20
	for range count / few {
		s.tell(few)
	}
}

func upTo(last int) []uint64 {
	list := make([]uint64, last)
	for i := range list {
		list[i] = uint64(i + 1)
	}
	return list
}

// All is read beside the writer, over segments, and after its end; a stream of before is
// another story.
func TestReadBesideTheWriter(t *testing.T) {
	folder := t.TempDir()
	_, err := Read(folder)
	require.ErrorIs(t, err, fs.ErrNotExist)
	old := begin(t, folder, "0ld", small)
	old.tell(50)
	old.stop()
	s := begin(t, folder, "abc", small)
	s.tellMany(200)
	offsets, gaps := readAll(t, folder)
	require.Equal(t, upTo(200), offsets)
	require.Empty(t, gaps)
	s.stop()
	offsets, _ = readAll(t, folder)
	require.Equal(t, upTo(200), offsets)
}

func TestReadSomeTypes(t *testing.T) {
	folder := t.TempDir()
	s := begin(t, folder, "abc", small)
	s.tell(3)
	s.log.Tell(events.NodePaused{})
	s.tellMany(100)
	s.stop()
	offsets, gaps := readAll(t, folder, events.NodePaused{}.Type(), events.NodeUp{}.Type())
	require.Equal(t, []uint64{4}, offsets)
	require.Empty(t, gaps, "what is not wanted is not missing")
}

// What is damaged or gone stands as a gap, and the rest is read.
func TestReadWithHoles(t *testing.T) {
	folder := t.TempDir()
	s := begin(t, folder, "abc", small)
	s.tellMany(200)
	s.stop()
	s = begin(t, folder, "abc", DefaultLimits()) // so that the last ones stay in the current file
	s.tell(10)
	s.stop()
	segments, err := list(folder)
	require.NoError(t, err)
	require.Greater(t, len(segments), 2)
	require.NoError(t, os.Remove(filepath.Join(folder, segments[0].name())))
	path := filepath.Join(folder, currentFile)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	lines := strings.SplitAfter(string(text), "\n")
	require.Greater(t, len(lines), 3)
	lines[1] = lines[1][:20] + "\n"
	require.NoError(t, os.WriteFile(path, []byte(strings.Join(lines, "")+`{"offset":211,"ti`), 0o600))
	first, _, _, err := scan(path)
	require.NoError(t, err)
	offsets, gaps := readAll(t, folder)
	require.Equal(t, []events.Gap{
		{First: 1, Last: segments[1].first - 1, Reason: events.Expired}, {First: first + 1, Last: first + 1, Reason: events.Expired},
	}, gaps)
	require.Len(t, offsets, 210-int(segments[1].first-1)-1)
}

// Where a segment is compressed after it was listed, it is found all the same.
func TestReadASegmentThatIsBeingCompressed(t *testing.T) {
	folder := t.TempDir()
	s := begin(t, folder, "abc", small)
	s.tellMany(200)
	s.stop()
	segments, err := list(folder)
	require.NoError(t, err)
	r := reading{folder: folder, yield: func(*events.Record) bool { return true }}
	require.False(t, segments[0].plain)
	segments[0].plain = true
	require.True(t, r.segment(segments[0]))
	require.Equal(t, segments[1].first-1, r.last)
}
