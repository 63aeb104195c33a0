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

// signalNumber is the signal of a name such as "SIGKILL"; 0 for what is none.
func signalNumber(name string) syscall.Signal { return unix.SignalNum(name) }
