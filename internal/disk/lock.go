package disk

import (
	"errors"
	"io"
	"os"

	"github.com/gofrs/flock"
)

// ErrLocked means that another process holds a lock.
var ErrLocked = errors.New("in use by another process")

// Lock takes the lock that a file stands for, and makes the file if need be. It is
// held until it is closed, or the process ends. The error is an [ErrLocked] if
// another process holds it.
func Lock(path string) (io.Closer, error) {
	const tries = 100 // as it may have been removed again each time
	for range tries {
		lock := flock.New(path, flock.SetPermissions(0o644))
		free, err := lock.TryLock()
		if err == nil && !free {
			err = ErrLocked
		}
		if err != nil {
			return nil, errors.Join(err, lock.Close())
		}
		if standsFor(path, lock) {
			return lock, nil
		}
		if err := lock.Close(); err != nil { // of a file that was removed meanwhile
			return nil, err
		}
	}
	return nil, ErrLocked
}

// standsFor reports whether a lock is of the file that is at path now.
func standsFor(path string, lock *flock.Flock) bool {
	there, err := os.Stat(path)
	locked, failed := lock.Stat()
	return err == nil && failed == nil && os.SameFile(there, locked)
}

// RemoveLock closes a lock and removes its file. The error is that of the file system.
func RemoveLock(lock io.Closer, path string) error {
	removed := os.Remove(path) // before another process has the lock
	err := lock.Close()
	if removed != nil { // as where no open file is removed, by another process neither
		err = errors.Join(err, Remove(path))
	}
	return err
}
