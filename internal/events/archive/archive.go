// Package archive keeps a stream of events on disk, as lines of JSON: the newest in
// events.jsonl, what was there before in compressed segments beside it. A stream
// goes on there after a restart.
package archive

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/go-hclog"

	"networkmngr/internal/disk"
	"networkmngr/internal/events"
)

// The files in an archive's folder.
const (
	currentFile = "events.jsonl"
	streamFile  = "events.stream" // id of the stream that currentFile is of, and the boot while it is written
	lockFile    = "events.lock"   // held by the one process that writes
)

// Limits bound what an archive takes up.
type Limits struct {
	Segment int64 // bytes of events.jsonl, at which a new one is begun
	Total   int64 // bytes of all files; beyond that, the oldest segments go
}

// DefaultLimits are a manager's.
func DefaultLimits() Limits { return Limits{Segment: 16 << 20, Total: 256 << 20} }

// Archive is the part of a stream on disk. Its methods may be called from any
// goroutine, Run once.
type Archive struct {
	folder string
	stream string
	limits Limits
	log    hclog.Logger
	lock   io.Closer
	closed chan struct{} // has something in it when a segment was closed

	mu       sync.Mutex // guards what follows
	segments []segment  // of this stream, that are closed, in order
	file     *os.File   // currentFile, or nil after a failure
	first    uint64     // offset of its first event
	next     uint64     // offset of the next event
	size     int64      // bytes in file
	failure  error      // the first, or nil
}

// Open goes on with a stream in a folder, or begins it if the folder has another
// one's events or none. What is there of another one is kept as far as limits
// allow. The last line is dropped if it was not finished. The error is a
// [disk.ErrLocked] if another process keeps events there.
func Open(folder, stream string, limits Limits, log hclog.Logger) (*Archive, error) {
	lock, err := disk.Lock(filepath.Join(folder, lockFile))
	if err != nil {
		return nil, err
	}
	a := &Archive{folder: folder, stream: stream, limits: limits, log: log, lock: lock, closed: make(chan struct{}, 1), first: 1, next: 1}
	if err := a.goOn(); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return a, nil
}

// goOn takes over what is in the folder.
func (a *Archive) goOn() error {
	if err := a.leaveOther(); err != nil {
		return err
	}
	segments, err := list(a.folder)
	if err != nil {
		return err
	}
	a.segments = slices.DeleteFunc(segments, func(s segment) bool { return s.stream != a.stream })
	return a.resume()
}

// Holds reports whether a folder's newest events are of a stream, all of them. If the
// machine went down while they were written, the last may be lost, and their offsets
// must not come again; nor must those of events that were removed. (A kill just when a
// segment is closed looks like that, and costs readers a new stream.)
func Holds(folder, stream string) bool {
	if _, err := os.Stat(filepath.Join(folder, currentFile)); err != nil {
		return false
	}
	there, writing, err := readStream(folder)
	return err == nil && there == stream && (writing == "" || writing == boot())
}

// readStream returns the id in a folder's streamFile, and in which boot of the machine
// the stream is written, or was when its end was not orderly.
func readStream(folder string) (stream, writing string, err error) {
	text, err := disk.ReadFile(filepath.Join(folder, streamFile))
	stream, writing, _ = strings.Cut(strings.TrimSpace(string(text)), "\n")
	return stream, writing, err
}

func (a *Archive) writeStream(lines ...string) error {
	return disk.WriteFile(a.path(streamFile), []byte(strings.Join(lines, "\n")+"\n"), 0o644)
}

