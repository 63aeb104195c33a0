package archive

import (
	"bytes"
	"encoding/json"
	"io"
	"iter"
	"os"
	"sort"
	"strconv"

	"networkmngr/internal/events"
)

// Since iterates over the events from an offset on, as far as they are on disk when
// it comes to them. What cannot be read is passed over, so that it is a hole.
func (a *Archive) Since(offset uint64) iter.Seq[*events.Record] {
	return func(yield func(*events.Record) bool) {
		for {
			file, closed := a.open(offset)
			if file == nil {
				return
			}
			last, goesOn := each(file, offset, yield)
			if !goesOn || !closed {
				return
			}
			offset = max(last+1, a.after(offset))
		}
	}
}

// open opens the file that an offset is in, or else the next one. It is nil if there
// is none. A closed segment has no more to come.
func (a *Archive) open(offset uint64) (file io.ReadCloser, closed bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if offset >= a.next {
		return nil, false // as in a new archive
	}
	if offset < a.first {
		for _, s := range a.segments[a.at(offset):] {
			file, err := s.open(a.folder)
			if err == nil {
				return file, true
			}
			a.log.Warn("events cannot be read", "file", s.name(), "error", err)
		}
	}
	current, err := os.Open(a.path(currentFile))
	if err != nil {
		return nil, false
	}
	return current, false
}

// at is the place in a.segments of the one that an offset is in, or of the first.
func (a *Archive) at(offset uint64) int {
	later := sort.Search(len(a.segments), func(i int) bool { return a.segments[i].first > offset })
	return max(later-1, 0)
}

// after is the offset with which the segment begins that comes after that of an
// offset.
func (a *Archive) after(offset uint64) uint64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range a.segments {
		if s.first > offset {
			return s.first
		}
	}
	return max(a.first, offset)
}

// each hands over the events of a file from an offset on, and closes it. It returns
// the last one's offset, or offset-1.
func each(file io.ReadCloser, offset uint64, yield func(*events.Record) bool) (last uint64, goesOn bool) {
	defer file.Close()
	last = offset - 1
	for line := range lines(file) {
		if at, ok := offsetOf(line); !ok || at <= last {
			continue
		}
		record, err := events.ParseRecord(bytes.TrimSuffix(line, []byte("\n")))
		if err != nil {
			continue
		}
		last = record.Offset
		if !yield(record) {
			return last, false
		}
	}
	return last, true
}

// offsetOf reads the offset of an event's line, which comes first in it.
func offsetOf(line []byte) (offset uint64, ok bool) {
	if !json.Valid(line) {
		return 0, false
	}
	rest, ok := bytes.CutPrefix(line, []byte(`{"offset":`))
	if !ok {
		return 0, false
	}
	digits := bytes.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	offset, err := strconv.ParseUint(string(rest[:max(digits, 0)]), 10, 64)
	return offset, err == nil && offset > 0
}
