package main_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// The ports that tests use, one range after the other. They lie below those
// that kernels give to whoever asks for any port, and above those that other
// packages' tests choose from.
const (
	lowestPort  = 30_000
	highestPort = 32_700
)

var (
	portMutex sync.Mutex // guards nextPort
	nextPort  = lowestPort + rand.IntN(highestPort-lowestPort)
)

// freePorts returns the first of count ports in a row that are free, and that no
// other test of this process gets.
func freePorts(t *testing.T, count int) int {
	portMutex.Lock()
	defer portMutex.Unlock()
	for range highestPort - lowestPort {
		if nextPort+count > highestPort {
			nextPort = lowestPort
		}
		first := nextPort
		if taken := takenPort(first, count); taken != 0 {
			nextPort = taken + 1
			continue
		}
		nextPort += count
		return first
	}
	require.FailNow(t, "no free ports")
	return 0
}

// takenPort returns one of count ports from first that somebody has, or 0.
func takenPort(first, count int) int {
	for port := first; port < first+count; port++ {
		listener, err := net.Listen("tcp", address(port))
		if err != nil {
			return port
		}
		listener.Close()
	}
	return 0
}

func address(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
