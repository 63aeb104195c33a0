package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// MakeFolder makes a folder, and those that it is in, as far as they are missing,
// and has their names survive a power failure.
func MakeFolder(path string) error {
	var missing []string
	for at := filepath.Clean(path); isMissing(at); at = filepath.Dir(at) {
		missing = append(missing, at)
	}
	err := os.MkdirAll(path, 0o755)
	for _, made := range missing {
		if err == nil {
			err = SyncFolder(filepath.Dir(made))
		}
	}
	return err
}

func isMissing(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}
