package disk

import (
	"errors"
	"io/fs"
	"os"
)

// Within is the folder at a path, of which only regular files are there, and of links only
// those that do not lead out of it. Each file is looked for anew.
type Within string

// Open opens a file for reading, without waiting. The error is that of the file system;
// it wraps fs.ErrNotExist for what is not there.
func (w Within) Open(name string) (fs.File, error) {
	root, err := os.OpenRoot(string(w))
	if err != nil {
		return nil, err
	}
	defer root.Close() // nothing was written
	file, err := root.OpenFile(name, os.O_RDONLY|noWait, 0)
	if errors.Is(err, fs.ErrPermission) {
		return nil, err
	}
	if err != nil { // one of a link that leads out has no name
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		_ = file.Close() // nothing was written
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return file, nil
}
