package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
)

// stream is an archive with a log that it keeps.
type stream struct {
	*testing.T
	archive *Archive
	log     *events.Log
	stop    func()
}

var small = Limits{Segment: 4 << 10, Total: 1 << 20}

func begin(t *testing.T, folder, id string, limits Limits) *stream {
	a, err := Open(folder, id, limits, hclog.NewNullLogger())
	require.NoError(t, err)
	log := events.NewLog(events.Config{Stream: id, First: a.Next(), Bytes: 64 << 10, Now: time.Now, Cold: a})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx, log) }()
	s := &stream{T: t, archive: a, log: log}
	s.stop = func() {
		cancel()
		require.NoError(t, <-ended)
	}
	return s
}

// tell appends so many events, and waits until they are shown.
func (s *stream) tell(count int) {
	last := s.log.Shown() + uint64(count)
	r := s.log.Reader(last, events.Filter{})
	defer r.Close()
	for range count {
		s.log.Tell(events.NodeSilent{Error: "connection refused"})
	}
	for s.log.Shown() < last {
		<-r.More()
	}
}

// requireFrom checks that a reader gets every event from an offset on, after gaps.
func (s *stream) requireFrom(from uint64, gaps ...events.Gap) {
	s.Helper()
	r := s.log.Reader(from, events.Filter{})
	defer r.Close()
	var found []events.Gap
	expected := from
	for records := r.Next(); len(records) > 0; records = r.Next() {
		for _, record := range records {
			if gap, ok := record.Data.(events.Gap); ok {
				found = append(found, gap)
				require.Equal(s, expected, gap.First)
				expected = gap.Last
			}
			require.Equal(s, expected, record.Offset)
			expected++
		}
	}
	require.Equal(s, gaps, found)
	require.Equal(s, s.log.Shown()+1, expected)
}

func TestAStreamGoesOnAfterARestart(t *testing.T) {
	folder := t.TempDir()
	for restart := range 5 {
		s := begin(t, folder, "abc", small)
		require.EqualValues(t, restart*100, s.log.Shown())
		s.tell(100)
		s.requireFrom(1)
		s.requireFrom(uint64(restart*100 + 50))
		s.stop()
	}
	segments, err := list(folder)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(segments), 4)
}

// A folder is of the stream whose events are there: of another one from its first event on.
func TestAFolderIsOfWhoHasToldInIt(t *testing.T) {
	folder := t.TempDir()
	s := begin(t, folder, "abc", small)
	s.tell(10)
	s.stop()
	killed, err := Open(folder, "other", small, hclog.NewNullLogger())
	require.NoError(t, err)
	require.NoError(t, errors.Join(killed.file.Close(), killed.lock.Close()))
	require.True(t, Holds(folder, "abc"))
	s = begin(t, folder, "abc", small)
	require.EqualValues(t, 10, s.log.Shown())
	s.stop()
	s = begin(t, folder, "other", small)
	s.tell(1)
	require.True(t, Holds(folder, "other"))
	s.stop()
}

func TestAnUnfinishedLineIsDropped(t *testing.T) {
	folder := t.TempDir()
	s := begin(t, folder, "abc", DefaultLimits())
	s.tell(10)
	s.stop()
	path := filepath.Join(folder, currentFile)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, cut := range []int{1, 2, 60, len(whole) - 1, len(whole)} {
		require.NoError(t, os.WriteFile(path, whole[:len(whole)-cut], 0o644))
		left := bytes.Count(whole[:len(whole)-cut], []byte("\n"))
		s = begin(t, folder, "abc", DefaultLimits())
		require.EqualValues(t, left, s.log.Shown())
		s.tell(3)
		s.requireFrom(1)
		s.stop()
	}
}

