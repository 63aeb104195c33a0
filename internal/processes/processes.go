// Package processes tells of processes of this machine: what became of one of an
// earlier time, and which run a program.
package processes

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	psnet "github.com/shirou/gopsutil/v4/net"
	"github.com/shirou/gopsutil/v4/process"
)

// State is what is known of a process of an earlier time.
type State int

const (
	Gone    State = iota // no such process, or a later one with the same number
	Alive                // the very same
	Unknown              // there is one, which may be another
)

// startError is how far a process's start may seem later than it was: on Linux
// the time of the boot is known in seconds.
const startError = 2 * time.Second

// StateOf reports what became of a process that ran at a time. The system gives
// numbers again: what has the number now is the same process if it is older.
func StateOf(pid int, at time.Time) State {
	p, err := process.NewProcess(int32(pid))
	if errors.Is(err, process.ErrorProcessNotRunning) {
		return Gone
	}
	if err != nil {
		return Unknown
	}
	started, err := p.CreateTime()
	if err != nil {
		if exists, err := process.PidExists(int32(pid)); err == nil && !exists {
			return Gone // in the meantime
		}
		return Unknown
	}
	status, _ := p.Status() // without it, a process that has ended but was not waited for counts as alive
	if slices.Contains(status, process.Zombie) || time.UnixMilli(started).After(at.Add(startError)) {
		return Gone
	}
	return Alive
}

// Process is one that runs.
type Process struct {
	PID       int
	StartedAt time.Time
	Folder    string   // that it works in; empty if this system does not tell
	Args      []string // without the program's name
	Listens   []string // TCP addresses, host:port; none if this user may not know
}

// Running lists the processes that run a program of one of these names. The error is
// that of the system.
func Running(programs ...string) ([]Process, error) {
	all, err := process.Processes()
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	var found []Process
	for _, p := range all {
		args, err := p.CmdlineSlice()
		if err != nil || len(args) == 0 || !slices.Contains(programs, programOf(args[0])) {
			continue // of those that have ended meanwhile, too
		}
		found = append(found, describe(p, args[1:]))
	}
	return found, nil
}

// programOf is the name of a program's file, as a person types it.
func programOf(path string) string { return strings.TrimSuffix(filepath.Base(path), ".exe") }

// describe leaves empty what the system does not tell.
func describe(p *process.Process, args []string) Process {
	started, _ := p.CreateTime()
	folder, _ := p.Cwd()
	sockets, _ := psnet.ConnectionsPid("tcp", p.Pid)
	described := Process{PID: int(p.Pid), StartedAt: time.UnixMilli(started), Folder: folder, Args: args}
	for _, s := range sockets {
		if s.Status == "LISTEN" {
			described.Listens = append(described.Listens, net.JoinHostPort(s.Laddr.IP, strconv.Itoa(int(s.Laddr.Port))))
		}
	}
	return described
}
