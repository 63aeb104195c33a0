package drafts

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"networkmngr/internal/disk"
	"networkmngr/internal/snapshot"
)

// unfinished is the pattern of the names under which snapshots are written, and lock the name
// of the file by which one manager keeps others out of a folder.
const (
	unfinished = ".*" + snapshot.Extension
	lock       = ".lock"
)

var (
	// ErrInUse means that another manager writes to the folder.
	ErrInUse = errors.New("another manager takes a snapshot there just now, try again in a moment")
	// ErrExists means that there is a snapshot of this name.
	ErrExists = errors.New("there is a snapshot of this name already")
)

// Take takes a folder of snapshots, which several managers may share, until release, for a
// snapshot of this name, and removes what a kill has left there. It returns the path that the
// snapshot is to have. It fails with ErrInUse while another manager has the folder, and with
// ErrExists: whether there is such a snapshot is known only while no other manager writes there.
func Take(folder, name string) (path string, release func(), err error) {
	release, err = take(folder)
	if err != nil {
		return "", nil, err
	}
	path = filepath.Join(folder, name)
	if _, err := os.Stat(path); err == nil {
		release()
		return "", nil, fmt.Errorf("%w: %s", ErrExists, path)
	}
	return path, release, nil
}

// SweepShared removes what a kill has left in a folder of snapshots that no manager writes to,
// if there is such a folder.
func SweepShared(folder string) {
	if release, err := take(folder); err == nil {
		release()
	}
}

func take(folder string) (release func(), err error) {
	path := filepath.Join(folder, lock)
	held, err := disk.Lock(path)
	if errors.Is(err, disk.ErrLocked) {
		err = ErrInUse
	}
	if err != nil {
		return nil, err
	}
	sweep(folder, draft, unfinished)
	return func() { _ = disk.RemoveLock(held, path) }, nil
}

// Sweep removes the drafts that a kill has left in a folder that only the caller writes to.
func Sweep(folder string) { sweep(folder, draft) }

func sweep(folder string, patterns ...string) {
	for _, pattern := range patterns {
		left, _ := fs.Glob(os.DirFS(folder), pattern) // the patterns are good
		for _, name := range left {
			_ = os.Remove(filepath.Join(folder, name))
		}
	}
}
