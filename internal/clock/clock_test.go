package clock

import (
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
	between(t, new(Clock), 0)
	for _, offset := range []time.Duration{0, 90 * time.Second, -time.Hour, MaxOffset, -MaxOffset} {
		c, err := Shifted(offset)
		require.NoError(t, err)
		between(t, c, offset)
	}
}

func TestShiftTakesOnlyWhatIsWithinBounds(t *testing.T) {
	c, err := Shifted(time.Minute)
	require.NoError(t, err)
	require.NoError(t, c.Shift(-time.Minute))
	between(t, c, -time.Minute)
	for _, offset := range []time.Duration{MaxOffset + 1, -MaxOffset - 1} {
		require.ErrorIs(t, c.Shift(offset), ErrOffset)
		between(t, c, -time.Minute)
		_, err := Shifted(offset)
		require.ErrorIs(t, err, ErrOffset)
	}
}
