//go:build unix

package manager

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// signalName is "SIGKILL", say.
func signalName(signal syscall.Signal) string {
	if name := unix.SignalName(signal); name != "" {
		return name
	}
	return signal.String()
}