func TestAKillWhileASegmentIsClosed(t *testing.T) {
	folder := t.TempDir()
	s := begin(t, folder, "abc", DefaultLimits())
	s.tell(10)
	s.stop()
	first := segment{stream: "abc", first: 1, plain: true}
	require.NoError(t, os.Rename(filepath.Join(folder, currentFile), filepath.Join(folder, first.name())))
	s = begin(t, folder, "abc", DefaultLimits())
	require.EqualValues(t, 10, s.log.Shown())
	s.tell(10)
	s.requireFrom(1)
	s.stop()
	s.requireFrom(1)
	require.NoFileExists(t, filepath.Join(folder, first.name()), "it is compressed")

	// The same a moment later: it is there in both forms.
	plain, err := io.ReadAll(must(segment{stream: "abc", first: 1}.open(folder)))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, first.name()), plain, 0o644))
	s = begin(t, folder, "abc", DefaultLimits())
	require.EqualValues(t, 20, s.log.Shown())
	s.requireFrom(1)
	s.stop()
	s.requireFrom(1)
	require.NoFileExists(t, filepath.Join(folder, first.name()))
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// Compressing a segment takes a while, in which events are written, shown and read.
func TestCompressionHoldsNothingUp(t *testing.T) {
	folder := t.TempDir()
	limits := Limits{Segment: 1 << 10, Total: 1 << 20}
	a, err := Open(folder, "abc", limits, hclog.NewNullLogger())
	require.NoError(t, err)
	s := &stream{T: t, archive: a, log: events.NewLog(events.Config{Stream: "abc", Bytes: 32 << 10, Now: time.Now, Cold: a})}
	ctx, cancel := context.WithCancel(t.Context())
	var writing sync.WaitGroup
	writing.Go(func() { a.writeAll(ctx, s.log) }) // and nobody compresses
	for range 20 {
		s.tell(20)
	}
	s.requireFrom(1)
	cancel()
	writing.Wait()
	segments := must(list(folder))
	require.Greater(t, len(segments), 5)
	for _, one := range segments {
		require.True(t, one.plain)
	}
	close(a.closed)
	a.compressAll()
	s.requireFrom(1)
	for _, one := range must(list(folder)) {
		require.False(t, one.plain)
	}
	require.NoError(t, a.close())
}

// What was written last may be lost with the machine, but not with the process.
func TestAStreamThatMayHaveLostItsEndIsNotGoneOnWith(t *testing.T) {
	folder := t.TempDir()
	s := begin(t, folder, "abc", DefaultLimits())
	s.tell(10)
	require.True(t, Holds(folder, "abc"), "the process may be killed")
	require.NoError(t, s.archive.writeStream("abc", "another boot"))
	require.False(t, Holds(folder, "abc"))
	s.stop()
	require.True(t, Holds(folder, "abc"), "all is on disk")
}

func TestTheOldestSegmentsGo(t *testing.T) {
	folder := t.TempDir()
	limits := Limits{Segment: 4 << 10, Total: 6 << 10}
	s := begin(t, folder, "abc", limits)
	for range 100 {
		s.tell(40)
	}
	s.stop()
	segments, err := list(folder)
	require.NoError(t, err)
	require.NotEmpty(t, segments)
	size := int64(0)
	for _, one := range segments {
		size += one.size
	}
	require.LessOrEqual(t, size, limits.Total)
	s.requireFrom(1, events.Gap{First: 1, Last: segments[0].first - 1, Reason: events.Expired})
}

func TestAnotherStreamBeginsAnewAndLeavesTheOldOnesEvents(t *testing.T) {
	folder := t.TempDir()
	s := begin(t, folder, "old", DefaultLimits())
	s.tell(10)
	s.stop()
	require.True(t, Holds(folder, "old"))
	s = begin(t, folder, "new", DefaultLimits())
	require.Zero(t, s.log.Shown())
	s.tell(5)
	s.requireFrom(1)
	s.stop()
	require.False(t, Holds(folder, "old"))
	segments, err := list(folder)
	require.NoError(t, err)
	require.Len(t, segments, 1)
	require.Equal(t, "old", segments[0].stream)
	last, err := segments[0].last(folder)
	require.NoError(t, err)
	require.EqualValues(t, 10, last)
}

// An offset that a reader knows may not become another event's.
func TestAStreamWhoseNewestEventsWereRemovedDoesNotGoOn(t *testing.T) {
	folder := t.TempDir()
	s := begin(t, folder, "abc", DefaultLimits())
	s.tell(10)
	s.stop()
	require.True(t, Holds(folder, "abc"))
	require.NoError(t, os.Remove(filepath.Join(folder, currentFile)))
	require.False(t, Holds(folder, "abc"))
}

