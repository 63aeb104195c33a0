package store

import "errors"

var (
	// ErrLocked means that another process has the file open.
	ErrLocked = errors.New("in use by another process")
	// ErrDamaged means that the file is not what was written: cut short,
	// altered, or another kind of file. None of it should be trusted.
	ErrDamaged = errors.New("damaged")
	// ErrRemoved means that the file was removed, moved or replaced while it was
	// open: a write would be lost.
	ErrRemoved = errors.New("removed while in use")
	// ErrVersion means that another version of this program wrote the file.
	ErrVersion = errors.New("format of another version")
)
