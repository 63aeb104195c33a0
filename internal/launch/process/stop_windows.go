package process

import "networkmngr/internal/launch"

// ask closes the child's standard input, as no signal asks a process to end here: a
// child ends in order when its parent is gone. What it was to read is read by then, as
// it has been ready, or it fails.
func (p *Process) ask() { p.asked.Do(func() { _ = p.stdin.Close() }) }

// mayBeKilled reports whether a process that ended so may have been killed: that has the
// exit code 1 here, by [os.Process.Kill].
func mayBeKilled(exit launch.Exit) bool { return exit.Code == 1 }
