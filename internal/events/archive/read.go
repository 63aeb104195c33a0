package archive

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"networkmngr/internal/events"
)

// Read iterates over what a folder has of the stream that was written there last, also
// while its writer goes on: those events that are of some types, or of all with none.
// What is missing stands as a Gap in its place. The error is that of the file system, an
// [fs.ErrNotExist] where no events are. Without one, the iterator must be run: a file is
// open until it ends.
func Read(folder string, types ...events.Type) (iter.Seq[*events.Record], error) {
	// The file is opened before the segments are listed: if it becomes one of them
	// meanwhile, its events are there twice, and none is missing.
	current, err := os.Open(filepath.Join(folder, currentFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	stream, _, err := readStream(folder)
	if err != nil && (current == nil || !errors.Is(err, fs.ErrNotExist)) {
		return nil, errors.Join(err, closeIf(current))
	}
	segments, err := list(folder)
	if err != nil {
		return nil, errors.Join(err, closeIf(current))
	}
	segments = slices.DeleteFunc(segments, func(s segment) bool { return s.stream != stream })
	if current == nil && len(segments) == 0 {
		return nil, &fs.PathError{Op: "open", Path: filepath.Join(folder, currentFile), Err: fs.ErrNotExist}
	}
	return func(yield func(*events.Record) bool) {
		r := reading{folder: folder, types: marks(types), yield: yield}
		defer func() { _ = closeIf(current) }() // which was only read
		for _, s := range segments {
			if !r.segment(s) {
				return
			}
		}
		if current != nil {
			r.lines(current)
		}
	}, nil
}

func closeIf(file *os.File) error {
	if file == nil {
		return nil
	}
	return file.Close()
}

// reading is how far a folder has been read.
type reading struct {
	folder string
	types  [][]byte // as they stand in a line
	last   uint64   // offset
	yield  func(*events.Record) bool
}

var typeMark = []byte(`,"type":"`)

func marks(types []events.Type) [][]byte {
	list := make([][]byte, len(types))
	for i, t := range types {
		list[i] = append(bytes.Clone(typeMark), t+`"`...)
	}
	return list
}

// segment reads a closed segment, which may have been compressed since it was listed. One
// that cannot be read is a hole.
func (r *reading) segment(s segment) bool {
	file, err := s.open(r.folder)
	if err != nil {
		s.plain = false
		file, err = s.open(r.folder)
	}
	if err != nil {
		return true
	}
	defer file.Close()
	return r.lines(file)
}

// lines hands over the events of a file. It is false once no more are wanted.
func (r *reading) lines(file io.Reader) bool {
	for line := range lines(file) {
		offset, wanted := r.look(line)
		if offset <= r.last {
			continue
		}
		var record *events.Record
		if wanted {
			var err error
			if record, err = events.ParseRecord(bytes.TrimSuffix(line, []byte("\n"))); err != nil {
				continue
			}
		}
		if offset > r.last+1 && !r.yield(hole(r.last+1, offset-1)) {
			return false
		}
		r.last = offset
		if record != nil && !r.yield(record) {
			return false
		}
	}
	return true
}

// look finds an event's offset, 0 for none, and whether it is of a type that is wanted,
// without reading all of it.
func (r *reading) look(line []byte) (offset uint64, wanted bool) {
	rest, ok := bytes.CutPrefix(line, []byte(`{"offset":`))
	end := bytes.IndexByte(rest, ',')
	if !ok || end < 0 {
		return 0, false
	}
	offset, err := strconv.ParseUint(string(rest[:end]), 10, 64)
	if err != nil {
		return 0, false
	}
	at := bytes.Index(rest, typeMark)
	return offset, len(r.types) == 0 || at >= 0 && slices.ContainsFunc(r.types, func(mark []byte) bool {
		return bytes.HasPrefix(rest[at:], mark)
	})
}

// hole tells that events are missing.
func hole(first, last uint64) *events.Record {
	gap := events.Gap{First: first, Last: last, Reason: events.Expired}
	return &events.Record{Event: events.Event{Offset: last, Type: gap.Type(), Data: gap}}
}
