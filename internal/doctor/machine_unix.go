//go:build unix

package doctor

import "golang.org/x/sys/unix"

// mayWrite returns an error if this process cannot make files in the folder.
func mayWrite(folder string) error { return unix.Access(folder, unix.W_OK|unix.X_OK) }

// maxOpenFiles is the hard limit, to which a Go program raises the soft one.
func maxOpenFiles() (uint64, error) {
	var limit unix.Rlimit
	err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit)
	return uint64(limit.Max), err // signed on some systems
}
