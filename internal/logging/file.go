package logging

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// MaxFileBytes is how long a log file may grow. It is then renamed, with OlderSuffix at its
// end and in the place of the one before it, and another begins.
const (
	MaxFileBytes = 64 << 20
	OlderSuffix  = ".older"
)

// file appends to a log file. When that was renamed or removed, as by logrotate, or is
// full, it goes on in a new one. Lumberjack and timberjack, tried by the tests of this
// package, go on in the renamed file, lose lines of two processes that write one file,
// write after Close, and bound a file in whole megabytes, a line too.
type file struct {
	path string
	max  int64 // bytes

	mu     sync.Mutex // guards what follows
	out    *os.File   // nil if it could not be opened again
	closed bool
}

func openFile(folder, name string) (*file, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	f := &file{path: filepath.Join(folder, name), max: MaxFileBytes}
	return f, f.open()
}

// open goes on at the path, and leaves all as it was if it cannot.
func (f *file) open() error {
	out, err := os.OpenFile(f.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_ = f.closeOut() // all is written
	f.out = out
	return nil
}

func (f *file) closeOut() (err error) {
	if f.out != nil {
		err = f.out.Close()
		f.out = nil
	}
	return err
}

// Write writes one record. The error is that of the file system.
func (f *file) Write(line []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return 0, fs.ErrClosed
	}
	if err := f.follow(); err != nil && f.out == nil {
		return 0, err
	}
	return f.out.Write(line)
}

// follow makes sure that out is the file at the path and has room. An error is no
// matter while there is a file to write to.
func (f *file) follow() error {
	if f.out == nil {
		return f.open()
	}
	open, err := f.out.Stat()
	if err != nil {
		return err
	}
	there, err := os.Stat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && !os.SameFile(there, open):
		return f.open()
	case err == nil && open.Size() >= f.max:
		return f.rotate()
	}
	return err
}

// rotate closes the file first, as some systems rename none that is open.
func (f *file) rotate() error {
	_ = f.closeOut()
	return errors.Join(os.Rename(f.path, f.path+OlderSuffix), f.open())
}

// Close closes the file. The error is that of the file system.
func (f *file) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	return f.closeOut()
}
