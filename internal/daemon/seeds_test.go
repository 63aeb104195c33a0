package daemon

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/config"
)

// A node without peers asks seeds so soon again that two nodes know each other within two
// seconds of the last one's start; one that has peers, or nobody to hope for, asks seldom.
func TestPaceOfQuestions(t *testing.T) {
	var p pace
	for _, row := range []struct {
		why   reason
		waits []time.Duration
	}{
		{silent, []time.Duration{firstRetry, 2 * firstRetry, time.Second, time.Second, time.Second}},
		{lonely, []time.Duration{firstRetry, 2 * firstRetry, time.Second, 2 * time.Second}},
		{more, []time.Duration{moreFirst, 2 * moreFirst}},
		{enough, []time.Duration{content, content}},
		{silent, []time.Duration{firstRetry}},
	} {
		for i, want := range row.waits {
			require.Equal(t, want, p.next(row.why), "%d %d", row.why, i)
		}
	}
	require.LessOrEqual(t, silentRetry+firstRetry, 2*time.Second-500*time.Millisecond)
	for range 20 {
		p.next(lonely)
	}
	require.Equal(t, lonelyRetry, p.next(lonely))
}

// fakeSeed tells of places.
type fakeSeed struct {
	places []api.Place
	refuse atomic.Bool // introductions
	told   chan api.Place
}

func (s *fakeSeed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength != 0 && s.refuse.Load() {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"error": {"code": "token-needed", "message": "no"}}`))
		return
	}
	var self api.Place
	if r.ContentLength != 0 {
		_ = json.NewDecoder(r.Body).Decode(&self)
	}
	s.told <- self
	_ = json.NewEncoder(w).Encode(s.places)
}

// A node introduces itself to a seed as it is, takes the nodes that the seed tells of, and
// none of those that do not say who they are.
func TestSeedsAreAsked(t *testing.T) {
	here := openNode(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- here.node.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-ended)
		require.NoError(t, here.shared.Close())
	})
	other := api.Place{IPAddress: "127.0.0.1", Port: 1, ID: [32]byte{1}, Address: "127.0.0.1:1", P2P: []string{"/ip4/127.0.0.1/tcp/1"}}
	seed := &fakeSeed{places: []api.Place{other, {IPAddress: "127.0.0.1", Port: 1}, {}}, told: make(chan api.Place, 9)}
	server := httptest.NewServer(seed)
	t.Cleanup(server.Close)
	settings := config.DefaultNode()
	settings.Seeds = []string{server.Listener.Addr().String()}
	f := newFinder(here.node, newSeeker(ctx, here.node, settings, newAsking(nil), hclog.NewNullLogger()), settings, hclog.NewNullLogger())

	require.Equal(t, lonely, f.lacks())
	require.True(t, f.ask(ctx))
	self, _ := api.PlaceOf(here.node.Self())
	require.Equal(t, self, <-seed.told)
	known := here.node.Known()
	require.Len(t, known, 1)
	require.Equal(t, other.ID, known[0].ID)

	seed.refuse.Store(true)
	require.True(t, f.ask(ctx), "it tells all the same")
	require.Equal(t, api.Place{}, <-seed.told)

	server.Close()
	require.False(t, f.ask(ctx))
	require.Equal(t, 1, f.rounds)
}
