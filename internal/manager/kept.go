package manager

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

// kept is a value that outlives the manager, such as what somebody has asked of the
// network: one JSON file in the data folder, read strictly, and replaced as a whole. Its
// name is one of managerFiles. Who changes it sees to it that one does at a time.
type kept[T any] struct{ path string }

// keptAs is the value of a name in a data folder.
func keptAs[T any](folder, name string) kept[T] {
	return kept[T]{filepath.Join(folder, name)}
}

// read returns the value, or reports that there is none. The error names the file; it is
// that of the file system, or, as a [config.ErrSetting], of strictjson.
func (k kept[T]) read() (value T, found bool, err error) {
	text, err := disk.ReadFile(k.path)
	if errors.Is(err, fs.ErrNotExist) {
		return value, false, nil
	}
	if err != nil {
		return value, false, fmt.Errorf("%s: %w", k.path, err)
	}
	if err := strictjson.Unmarshal(text, &value); err != nil {
		return value, false, k.wrong(err)
	}
	return value, true, nil
}

// wrong is what is wrong with the value, as a setting is that somebody can mend.
func (k kept[T]) wrong(err error) error { return config.Misuse(fmt.Errorf("%s: %w", k.path, err)) }

// write has the value be on disk before it returns. After an error, the one before may
// still be there. The error is that of the file system.
func (k kept[T]) write(value T) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return disk.WriteFile(k.path, append(text, '\n'), 0o644)
}

// remove has there be none. The error is that of the file system.
func (k kept[T]) remove() error { return disk.Remove(k.path) }
