package feed

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// rests returns how long each rest is, where parts come so long after the rest before.
func rests(count int, after time.Duration) (list []time.Duration) {
	var p pace
	now := time.Now()
	for range count {
		list = append(list, p.rest(now, shortRest))
		now = now.Add(list[len(list)-1] + after)
	}
	return list
}

func TestRestsAreShortAfterAQuietTime(t *testing.T) {
	require.Equal(t, []time.Duration{shortRest, shortRest, shortRest}, rests(3, time.Second))
	require.Equal(t, []time.Duration{shortRest, shortRest, shortRest, shortRest}, rests(4, time.Millisecond), "much happens at once")
}

func TestRestsGrowWhileEventsDoNotEnd(t *testing.T) {
	list := rests(100, time.Millisecond)
	require.IsNonDecreasing(t, list)
	require.Equal(t, longRest, list[99])
	var p pace
	now := time.Now()
	for range 100 {
		now = now.Add(p.rest(now, shortRest))
	}
	require.Equal(t, shortRest, p.rest(now.Add(time.Second), shortRest), "the next ones after a break are told soon again")
}

func TestRestsAreLongerAmongManyNodes(t *testing.T) {
	for others, want := range map[int]time.Duration{
		0: shortRest, 19: shortRest, 100: 100 * time.Millisecond, 199: 199 * time.Millisecond, 10_000: mostRest,
	} {
		require.Equal(t, want, shortest(others), "among %d", others)
	}
	var p pace
	now := time.Now()
	for range 100 {
		rest := p.rest(now, mostRest)
		require.Equal(t, mostRest, rest, "however long events come")
		now = now.Add(rest)
	}
}
