// Package disk writes files and folders that survive a power failure complete. A
// file's content is synced before its name is, and a name is synced with its
// folder. Errors are those of the file system.
package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Rename renames a file in a folder, replacing the file of that name. The error is
// an *os.LinkError, or that of the sync.
func Rename(folder, from, to string) error {
	if err := os.Rename(filepath.Join(folder, from), filepath.Join(folder, to)); err != nil {
		return err
	}
	return SyncFolder(folder)
}

// Remove removes a file, if it exists. The error is that of the file system.
func Remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// MakeFolder makes a folder and its parents, if they do not exist. The error is
// that of the file system.
func MakeFolder(path string, mode os.FileMode) error {
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		return nil
	}
	parent := filepath.Dir(path)
	if parent != path && errors.Is(err, fs.ErrNotExist) {
		if err := MakeFolder(parent, mode); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(path, mode); err != nil { // another may have made it meanwhile
		return err
	}
	return SyncFolder(parent)
}
