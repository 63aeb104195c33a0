package store

import (
	"path/filepath"

	"networkmngr/internal/disk"
)

// Remove removes the file in folder, which nobody may have open.
func Remove(folder string) error { return disk.Remove(filepath.Join(folder, fileName)) }
