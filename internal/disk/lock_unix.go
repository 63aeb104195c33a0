//go:build unix

package disk

import (
	"errors"
	"os"
	"syscall"
)

// ErrLocked means that another process holds a lock.
var ErrLocked = errors.New("in use by another process")

// Lock takes the lock that a file stands for, and makes the file if need be. It is
// held until the file is closed, or the process ends. The error is an [ErrLocked] if
// another process holds it.
func Lock(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = ErrLocked
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}
