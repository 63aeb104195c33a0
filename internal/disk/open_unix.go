//go:build unix

package disk

import "syscall"

// noWait has opening a pipe not wait for who writes to it.
const noWait = syscall.O_NONBLOCK
