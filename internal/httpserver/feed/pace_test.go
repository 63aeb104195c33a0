package feed

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
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
		require.Equal(t, want, shortest(others, events.TipMoved{}.Type()), "among %d", others)
	}
	var p pace
	now := time.Now()
	for range 100 {
		rest := p.rest(now, mostRest)
		require.Equal(t, mostRest, rest, "however long events come")
		now = now.Add(rest)
	}
}

func TestLinksAreToldOfSooner(t *testing.T) {
	linked := events.PeerLinked{}.Type()
	for others, want := range map[int]time.Duration{0: shortRest / 4, 100: 25 * time.Millisecond, 10_000: mostRest / 4} {
		require.Equal(t, want, shortest(others, linked), "among %d", others)
	}
	var p pace
	now := time.Now()
	require.Equal(t, shortRest/4, p.rest(now, shortest(0, linked)))
}

func TestWhatComesFirstDecides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := events.NewLog(events.Config{Stream: "abc", Bytes: 1 << 20, Now: time.Now})
		s := &stream{
			Context: &gin.Context{Request: httptest.NewRequest(http.MethodGet, "/events", nil)},
			reader:  log.Reader(1, events.Filter{}), others: func() int { return 100 },
		}
		defer s.reader.Close()
		for _, c := range []struct {
			first, second events.Data
			want          time.Duration
		}{
			{events.TipMoved{}, events.PeerLinked{}, 100 * time.Millisecond},
			{events.PeerLinked{}, events.TipMoved{}, 25 * time.Millisecond},
		} {
			log.Tell(c.first)
			log.Tell(c.second)
			began := time.Now()
			s.rest()
			require.Equal(t, c.want, time.Since(began))
			require.Len(t, s.reader.Next(), 2)
		}
	})
}
