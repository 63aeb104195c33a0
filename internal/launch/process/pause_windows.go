package process

import "errors"

// errNoPause is returned where a process cannot be stopped by a signal.
var errNoPause = errors.New("processes cannot be paused on Windows")

// Pause returns errNoPause.
func (p *Process) Pause() error { return errNoPause }

// Resume does nothing, as no process is paused here.
func (p *Process) Resume() error { return nil }
