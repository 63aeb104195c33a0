//go:build unix && !linux

package process

// awaitStop does nothing: when all of a process stands still cannot be asked here.
func (p *Process) awaitStop() {}
