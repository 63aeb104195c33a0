package recent_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/recent"
)

func TestSetHoldsTheLast(t *testing.T) {
	s := recent.New[int](3)
	for v := range 5 {
		require.True(t, s.Add(v))
		require.False(t, s.Add(v))
	}
	require.Equal(t, []int{2, 3, 4}, slices.Collect(s.All()))
	require.Equal(t, 3, s.Len())
	require.False(t, s.Has(1))

	s.Remove(3)
	require.False(t, s.Has(3))
	require.Equal(t, []int{2, 4}, slices.Collect(s.All()))
	require.True(t, s.Add(5))
	require.Equal(t, []int{4, 5}, slices.Collect(s.All()))
}
