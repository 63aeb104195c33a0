package disk

import (
	"errors"
	"os"
)

// CheckWritable makes a folder if need be, and a file in it for a moment. The error is that of
// the file system.
func CheckWritable(path string) error {
	if err := MakeFolder(path, 0o755); err != nil {
		return err
	}
	file, err := os.CreateTemp(path, ".writable-*")
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}
