package logging

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"networkmngr/internal/disk"
)

// Reader reads the log files of a folder as one log, in the order of time. It
// follows files that grow, are truncated or replaced, and finds new ones.
type Reader struct {
	folder string
	wanted func(file string) bool
	files  []*logFile
	skips  []Skipped
	buffer []byte // shared by all files
}

// NewReader returns a reader of the files in folder whose names are wanted.
func NewReader(folder string, wanted func(file string) bool) *Reader {
	return &Reader{folder: folder, wanted: wanted, buffer: make([]byte, 64<<10)}
}

// Read calls take with each new record, the oldest first. A line without a time is
// a record with the time of the one before it; what a line has behind about maxLine bytes
// is left out. The error is take's, that of ctx, or that of the file system.
func (r *Reader) Read(ctx context.Context, take func(Record) error) error {
	if err := r.find(); err != nil {
		return err
	}
	for _, f := range r.files {
		if err := f.refresh(); err != nil {
			return err
		}
	}
	return r.merge(ctx, take)
}

// Skipped lists the files that could not be opened.
func (r *Reader) Skipped() []Skipped { return slices.Clone(r.skips) }

// skip notes once that a file cannot be opened. It may be later.
func (r *Reader) skip(s Skipped) {
	if !slices.ContainsFunc(r.skips, func(one Skipped) bool { return one.File == s.File }) {
		r.skips = append(r.skips, s)
	}
}

// merge calls take with each record that is there, the oldest first.
func (r *Reader) merge(ctx context.Context, take func(Record) error) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		f, err := r.oldest(ctx)
		if err != nil || f == nil {
			return err
		}
		e := *f.next
		f.next = nil
		if err := take(e); err != nil {
			return err
		}
	}
}

// Close closes the files. The error is that of the file system.
func (r *Reader) Close() error {
	var err error
	for _, f := range r.files {
		err = errors.Join(err, f.file.Close())
	}
	r.files = nil
	return err
}

// find opens new files.
func (r *Reader) find() error {
	paths, err := filepath.Glob(filepath.Join(r.folder, "*.log"))
	if err != nil {
		return err
	}
	for _, path := range paths {
		open := slices.ContainsFunc(r.files, func(f *logFile) bool { return f.path == path })
		if open || !r.wanted(filepath.Base(path)) {
			continue
		}
		file, err := disk.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // gone again
		}
		if err != nil {
			r.skip(skipped(path, err))
			continue
		}
		r.files = append(r.files, &logFile{path: path, file: file, buffer: r.buffer})
	}
	return nil
}

// bytes counts those that were read.
func (r *Reader) bytes() (sum int64) {
	for _, f := range r.files {
		sum += f.read
	}
	return sum
}

// oldest returns the file with the oldest next record, or nil. There are too few
// files for a heap.
func (r *Reader) oldest(ctx context.Context) (*logFile, error) {
	var oldest *logFile
	for _, f := range r.files {
		if err := f.peek(ctx); err != nil {
			return nil, err
		}
		if f.next != nil && (oldest == nil || f.next.Time.Before(oldest.next.Time)) {
			oldest = f
		}
	}
	return oldest, nil
}

// logFile is read line by line.
type logFile struct {
	path   string
	file   *os.File
	buffer []byte  // the reader's
	read   int64   // bytes
	rest   []byte  // of them, without a newline yet
	next   *Record // read, and not yet taken
	last   Record  // read
	left   bool    // another file stands at the path; it is read once this one is at its end
}

// refresh starts again with a file that was truncated, and notices one that was replaced.
func (f *logFile) refresh() error {
	there, err := os.Stat(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // what is open stays readable
	}
	if err != nil {
		return err
	}
	open, err := f.file.Stat()
	if err != nil {
		return err
	}
	if f.left = !os.SameFile(there, open); f.left {
		return nil
	}
	if open.Size() < f.read {
		f.read, f.rest = 0, nil
		_, err = f.file.Seek(0, io.SeekStart)
	}
	return err
}

func (f *logFile) reopen() error {
	file, err := disk.Open(f.path)
	if err != nil {
		return err
	}
	err = f.file.Close()
	f.file, f.read, f.rest, f.left = file, 0, nil, false
	return err
}

// peek sets next, unless the file is at its end.
func (f *logFile) peek(ctx context.Context) error {
	for f.next == nil {
		line, err := f.line(ctx)
		if err != nil || line == nil {
			return err
		}
		f.take(line)
	}
	return nil
}

func (f *logFile) take(line []byte) {
	e, ok := parseLine(line)
	if !ok {
		e = Record{Time: f.last.Time, Level: f.last.Level, Logger: f.last.Logger, Message: string(line)}
	}
	e.File = filepath.Base(f.path)
	f.last, f.next = e, &e
}

// line returns the next complete line, valid until the next call, or nil if there
// is none yet.
func (f *logFile) line(ctx context.Context) ([]byte, error) {
	for ctx.Err() == nil {
		if line, rest, found := bytes.Cut(f.rest, []byte("\n")); found {
			f.rest = rest
			return line, nil
		}
		f.rest = f.rest[:min(len(f.rest), maxLine)]
		n, err := f.file.Read(f.buffer)
		f.rest, f.read = append(f.rest, f.buffer[:n]...), f.read+int64(n)
		if errors.Is(err, io.EOF) && f.left {
			err = f.reopen()
		}
		if errors.Is(err, io.EOF) || errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.path, err)
		}
	}
	return nil, ctx.Err()
}
