package snapshot

import (
	"errors"
	"fmt"

	"networkmngr/internal/disk"
)

// Open opens a snapshot's file and reads what it says of itself. The caller calls
// end. The error is that of the file, or as that of Read.
func Open(path string) (from *Reader, end func(), err error) {
	file, err := disk.Open(path)
	if err != nil {
		return nil, nil, err
	}
	if from, err = Read(file, DefaultLimits()); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("%s: %w", path, err), file.Close())
	}
	return from, func() { from.Close(); file.Close() }, nil
}
