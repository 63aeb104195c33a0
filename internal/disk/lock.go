package disk

import (
	"errors"
	"io"

	"github.com/gofrs/flock"
)

// ErrLocked means that another process holds a lock.
var ErrLocked = errors.New("in use by another process")

// Lock takes the lock that a file stands for, and makes the file if need be. It is
// held until it is closed, or the process ends. The error is an [ErrLocked] if
// another process holds it.
func Lock(path string) (io.Closer, error) {
	lock := flock.New(path, flock.SetPermissions(0o644))
	free, err := lock.TryLock()
	if err == nil && !free {
		err = ErrLocked
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock, nil
}
