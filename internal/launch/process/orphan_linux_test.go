package process

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// init forgets the kernel's signal at the parent's death, so that the pipe is
// all that is left. The kernel keeps it by thread, and this is the first one.
func init() {
	const setDeathSignal = 1 // PR_SET_PDEATHSIG
	if os.Getenv(roleVariable) == "pipe-only" {
		if _, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, setDeathSignal, 0, 0); errno != 0 {
			panic(errno)
		}
	}
}

func TestThePipeAloneEndsAnOrphanInOrder(t *testing.T) {
	life := newLifeline(t)
	kill, child, _ := orphan(t, life, "pipe-only")
	kill()
	require.Equal(t, farewell, life.lastWords(child))
}

func TestTheKernelEndsAnOrphanThatDoesNotListen(t *testing.T) {
	life := newLifeline(t)
	kill, child, _ := orphan(t, life, "deaf")
	kill()
	require.Empty(t, life.lastWords(child))
}

func TestTheKernelEndsAPausedOrphan(t *testing.T) {
	life := newLifeline(t)
	kill, child, pid := orphan(t, life, "node")
	require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
	require.Eventually(t, func() bool { return paused(t, pid) }, patience, time.Millisecond)
	kill()
	require.Empty(t, life.lastWords(child))
}

// paused reports whether all of a process has stopped; see proc_pid_stat(5).
func paused(t *testing.T, pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	require.NoError(t, err)
	_, afterName, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(afterName, "T")
}
