package archive

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/iotest"

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

// What was planted in part goes when it is planted once more, and nothing of another stream.
func TestAPlantThatWasCutShortBeginsAnew(t *testing.T) {
	s := begin(t, t.TempDir(), "abc", small)
	for range 4 {
		s.tell(100)
		s.requireFrom(1) // so that it is on disk
	}
	folder := t.TempDir()
	others := begin(t, folder, "def", small)
	others.tell(10)
	others.stop()
	failure := errors.New("cut")
	for lasts := range 3 {
		parts, err := s.archive.Parts()
		require.NoError(t, err)
		require.Greater(t, len(parts), 2)
		parts[lasts].ReadCloser = io.NopCloser(io.MultiReader(io.LimitReader(parts[lasts], 10), iotest.ErrReader(failure)))
		require.ErrorIs(t, Plant(folder, "ghi", parts...), failure)
		ClosePart(parts...)
	}
	parts, err := s.archive.Parts()
	require.NoError(t, err)
	require.NoError(t, Plant(folder, "ghi", parts...))
	ClosePart(parts...)
	s.stop()
	all, err := list(folder)
	require.NoError(t, err)
	streams := map[string]int{}
	for _, segment := range all {
		streams[segment.stream]++
	}
	require.Equal(t, map[string]int{"def": streams["def"], "ghi": len(parts) - 1}, streams)
	require.NotZero(t, streams["def"])
	planted := begin(t, folder, "ghi", small)
	require.EqualValues(t, 400, planted.log.Shown())
	planted.requireFrom(1)
	planted.stop()
}

// copied bounds parts to their sizes.
func copied(parts []Part) []Part {
	bounded := make([]Part, len(parts))
	for i, p := range parts {
		bounded[i] = Part{First: p.First, Packed: p.Packed, Size: p.Size, ReadCloser: io.NopCloser(io.LimitReader(p, p.Size))}
	}
	return bounded
}

// What a stranger's stream holds is read within bounds: a line that is too long ends its file.
func TestALineThatIsTooLongEndsItsFile(t *testing.T) {
	folder := t.TempDir()
	s := begin(t, folder, "abc", small)
	s.tell(2)
	s.stop()
	path := filepath.Join(folder, currentFile)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	long := append(append(slices.Concat(first, []byte("\n")), bytes.Repeat([]byte(" "), maxLine)...), rest...)
	require.NoError(t, os.WriteFile(path, long, 0o600))
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	var read [][]byte
	for line := range lines(file) {
		read = append(read, line)
	}
	require.Equal(t, [][]byte{append(first, '\n')}, read)
	again := begin(t, folder, "abc", small)
	require.EqualValues(t, 2, again.archive.Next(), "it goes on behind the last that was read")
	again.stop()
}

// Nor does a compressed one fill the memory, or take for ever.
func TestACompressedSegmentIsReadWithinBounds(t *testing.T) {
	folder := t.TempDir()
	file, err := os.Create(filepath.Join(folder, segment{stream: "abc", first: 1}.name()))
	require.NoError(t, err)
	zipped, err := gzip.NewWriterLevel(file, gzip.BestSpeed)
	require.NoError(t, err)
	piece := bytes.Repeat([]byte("\n"), 1<<20)
	for range maxSegment>>20 + 1 {
		_, err := zipped.Write(piece)
		require.NoError(t, err)
	}
	require.NoError(t, errors.Join(zipped.Close(), file.Close()))
	opened, err := segment{stream: "abc", first: 1}.open(folder)
	require.NoError(t, err)
	defer opened.Close()
	read, err := io.Copy(io.Discard, opened)
	require.NoError(t, err)
	require.EqualValues(t, maxSegment, read)
}
