// Package disk makes files and folders that a power failure leaves whole: a
// file's content is synced before its name is, and a name is synced with the
// folder that it is in.
package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Rename gives a file in a folder another name there, in the place of the file
// that has it.
func Rename(folder, from, to string) error {
	if err := os.Rename(filepath.Join(folder, from), filepath.Join(folder, to)); err != nil {
		return err
	}
	return SyncFolder(folder)
}

// Remove removes a file, if it is there.
func Remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// MakeFolder makes a folder, and those that it is in, if they are not there.
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
