package folder

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"networkmngr/internal/disk"
)

// loadingFile is in a data folder while a snapshot is unpacked there: it comes first and
// goes last, so that a folder which has it is no network's, whatever else is in it. (A draft
// beside the folder could not take its name where the folder is a volume of its own.)
const loadingFile = "loading"

// ErrHalfLoaded means that a folder has a part of a snapshot only.
var ErrHalfLoaded = errors.New("holds a snapshot that was not loaded to its end: load it again, which replaces what is there, or name another folder")

// CheckLoaded returns an ErrHalfLoaded of such a folder.
func CheckLoaded(path string) error {
	if _, err := os.Stat(filepath.Join(path, loadingFile)); err == nil {
		return ErrHalfLoaded
	}
	return nil
}

// BeginLoading empties a folder, which is no network's from now on. The caller has it; see Lock.
// The error is that of the file system.
func BeginLoading(path string) error {
	if err := disk.WriteFile(filepath.Join(path, loadingFile), nil, 0o644); err != nil {
		return err
	}
	entries, err := os.ReadDir(path)
	for _, entry := range entries {
		if name := entry.Name(); name != loadingFile && name != lockFile {
			err = errors.Join(err, os.RemoveAll(filepath.Join(path, name)))
		}
	}
	return err
}

// EndLoading has a folder be a network's, and lets go of it. All that is in it is on disk. The
// error is that of the file system.
func EndLoading(path string, lock io.Closer) error {
	if err := disk.Remove(filepath.Join(path, loadingFile)); err != nil {
		return err
	}
	return unlock(path, lock)
}

// RemoveHalfLoaded removes the temporary folders that loads which were killed have left.
func RemoveHalfLoaded() {
	parent := os.TempDir()
	names, _ := fs.Glob(os.DirFS(parent), Temporary) // the pattern is good
	for _, name := range names {
		if path := filepath.Join(parent, name); CheckLoaded(path) != nil {
			_ = Discard(path)
		}
	}
}

// Discard removes a data folder, unless somebody loads or runs its network. The error is that of
// the file system.
func Discard(path string) error {
	lock, err := Lock(path)
	if errors.Is(err, ErrInUse) || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(lock.Close(), os.RemoveAll(path))
}
