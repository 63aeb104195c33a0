//go:build unix

package process

import (
	"syscall"

	"networkmngr/internal/launch"
)

// ask sends SIGTERM, the first time.
func (p *Process) ask() { p.asked.Do(func() { p.signal(syscall.SIGTERM) }) }

// mayBeKilled reports whether a process that ended so may have been killed.
func mayBeKilled(exit launch.Exit) bool { return exit.Signal == syscall.SIGKILL }
