//go:build !unix

package process

import "syscall"

// childAttributes gives the child nothing of its own: here are no process groups
// that signals reach.
func childAttributes() *syscall.SysProcAttr { return nil }
