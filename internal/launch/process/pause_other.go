//go:build !unix

package process

import (
	"errors"
	"runtime"
)

// errNoPause is returned where a process cannot be stopped by a signal.
var errNoPause = errors.New("processes cannot be paused on " + runtime.GOOS)

// Pause returns errNoPause.
func (p *Process) Pause() error { return errNoPause }

// Resume does nothing, as no process is paused here.
func (p *Process) Resume() error { return nil }
