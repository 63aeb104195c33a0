//go:build !linux

package main_test

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// processesWith lists the processes with text in their arguments, without those
// that have ended and wait to be collected.
func processesWith(text string) (pids []int, err error) {
	out, err := exec.Command("ps", "-axww", "-o", "pid=,state=,args=").Output()
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if !strings.Contains(line, text) || len(fields) < 2 || strings.HasPrefix(fields[1], "Z") {
			continue
		}
		pid, err := strconv.Atoi(fields[0])
		if err != nil {
			return nil, err
		}
		pids = append(pids, pid)
	}
	return pids, nil
}

// peakMemory is what a process has in memory now, as nobody tells of the past.
func peakMemory(pid int) (bytes int, err error) {
	out, err := exec.Command("ps", "-o", "rss=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return 0, err
	}
	_, err = fmt.Sscan(string(out), &bytes)
	return bytes << 10, err
}
