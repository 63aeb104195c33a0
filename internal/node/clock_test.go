package node

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A process that wakes up in time was not stopped, however long it slept.
func TestTheCoresTimeStandsStillWhileTheProcessDoes(t *testing.T) {
	var c clock
	start := time.Unix(1000, 0)
	require.Equal(t, start, c.now(start))
	require.Equal(t, time.Hour, c.sleep(start.Add(time.Hour)))
	busy := start.Add(time.Hour + stillAfter - 1)
	require.Equal(t, busy, c.now(busy))
	require.Equal(t, time.Second, c.sleep(busy.Add(time.Second)))
	resumed := busy.Add(time.Minute)
	require.Equal(t, busy, c.now(resumed))
	require.Equal(t, time.Second, c.sleep(busy.Add(time.Second)))
	require.Equal(t, busy.Add(time.Second), c.now(resumed.Add(time.Second)))
	c.awake()
	require.Equal(t, busy.Add(time.Hour), c.now(resumed.Add(time.Hour)))
}
