package disk

import (
	"errors"
	"os"
	"path/filepath"
)

// Replace puts a file with this content at path, in the place of the one that
// is there, if there is one. Nobody else may write it meanwhile. Whoever reads
// it, after a crash too, finds the old content or the new.
//
// What a kill leaves of it is a draft beside it, which is overwritten the next
// time. Libraries for this write drafts with random names, of which each kill
// would leave one more.
func Replace(path string, content []byte, mode os.FileMode) error {
	if err := Place(path, content, mode); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// Place is Replace for one of many files in a folder: the folder is the caller's to
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
