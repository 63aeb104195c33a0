package times

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOfTwoTimes(t *testing.T) {
	one, two := time.Unix(1, 0), time.Unix(2, 0)
	require.Equal(t, two, Later(one, two))
	require.Equal(t, two, Later(two, one))
	require.Equal(t, one, Earlier(one, two))
	require.Equal(t, one, Earlier(two, one))
	require.Zero(t, Earlier(one, time.Time{}), "it is a time here as others are")
}

func TestZeroIsNeverTheFirst(t *testing.T) {
	one, two, never := time.Unix(1, 0), time.Unix(2, 0), time.Time{}
	require.Equal(t, one, First(two, never, one))
	require.Equal(t, two, First(never, two, never))
	require.Zero(t, First(never, never))
	require.Zero(t, First())
}
