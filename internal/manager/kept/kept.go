// Package kept has values outlive the manager, such as what somebody has asked of a network:
// each is a file of JSON in the data folder.
package kept

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"networkmngr/internal/config"
	"networkmngr/internal/disk"
	"networkmngr/internal/strictjson"
)

// File is a value that outlives the manager: one JSON file in the data folder, read
// strictly, and replaced as a whole. Who changes it sees to it that one does at a time.
type File[T any] struct{ Path string }

// In is the value of a name in a data folder.
func In[T any](folder, name string) File[T] {
	return File[T]{filepath.Join(folder, name)}
}

// Read returns the value, or reports that there is none. The error names the file; it is
// that of the file system, or, as a [config.ErrSetting], of strictjson.
func (f File[T]) Read() (value T, found bool, err error) {
	text, err := disk.ReadFile(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return value, false, nil
	}
	if err != nil {
		return value, false, fmt.Errorf("%s: %w", f.Path, err)
	}
	if err := strictjson.Unmarshal(text, &value); err != nil {
		return value, false, f.Wrong(err)
	}
	return value, true, nil
}

// Wrong is what is wrong with the value, as a setting is that somebody can mend.
func (f File[T]) Wrong(err error) error { return config.Misuse(fmt.Errorf("%s: %w", f.Path, err)) }

// Write has the value be on disk before it returns. After an error, the one before may
// still be there. The error is that of the file system.
func (f File[T]) Write(value T) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return disk.WriteFile(f.Path, append(text, '\n'), 0o644)
}

// Remove has there be none. The error is that of the file system.
func (f File[T]) Remove() error { return disk.Remove(f.Path) }
