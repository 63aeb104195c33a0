package disk

import (
	"errors"
	"os"
	"path/filepath"
)

// WriteFile writes a file at path, replacing the one that is there. A reader, after
// a crash too, finds the old content or the new one. There may be one writer at a
// time. The error is that of the file system.
//
// A killed writer leaves a draft beside the file, which the next one overwrites.
// Libraries for this use random names, so that each kill would leave one more.
func WriteFile(path string, content []byte, mode os.FileMode) error {
	if err := WriteUnsynced(path, content, mode); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// WriteUnsynced is WriteFile, with its error, for one of many files in a folder: the caller
// syncs the folder, once for all of them.
func WriteUnsynced(path string, content []byte, mode os.FileMode) error {
	draft := TempPath(path)
	if err := write(draft, os.O_TRUNC, content, mode); err != nil {
		return err
	}
	return os.Rename(draft, path)
}

// TempPath is the path that WriteUnsynced writes to before the file has its name.
func TempPath(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path))
}

// Create writes a file at path. The error wraps fs.ErrExist if there is one, or is
// that of the file system.
func Create(path string, content []byte, mode os.FileMode) error {
	if err := write(path, os.O_EXCL, content, mode); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// write writes and syncs a file.
func write(path string, flag int, content []byte, mode os.FileMode) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|flag, mode)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Sync(), file.Close())
}
