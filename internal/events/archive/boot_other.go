//go:build !linux

package archive

import (
	"strconv"

	"github.com/shirou/gopsutil/v4/host"
)

// boot names this run of the machine, from its start to its end; empty if it is not
// known. Where the start is reckoned from the clock it may be a second off: then a
// manager that was killed begins another stream for nothing.
func boot() string {
	began, err := host.BootTime()
	if err != nil {
		return ""
	}
	return strconv.FormatUint(began, 10)
}
