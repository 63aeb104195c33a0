package manager

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lockFile is in every data folder that a manager uses.
const lockFile = "manager.lock"

// errFolderInUse means that another manager's network lives in the folder.
var errFolderInUse = errors.New("in use by another manager")

// folder is the data folder of a network. As long as it is open, no other
// manager can open it; the lock goes with the process.
type folder struct {
	path      string
	temporary bool
	lock      *os.File
	kept      []int // ports of the nodes that it held when it was opened
}

// openFolder makes the folder if need be.
func openFolder(path string) (*folder, error) {
	// Nodes get the path as a setting, and must not depend on where they run.
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := writable(path); err != nil {
		return nil, err
	}
	kept, err := keptIn(path)
	if err != nil {
		return nil, err
	}
	lock, err := lockIn(path)
	return &folder{path: path, lock: lock, kept: kept}, err
}

func openTemporary() (*folder, error) {
	path, err := os.MkdirTemp("", "networkmngr-*")
	if err != nil {
		return nil, err
	}
	lock, err := lockIn(path)
	return &folder{path: path, temporary: true, lock: lock}, err
}

func lockIn(path string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(path, lockFile), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = errFolderInUse
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// remove is for a temporary folder that nobody needs any more.
func (f *folder) remove() error {
	if err := os.RemoveAll(f.path); err != nil {
		return fmt.Errorf("remove temporary data folder: %w", err)
	}
	return nil
}

func (f *folder) close() error { return f.lock.Close() }
