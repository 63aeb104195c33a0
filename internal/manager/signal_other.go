//go:build !unix

package manager

import "syscall"

// signalName is what this system calls a signal.
func signalName(signal syscall.Signal) string { return signal.String() }
