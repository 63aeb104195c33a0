package addrman

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/netgroup"
)

// New and tried have the same chance, however many are in either; 10,000 draws are within
// 5 standard errors of half.
func TestBothTablesHaveTheSameChance(t *testing.T) {
	m := New(DefaultConfig(), seeded(7))
	for n := range 1000 {
		m.Add(start, nodeAt(n, groupIP(n, 1)), from(n%50, netgroup.Group(fmt.Sprint(n%50))))
	}
	for n := range 20 {
		m.Good(start, nodeAt(n, "").ID)
	}
	tried, now := 0, start.Add(time.Hour)
	for range 10_000 {
		c, ok := m.Select(now, anybody)
		require.True(t, ok)
		if m.nodes[c.Node.ID].tried {
			tried++
		}
	}
	require.InDelta(t, 5000, tried, 5*50)
}

// Who has failed is chosen less often: 0.66 to the power of the failures, which 10,000 draws
// show within 5 standard errors.
func TestFailuresMakeUnlikely(t *testing.T) {
	now, config := start.Add(time.Hour), DefaultConfig()
	require.InDelta(t, math.Pow(0.66, 2), (&entry{attempts: 2}).chance(now, &config), 1e-9)
	require.InDelta(t, math.Pow(0.66, 8), (&entry{attempts: 99}).chance(now, &config), 1e-9)
	require.InDelta(t, 0.01, (&entry{lastTry: now.Add(1 - 10*time.Minute)}).chance(now, &config), 1e-9)
}

func TestOnlyWhoMayIsChosen(t *testing.T) {
	m := New(DefaultConfig(), seeded(1))
	for n := range 300 {
		m.Add(start, nodeAt(n, groupIP(n, 1)), from(n, ""))
	}
	one := nodeAt(77, "").ID
	c, ok := m.Select(start, func(c Candidate) bool { return c.Node.ID == one })
	require.True(t, ok, "of a few, one is found in any case")
	require.Equal(t, one, c.Node.ID)
	_, ok = m.Select(start, func(Candidate) bool { return false })
	require.False(t, ok)
}

func TestSample(t *testing.T) {
	m := New(DefaultConfig(), seeded(1))
	for n := range 60 {
		m.Add(start, nodeAt(n, groupIP(n, 1)), from(n, ""))
	}
	require.True(t, m.Add(start, nodeAt(60, "10.0.0.1"), from(60, "")))
	near := nodeAt(60, "").ID
	require.Len(t, m.Sample(start, netgroup.Machine), 61)
	require.Contains(t, m.Sample(start, netgroup.Site), near)
	require.NotContains(t, m.Sample(start, netgroup.Internet), near, "whoever is far away cannot dial it")
	require.Len(t, m.Sample(start, netgroup.Internet), 60)
	for n := range 1000 {
		m.Add(start, nodeAt(100+n, groupIP(100+n, 1)), from(n, ""))
	}
	require.Len(t, m.Sample(start, netgroup.Machine), m.Len()*23/100)
}
