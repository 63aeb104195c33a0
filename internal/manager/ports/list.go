package ports

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Max is the highest port.
const Max = 65535

// ErrNone means that no port is left where one is looked for.
var ErrNone = errors.New("no port is free")

// Check refuses what is no port, and a port that is there twice.
func Check(ports []int) error {
	for i, port := range ports {
		switch {
		case port < 1 || port > Max:
			return fmt.Errorf("%d is no port, want 1 to %d", port, Max)
		case slices.Contains(ports[:i], port):
			return fmt.Errorf("port %d is there twice", port)
		}
	}
	return nil
}

// Except returns the ports that are not among others.
func Except(ports, others []int) []int {
	return slices.DeleteFunc(slices.Clone(ports), func(port int) bool { return slices.Contains(others, port) })
}

// Ranges is an ordered list in short: "5000-5002, 5004".
func Ranges(ports []int) string {
	var parts []string
	for len(ports) > 0 {
		run := 1
		for run < len(ports) && ports[run] == ports[0]+run {
			run++
		}
		part := fmt.Sprint(ports[0])
		if run > 1 {
			part += fmt.Sprintf("-%d", ports[run-1])
		}
		parts, ports = append(parts, part), ports[run:]
	}
	return strings.Join(parts, ", ")
}
