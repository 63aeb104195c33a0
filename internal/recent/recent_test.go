package recent_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/recent"
)

func TestSetHoldsTheLast(t *testing.T) {
	s := recent.NewSet[int](3)
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

func TestMapHoldsTheLast(t *testing.T) {
	m := recent.NewMap[string, int](2)
	require.True(t, m.Add("a", 1))
	require.False(t, m.Add("a", 2))
	require.True(t, m.Add("b", 3))
	value, ok := m.Get("a")
	require.True(t, ok)
	require.Equal(t, 1, value)
	require.True(t, m.Add("c", 4))
	_, ok = m.Get("a")
	require.False(t, ok)
}

func TestKeyThatComesBackStays(t *testing.T) {
	m := recent.NewMap[string, int](2)
	m.Add("a", 1)
	m.Add("b", 2)
	m.Remove("a")
	require.True(t, m.Add("a", 3))
	require.Equal(t, []string{"b", "a"}, slices.Collect(m.All()))

	s := recent.NewSet[string](1)
	s.Add("a")
	s.Remove("a")
	require.True(t, s.Add("a"))
	require.True(t, s.Has("a"), "does not give way to itself")
	require.True(t, s.Add("b"))
	require.Equal(t, []string{"b"}, slices.Collect(s.All()))
}