func TestADamagedSegmentIsAGap(t *testing.T) {
	folder := t.TempDir()
	s := begin(t, folder, "abc", small)
	for range 20 {
		s.tell(20)
	}
	s.stop()
	segments := s.archive.segments
	require.Greater(t, len(segments), 2)
	require.NoError(t, os.WriteFile(filepath.Join(folder, segments[1].name()), []byte("no gzip"), 0o644))
	s.requireFrom(1, events.Gap{First: segments[1].first, Last: segments[2].first - 1, Reason: events.Expired})
	require.NoError(t, os.Remove(filepath.Join(folder, segments[0].name())))
	s.requireFrom(1, events.Gap{First: 1, Last: segments[2].first - 1, Reason: events.Expired})
}

// A disk that is full must not keep the network from being watched.
func TestADiskThatFailsHoldsNothingUp(t *testing.T) {
	folder := t.TempDir()
	s := begin(t, folder, "abc", DefaultLimits())
	s.tell(10)
	require.NoError(t, s.archive.file.Close()) // so that writes fail
	s.tell(10)
	s.tell(10)
	require.EqualValues(t, 30, s.log.Shown())
	s.stop()
	require.False(t, Holds(folder, "abc"), "the next start begins another stream")
}

func TestAFolderThatCannotBeUsedIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, nil, 0o644))
	_, err := Open(path, "abc", DefaultLimits(), hclog.NewNullLogger())
	var named *os.PathError
	require.True(t, errors.As(err, &named))
}

func TestReadersOnDiskAndAWriter(t *testing.T) {
	const total = 2000
	s := begin(t, t.TempDir(), "abc", small)
	ended := make(chan struct{})
	for range 4 {
		go func() {
			defer func() { ended <- struct{}{} }()
			r := s.log.Reader(1, events.Filter{})
			defer r.Close()
			for expected := uint64(1); expected <= total; {
				<-r.More()
				for _, record := range r.Next() {
					if record.Offset != expected {
						panic(fmt.Sprintf("offset %d, want %d", record.Offset, expected))
					}
					expected++
				}
			}
		}()
	}
	for range total / 20 {
		s.tell(20)
	}
	for range 4 {
		<-ended
	}
	s.stop()
}

// A disk that is slow for a while costs no event, and one that is too slow a gap.
func TestASlowDiskLosesNothingForAWhile(t *testing.T) {
	for name, c := range map[string]struct {
		events int // while the disk is slow; each takes 512 bytes of the log's 64 KiB, or more
		lost   bool
	}{"a while": {600, false}, "too long": {3000, true}} {
		t.Run(name, func(t *testing.T) {
			s := begin(t, t.TempDir(), "s", DefaultLimits())
			s.tell(3)
			s.archive.mu.Lock()
			for range c.events {
				s.log.Tell(events.NodeSilent{Error: "connection refused"})
			}
			s.archive.mu.Unlock()
			last := s.log.Told()
			r := s.log.Reader(last, events.Filter{})
			defer r.Close()
			for s.log.Shown() < last {
				<-r.More()
			}
			s.stop()
			_, gaps := readAll(t, s.archive.Folder())
			require.Equal(t, c.lost, len(gaps) > 0, "%v", gaps)
			s.requireFrom(1, gaps...)
		})
	}
}

// Whatever is on disk, readers get whole events in order.
func FuzzEach(f *testing.F) {
	const good = `{"offset":3,"time":"2026-11-28T12:00:00Z","type":"node-paused","data":{}}` + "\n"
	f.Add(good, uint64(1))
	f.Add(good+good, uint64(3))
	f.Add(good+`{"offset":4,"ti`, uint64(2))
	f.Add(`{"offset":18446744073709551616}`+"\n", uint64(2))
	f.Add("{\"offset\":5}\n\n\x00\n", uint64(5))
	f.Fuzz(func(t *testing.T, text string, from uint64) {
		if from == 0 {
			from = 1
		}
		next := from
		last, _ := each(io.NopCloser(strings.NewReader(text)), from, func(r *events.Record) bool {
			require.GreaterOrEqual(t, r.Offset, next)
			require.NotContains(t, string(r.JSON()), "\n")
			next = r.Offset + 1
			return next != 0
		})
		require.Equal(t, next-1, last)
	})
}
