package disk

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

// ErrNoFile means that something else than a regular file has a file's name. Reading a
// pipe, for one, would wait until somebody writes to it.
var ErrNoFile = errors.New("is no regular file")

// Open opens a file for reading, without waiting. The error is a *fs.PathError: that of the
// file system, or one that wraps ErrNoFile.
func Open(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|noWait, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: path, Err: ErrNoFile}
	}
	if err != nil {
		_ = file.Close() // nothing was written
		return nil, err
	}
	return file, nil
}

// ReadFile reads a file. The error is a *fs.PathError: that of the file system, or one that
// wraps ErrNoFile.
func ReadFile(path string) ([]byte, error) {
	file, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close() // nothing was written
	return io.ReadAll(file)
}
