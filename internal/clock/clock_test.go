package clock

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// between checks that c is ahead of the machine by offset.
func between(t *testing.T, c *Clock, offset time.Duration) {
	t.Helper()
	before := time.Now()
	now := c.Now().Add(-offset)
	require.False(t, now.Before(before))
	require.False(t, now.After(time.Now()))
	require.Equal(t, offset, c.Offset())
}

func TestClockIsAheadByItsOffset(t *testing.T) {
	between(t, nil, 0)
	between(t, new(Clock), 0)
	for _, offset := range []time.Duration{0, 90 * time.Second, -time.Hour, MaxOffset, -MaxOffset} {
		c, err := Shifted(offset)
		require.NoError(t, err)
		between(t, c, offset)
	}
}

func TestSetTakesOnlyWhatIsWithinBounds(t *testing.T) {
	c, err := Shifted(time.Minute)
	require.NoError(t, err)
	require.NoError(t, c.Set(Change{Offset: new(-time.Minute)}))
	between(t, c, -time.Minute)
	for _, offset := range []time.Duration{MaxOffset + 1, -MaxOffset - 1} {
		require.ErrorIs(t, c.Set(Change{Offset: &offset, Drift: new(Drift(1))}), ErrOffset)
		between(t, c, -time.Minute)
		_, err := Shifted(offset)
		require.ErrorIs(t, err, ErrOffset)
	}
	for _, drift := range []Drift{MaxDrift + 1, -MaxDrift - 1} {
		require.ErrorIs(t, c.Set(Change{Offset: new(time.Hour), Drift: &drift}), ErrDrift)
		between(t, c, -time.Minute)
	}
}

// at is a clock on a course that began at a moment of the machine's.
func at(began time.Time, offset time.Duration, drift Drift) *Clock {
	c := new(Clock)
	c.course.Store(&course{since: began, offset: offset, drift: drift})
	return c
}

func TestAClockThatDrifts(t *testing.T) {
	began := time.Now()
	for _, c := range []struct {
		drift  Drift
		passed time.Duration
		want   time.Duration
	}{
		{100_000, 10_000 * time.Second, time.Second}, // 100 ppm
		{-100_000, 10_000 * time.Second, -time.Second},
		{MaxDrift, time.Hour, 30 * time.Minute},
		{-MaxDrift, time.Hour, -30 * time.Minute},
		{MaxDrift, 19 * 365 * 24 * time.Hour, 19 * 365 * 12 * time.Hour}, // no overflow
		{MaxDrift, 290 * 365 * 24 * time.Hour, MaxOffset},                // and no further
		{-MaxDrift, 290 * 365 * 24 * time.Hour, -MaxOffset},
		{1, 1500 * time.Millisecond, 1},
	} {
		got := at(began, 0, c.drift).at(began.Add(c.passed))
		require.Equal(t, c.want, got.Offset, "%s after %s", c.drift, c.passed)
		require.True(t, got.Time.Equal(began.Add(c.passed).Add(c.want)))
		require.Equal(t, c.drift, got.Drift)
	}
}

// Whatever changes but the offset, the time goes on from where it is, and it never runs
// backwards.
func TestTheTimeIsContinuousUnlessItIsSet(t *testing.T) {
	seed := rand.Uint64()
	t.Log("seed", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	c, last := at(time.Now().Add(-time.Hour), time.Minute, MaxDrift), time.Time{}
	for range 2000 {
		change := Change{}
		if random.IntN(2) == 0 {
			change.Drift = new(Drift(random.Int64N(2*int64(MaxDrift)+1)) - MaxDrift)
		}
		if random.IntN(2) == 0 {
			change.Stopped = new(random.IntN(2) == 0)
		}
		real := time.Now() // first, as the test may be held up anywhere
		before := c.Now()
		require.NoError(t, c.Set(change))
		after, passed := c.Now(), time.Since(real)
		require.False(t, before.Before(last), "backwards")
		require.False(t, after.Before(before), "backwards")
		require.LessOrEqual(t, after.Sub(before), 2*passed+time.Millisecond, "a jump")
		last = after
	}
}

func TestAStoppedClock(t *testing.T) {
	began := time.Now()
	c := at(began, time.Minute, MaxDrift)
	c.course.Load().stopped = true
	for _, passed := range []time.Duration{0, time.Second, 100 * time.Hour} {
		got := c.at(began.Add(passed))
		require.True(t, got.Time.Equal(began.Add(time.Minute)), got.Time)
		require.True(t, got.Stopped)
	}
	require.NoError(t, c.Set(Change{Stopped: new(false), Offset: new(time.Duration(0)), Drift: new(Drift(0))}))
	between(t, c, 0)
}
