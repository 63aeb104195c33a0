package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Remove removes the file in folder, which nobody may have open.
func Remove(folder string) error {
	err := os.Remove(filepath.Join(folder, fileName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return SyncFolder(folder)
}
