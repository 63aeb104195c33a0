//go:build unix

package process

import "syscall"

// Pause stops the process (SIGSTOP): it stays as it is until Resume. The error is nil.
func (p *Process) Pause() error {
	p.signal(syscall.SIGSTOP)
	p.awaitStop()
	return nil
}

// Resume has a paused process go on (SIGCONT). The error is nil.
func (p *Process) Resume() error {
	p.signal(syscall.SIGCONT)
	return nil
}
