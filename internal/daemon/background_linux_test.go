package daemon

import (
	"context"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"networkmngr/internal/mining"
)

// What searches for a block leaves the processor to whoever else has something to do, also in
// this process.
func TestSearchesYield(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	d, ended := newDaemon(t), make(chan error, 1)
	go func() { ended <- d.run(ctx) }()
	setMode(t, d, mining.Continuous)
	require.Eventually(t, func() bool { return yields(t) }, patience, 5*time.Millisecond)
	cancel()
	require.NoError(t, <-ended)
	require.Eventually(t, func() bool { return !yields(t) }, patience, 5*time.Millisecond, "the threads have ended")
}

// yields reports whether a thread of this process is less urgent than this one.
func yields(t *testing.T) bool {
	t.Helper()
	ours, err := unix.Getpriority(unix.PRIO_PROCESS, unix.Gettid())
	require.NoError(t, err)
	threads, err := os.ReadDir("/proc/self/task")
	require.NoError(t, err)
	for _, thread := range threads {
		id, err := strconv.Atoi(thread.Name())
		require.NoError(t, err)
		// It may have ended meanwhile. The system call returns the more, the more urgent a thread is.
		if its, err := unix.Getpriority(unix.PRIO_PROCESS, id); err == nil && its < ours {
			return true
		}
	}
	return false
}