// leaveOther closes what another stream has left.
func (a *Archive) leaveOther() error {
	if Holds(a.folder, a.stream) {
		return nil
	}
	other, _, err := readStream(a.folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	first, _, _, err := scan(a.path(currentFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil || first == 0:
		return errors.Join(err, disk.Remove(a.path(currentFile)))
	}
	return disk.Rename(a.folder, currentFile, segment{stream: cleanStream(other), first: first}.plainName())
}

// resume finds out where the stream ends, and opens its file to go on there.
func (a *Archive) resume() error {
	first, last, size, err := scan(a.path(currentFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	switch {
	case last > 0:
		a.first, a.next, a.size = first, last+1, size
	case len(a.segments) > 0:
		last, err := a.segments[len(a.segments)-1].last(a.folder)
		if err != nil {
			return err
		}
		a.first, a.next = last+1, last+1
	}
	return a.openFile()
}

// openFile opens currentFile behind its last whole line.
func (a *Archive) openFile() error {
	file, err := os.OpenFile(a.path(currentFile), os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if err := file.Truncate(a.size); err != nil {
		return errors.Join(err, file.Close())
	}
	if _, err := file.Seek(a.size, io.SeekStart); err != nil {
		return errors.Join(err, file.Close())
	}
	a.file = file
	return nil
}

func (a *Archive) path(name string) string { return filepath.Join(a.folder, name) }

// Folder is where the events are.
func (a *Archive) Folder() string { return a.folder }

// Next is the offset with which the stream goes on.
func (a *Archive) Next() uint64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.next
}

// Run has the folder say whose events it has, which Open does not, as that waits for the disk
// and so do all who wait for Open. Then it writes what is appended to log, and shows it to
// readers, until ctx ends and all is written. If the disk fails, events are shown all the
// same, and the next start begins another stream, as readers know offsets that the disk does
// not. The error is that of the file's end.
func (a *Archive) Run(ctx context.Context, log *events.Log) error {
	var compressing sync.WaitGroup
	compressing.Go(a.compressAll)
	a.try(a.writeStream(a.stream, boot()))
	a.writeAll(ctx, log)
	close(a.closed)
	compressing.Wait()
	return a.close()
}

func (a *Archive) writeAll(ctx context.Context, log *events.Log) {
	for {
		records, more := log.Unshown()
		if len(records) > 0 {
			a.try(a.write(records))
			log.Show(records[len(records)-1].Offset)
			a.try(a.turn())
			continue
		}
		select {
		case <-more:
		case <-ctx.Done():
			if records, _ := log.Unshown(); len(records) == 0 {
				return
			}
		}
	}
}

// try ends the stream on disk after an error.
func (a *Archive) try(err error) {
	if err != nil {
		a.log.Error("events are no longer kept on disk", "file", a.path(currentFile), "error", err)
		a.abandon(err)
	}
}

// Failure is why events are no longer kept on disk, an error of the file system, or nil.
func (a *Archive) Failure() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.failure
}

// write appends events to the file in one go. A kill at any moment leaves whole
// lines, and perhaps the beginning of one.
func (a *Archive) write(records []*events.Record) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.file == nil {
		return nil // has failed before
	}
	if first := records[0].Offset; first > a.next {
		a.log.Warn("events were not kept on disk, which is too slow", "first", a.next, "last", first-1)
	}
	var lines bytes.Buffer
	for _, r := range records {
		lines.Write(r.JSON())
		lines.WriteByte('\n')
	}
	n, err := a.file.Write(lines.Bytes())
	a.size += int64(n)
	a.next = records[len(records)-1].Offset + 1
	return err
}

// turn closes the segment, if it is full, and begins the next one.
func (a *Archive) turn() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.file == nil || a.size < a.limits.Segment {
		return nil
	}
	err := errors.Join(a.file.Sync(), a.file.Close())
	a.file = nil
	if err != nil {
		return err
	}
	full := segment{stream: a.stream, first: a.first, plain: true}
	if err := disk.Rename(a.folder, currentFile, full.plainName()); err != nil {
		return err
	}
	a.segments = append(a.segments, full)
	a.first, a.size = a.next, 0
	select {
	case a.closed <- struct{}{}:
	default: // it is still to be looked at
	}
	return a.openFile()
}

// abandon makes sure that nobody goes on with the stream.
func (a *Archive) abandon(why error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.failure = cmp.Or(a.failure, why)
	err := disk.Remove(a.path(streamFile))
	if a.file != nil {
		err = errors.Join(err, a.file.Close())
		a.file = nil
	}
	if err != nil {
		a.log.Error("stream of events cannot be ended on disk", "error", err)
	}
}

func (a *Archive) close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	file := a.file
	a.file = nil
	if file == nil {
		return a.lock.Close()
	}
	err := errors.Join(file.Sync(), file.Close())
	if err == nil {
		err = a.writeStream(a.stream)
	}
	return errors.Join(err, a.lock.Close())
}

// scan finds the first and the last event in a file, and how many bytes the lines up
// to there have. Both are 0 if there is none.
func scan(path string) (first, last uint64, size int64, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, 0, 0, err
	}
	defer file.Close()
	at := int64(0)
	for line := range lines(file) {
		at += int64(len(line))
		offset, ok := offsetOf(line)
		if !ok || offset <= last {
			continue
		}
		if first == 0 {
			first = offset
		}
		last, size = offset, at
	}
	return first, last, size, nil
}

// maxLine bounds a line, in bytes: a file may be a stranger's. The largest events tell of all
// faults of a network, of which a request may have a mebibyte.
const maxLine = 8 << 20

// lines iterates over the whole lines of a file, each with its end. What cannot be
// read ends it, and so does a line that is too long.
func lines(file io.Reader) func(func([]byte) bool) {
	const buffer = 256 << 10
	return func(yield func([]byte) bool) {
		reader := bufio.NewReaderSize(file, buffer)
		for {
			line, err := readLine(reader)
			if err != nil || !yield(line) {
				return
			}
		}
	}
}

// readLine reads a line with its end. The error is that of reading, or a bufio.ErrBufferFull
// of one that is too long.
func readLine(reader *bufio.Reader) (line []byte, err error) {
	for {
		part, err := reader.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			return nil, bufio.ErrBufferFull
		}
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}
