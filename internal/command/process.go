package command

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"
)

// life is what is known of a process of an earlier time.
type life int

const (
	gone    life = iota // no such process, or a later one with the same number
	alive               // the very same
	unknown             // there is one, which may be another
)

// lives reports what became of a process that ran at a time. Numbers are given
// again: what has the number now is the same process if it is older than that.
func lives(pid int, at time.Time) life {
	if err := syscall.Kill(pid, 0); errors.Is(err, syscall.ESRCH) {
		return gone
	}
	started, err := startOf(pid)
	switch {
	case errors.Is(err, os.ErrNotExist) && hasProc():
		return gone // in the meantime
	case errors.Is(err, errEnded):
		return gone
	case err != nil:
		return unknown
	case started.After(at.Add(startError)):
		return gone
	}
	return alive
}

// hasProc reports whether this system tells of its processes in files.
func hasProc() bool {
	_, err := os.Stat("/proc/self/stat")
	return err == nil
}

const (
	// startError is how wrong startOf may be, as the time of the boot is known
	// in seconds.
	startError = 2 * time.Second
	// ticks are the units of /proc's times, a second's worth; see sysconf(3).
	ticks = 100
)

var (
	errStat  = errors.New("not understood")
	errEnded = errors.New("process has ended, and nobody has asked how")
)

// startOf reads when a process was started; see proc_pid_stat(5) and
// proc_stat(5).
func startOf(pid int) (time.Time, error) {
	const startTime = 22 - 2 // field's number, without those up to the name's end
	path := fmt.Sprintf("/proc/%d/stat", pid)
	stat, err := os.ReadFile(path)
	if err != nil {
		return time.Time{}, err
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < startTime {
		return time.Time{}, fmt.Errorf("%s: %w", path, errStat)
	}
	if state := fields[0]; bytes.ContainsAny(state, "ZX") {
		return time.Time{}, errEnded
	}
	since, err := strconv.ParseInt(string(fields[startTime-1]), 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s: %w", path, err)
	}
	boot, err := bootTime()
	return boot.Add(time.Duration(since) * time.Second / ticks), err
}

func bootTime() (time.Time, error) {
	const path = "/proc/stat"
	stat, err := os.ReadFile(path)
	if err != nil {
		return time.Time{}, err
	}
	for line := range bytes.Lines(stat) {
		var seconds int64
		if n, _ := fmt.Sscanf(string(line), "btime %d", &seconds); n == 1 {
			return time.Unix(seconds, 0), nil
		}
	}
	return time.Time{}, fmt.Errorf("%s: %w", path, errStat)
}
