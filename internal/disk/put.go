package disk

import (
	"errors"
	"os"
	"path/filepath"
)

// Put is Replace for a file that nobody else writes. What a kill leaves of it, a
// draft beside it, is overwritten the next time.
func Put(path string, content []byte, mode os.FileMode) error {
	if err := Place(path, content, mode); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// Place is Put for one of many files in a folder: the folder is the caller's to
// sync, once for all of them.
func Place(path string, content []byte, mode os.FileMode) error {
	draft := Draft(path)
	if err := write(draft, os.O_TRUNC, content, mode); err != nil {
		return err
	}
	return os.Rename(draft, path)
}

// Draft is where Place writes before the file has its name.
func Draft(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path))
}

// Create makes a file with this content at path, where none may be.
func Create(path string, content []byte, mode os.FileMode) error {
	if err := write(path, os.O_EXCL, content, mode); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// write has content on disk.
func write(path string, flag int, content []byte, mode os.FileMode) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|flag, mode)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Sync(), file.Close())
}
