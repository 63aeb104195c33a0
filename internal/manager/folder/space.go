package folder

import (
	"errors"

	usage "github.com/shirou/gopsutil/v4/disk"
)

// ErrNoSpace means that a disk has no room for a snapshot.
var ErrNoSpace = errors.New("not enough free space")

// Reserve is left free on a disk, in bytes: a network that is loaded goes on to grow.
const Reserve = 64 << 20

// FreeSpace is how much the disk of a folder has room for, in bytes. The error is that of the
// system.
func FreeSpace(folder string) (bytes uint64, err error) {
	u, err := usage.Usage(folder)
	if err != nil {
		return 0, err
	}
	return u.Free, nil
}
