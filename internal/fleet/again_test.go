package fleet

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/launch"
)

// Each wait is twice the one before, up to a bound, until a life has lasted; a start
// that fails after a life that lasted does not begin anew each time.
func TestWaitsGrowUntilALifeLasts(t *testing.T) {
	m := new(Fleet).New(5000)
	now := start
	lives := func(lasting time.Duration) time.Duration {
		m.Begin(nil, now)
		require.Zero(t, m.RestartAt())
		now = now.Add(lasting)
		m.End(launch.Exit{Code: 1}, now)
		wait := m.PlanRestart(now)
		require.Equal(t, now.Add(wait), m.RestartAt())
		return wait
	}
	for _, seconds := range []time.Duration{1, 2, 4, 8, 16, 30, 30} {
		require.Equal(t, seconds*time.Second, lives(59*time.Second))
	}
	require.Equal(t, time.Second, lives(time.Minute))
	require.Equal(t, 2*time.Second, m.PlanRestart(now), "the start failed")
	require.Equal(t, 4*time.Second, m.PlanRestart(now))
	require.Equal(t, 8*time.Second, lives(0))
	m.DropRestart(m.Lives()[0])
	require.NotZero(t, m.RestartAt(), "that is another life's")
	m.DropRestart(m.Life())
	require.Zero(t, m.RestartAt())
}
