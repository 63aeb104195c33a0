package doctor

import (
	"errors"
	"slices"
	"time"

	"github.com/shirou/gopsutil/v4/process"

	"networkmngr/internal/lastrun"
)

// processState is what is known of a process of an earlier time.
type processState int

const (
	gone    processState = iota // no such process, or a later one with the same number
	alive                       // the very same
	unknown                     // there is one, which may be another
)

// startError is how far a process's start may seem later than it was: on Linux
// the time of the boot is known in seconds.
const startError = 2 * time.Second

// stateOf reports what became of a process that ran at a time. The system gives
// numbers again: what has the number now is the same process if it is older.
func stateOf(pid int, at time.Time) processState {
	p, err := process.NewProcess(int32(pid))
	if errors.Is(err, process.ErrorProcessNotRunning) {
		return gone
	}
	if err != nil {
		return unknown
	}
	started, err := p.CreateTime()
	if err != nil {
		if exists, err := process.PidExists(int32(pid)); err == nil && !exists {
			return gone // in the meantime
		}
		return unknown
	}
	status, _ := p.Status() // without it, a process that has ended but was not waited for counts as alive
	if slices.Contains(status, process.Zombie) || time.UnixMilli(started).After(at.Add(startError)) {
		return gone
	}
	return alive
}

// ManagerRuns reports whether the process of the record's manager still runs on
// this machine.
func ManagerRuns(r *lastrun.Record) bool { return stateOf(r.PID, r.StartedAt) == alive }
