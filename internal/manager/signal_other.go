//go:build !unix

package manager

import "syscall"

// signalName is what this system calls a signal.
func signalName(signal syscall.Signal) string { return signal.String() }

// signalNumber is the signal of a name: none, as signals have no names here.
func signalNumber(string) syscall.Signal { return 0 }
