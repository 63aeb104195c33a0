package node

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestEnginesTimeStandsStillWhileTheProcessDoes(t *testing.T) {
	var c clock
	start := time.Unix(1000, 0)
	require.Equal(t, start, c.now(start))
	busy := start.Add(pauseLeast - 1)
	require.Equal(t, busy, c.now(busy))
	resumed := busy.Add(time.Minute)
	require.Equal(t, busy, c.now(resumed))
	require.Equal(t, busy.Add(time.Second), c.now(resumed.Add(time.Second)))
	require.Equal(t, resumed.Add(time.Second), c.real(busy.Add(time.Second)))
	require.Zero(t, c.real(time.Time{}))
}
