package process

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// A child's threads have its first one's slack.
func TestAChildSleepsCoarsely(t *testing.T) {
	_, err := Start(bounded(t), newLifeline(t).command("sleeping"))
	require.EqualError(t, err, "node reports: 500000")
}

func TestTheStarterSleepsFinelyAgain(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	slack := func() int {
		nanoseconds, err := unix.PrctlRetInt(unix.PR_GET_TIMERSLACK, 0, 0, 0, 0)
		require.NoError(t, err)
		return nanoseconds
	}
	before := slack()
	coarsenSleep()
	require.EqualValues(t, sleepSlack, slack())
	refineSleep()
	require.Equal(t, before, slack())
}
