//go:build unix && !linux

package process

import "syscall"

// childAttributes gives the child its own process group.
func childAttributes() (*syscall.SysProcAttr, error) {
	return &syscall.SysProcAttr{Setpgid: true}, nil
}
