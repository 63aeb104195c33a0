package process

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"networkmngr/internal/launch"
)

// A child's threads have its first one's slack, which is as if it were alone where nobody
// says how many there are, and greater in a crowd.
func TestAChildSleepsCoarsely(t *testing.T) {
	for crowd, want := range map[int]string{
		0: "500000", 10 * runtime.NumCPU(): "500000", 20 * runtime.NumCPU(): "1000000", 5000 * runtime.NumCPU(): "5000000",
	} {
		child := newLifeline(t).command("sleeping")
		child.Crowd = crowd
		_, err := Start(bounded(t), child)
		require.EqualError(t, err, "node reports: "+want, "one of %d", crowd)
	}
}

// A launcher passes on how many there are.
func TestANodeOfACrowdSleepsMoreCoarsely(t *testing.T) {
	l := launcher(t)
	t.Setenv(roleVariable, "sleeping")
	_, err := l.Start(bounded(t), launch.Spec{Crowd: 20 * runtime.NumCPU()})
	require.EqualError(t, err, "node reports: 1000000")
}

func TestTheStarterSleepsFinelyAgain(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	now := func() int {
		nanoseconds, err := unix.PrctlRetInt(unix.PR_GET_TIMERSLACK, 0, 0, 0, 0)
		require.NoError(t, err)
		return nanoseconds
	}
	before := now()
	coarsenSleep(1)
	require.EqualValues(t, leastSlack, now())
	refineSleep()
	require.Equal(t, before, now())
}
