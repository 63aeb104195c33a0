package store

import (
	"path/filepath"

	"networkmngr/internal/disk"
)

// Remove removes the file in folder, which must not be open, if it is there. The
// error is that of the file system.
func Remove(folder string) error { return disk.Remove(filepath.Join(folder, fileName)) }
