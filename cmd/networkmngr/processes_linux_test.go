package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// processesWith lists the processes with text in their arguments. Those that
// have ended and wait to be collected have no arguments any more, and do not
// count.
func processesWith(text string) (pids []int, err error) {
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		args, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(args), text) {
			continue // a process that is just gone cannot be read
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err != nil {
			return nil, err
		}
		pids = append(pids, pid)
	}
	return pids, err
}

// peakMemory is the most that a process has had in memory, in bytes; see
// proc_pid_status(5).
func peakMemory(pid int) (bytes int, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	_, err = fmt.Sscan(rest, &bytes)
	return bytes << 10, err
}
