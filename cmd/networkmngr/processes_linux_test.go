package main_test

import (
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
