package disk

import (
	"errors"
	"os"
	"path/filepath"
)

// Create makes a file with this content at path, where none may be.
func Create(path string, content []byte) error {
	if err := write(path, os.O_EXCL, content); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// Place is Replace by way of a draft, a path in the same folder, where an attempt
// that was cut short may have left one. The name is the caller's to sync, with
// SyncFolder, once for many files.
func Place(draft, path string, content []byte) error {
	if err := write(draft, os.O_TRUNC, content); err != nil {
		return err
	}
	return os.Rename(draft, path)
}

// write has content on disk.
func write(path string, flag int, content []byte) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|flag, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Sync(), file.Close())
}
