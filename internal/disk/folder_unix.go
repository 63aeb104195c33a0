//go:build unix

package disk

import (
	"errors"
	"os"
)

// SyncFolder makes the names in folder survive a power failure. The error is that
// of the file system.
func SyncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
