package feed_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/httpclient"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/httpserver/feed"
)

const soon = 3 * time.Minute

// harness is a server of one log.
type harness struct {
	*testing.T
	log    *events.Log
	client httpclient.Client
	listen net.Listener
	end    func()
}

func newLog(stream string, first uint64) *events.Log {
	return events.NewLog(events.Config{Stream: stream, First: first, Bytes: 64 << 10, Now: time.Now})
}

// serve serves a log, at the address of a server that has ended if one is given.
func serve(t *testing.T, log *events.Log, address string) *harness {
	return serveAmong(t, log, address, nil)
}

// serveAmong is serve where there are so many other nodes.
func serveAmong(t *testing.T, log *events.Log, address string, others func() int) *harness {
	listener, err := net.Listen("tcp", address)
	require.NoError(t, err)
	name := func(text string) (string, error) {
		if text == "5001" {
			return "n1", nil
		}
		if text != "n1" {
			return "", fmt.Errorf("%w: there is no node %s", httpserver.ErrNotFound, text)
		}
		return text, nil
	}
	server := httpserver.New(httpserver.Options{
		Routes: []httpserver.Route{{Methods: httpserver.Get, Path: "/events", Handle: feed.New(log, name, others).Answer, Query: feed.Parameters}},
		Refuse: func(error) *api.Error { return nil }, Logger: hclog.NewNullLogger(),
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, listener) }()
	h := &harness{
		T: t, log: log, listen: listener,
		client: httpclient.Client{Base: "http://" + listener.Addr().String(), HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, Most: 1 << 20},
	}
	h.end = sync.OnceFunc(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	t.Cleanup(h.end)
	return h
}

func start(t *testing.T) *harness { return serve(t, newLog("abc", 1), "127.0.0.1:0") }

func (h *harness) tell(count int) {
	for range count {
		h.log.Append(events.Event{Time: time.Now(), Node: "n1", Data: events.TipMoved{}})
		h.log.Append(events.Event{Time: time.Now(), Node: "n2", Data: events.NodePaused{}})
	}
}

// get opens an answer; the test ends it.
func (h *harness) get(path string, header ...string) *http.Response {
	request, err := http.NewRequestWithContext(h.Context(), http.MethodGet, h.client.Base+path, nil)
	require.NoError(h, err)
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := h.client.HTTP.Do(request)
	require.NoError(h, err)
	h.Cleanup(func() { _ = response.Body.Close() })
	return response
}

// lines reads so many lines of an answer.
func lines(t *testing.T, from io.Reader, count int) []string {
	var list []string
	scanner := bufio.NewScanner(from)
	for len(list) < count && scanner.Scan() {
		list = append(list, scanner.Text())
	}
	require.Len(t, list, count)
	return list
}

func TestServerSentEvents(t *testing.T) {
	h := start(t)
	h.tell(1)
	answer := h.get("/events?from=start")
	require.Equal(t, "text/event-stream", answer.Header.Get("Content-Type"))
	require.Equal(t, "no", answer.Header.Get("X-Accel-Buffering"), "a proxy must not hold events back")
	got := lines(t, answer.Body, 8)
	require.Equal(t, []string{"retry: 500", "", "id: abc-1", "event: tip-moved"}, got[:4])
	require.Equal(t, "id: abc-2", got[6])
	var e events.Event
	require.NoError(t, json.Unmarshal([]byte(strings.TrimPrefix(got[4], "data: ")), &e))
	require.Equal(t, "n1", e.Node)
}

// Many nodes have the processor for a block before readers are told of it.
func TestReadersWaitAmongManyNodes(t *testing.T) {
	h := serveAmong(t, newLog("abc", 1), "127.0.0.1:0", func() int { return 1000 })
	answer := h.get("/events")
	began := time.Now()
	h.tell(1)
	lines(t, answer.Body, 8)
	require.GreaterOrEqual(t, time.Since(began), 200*time.Millisecond)
}

// HEAD is no reader that stays.
func TestHeadOfAStream(t *testing.T) {
	h := start(t)
	for target, kind := range map[string]string{"/events": "text/event-stream", "/events?limit=1": "application/json; charset=utf-8"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodHead, h.client.Base+target, nil)
		require.NoError(t, err)
		response, err := h.client.HTTP.Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusOK, response.StatusCode)
		require.Equal(t, kind, response.Header.Get("Content-Type"))
	}
}

func TestAStreamGoesOn(t *testing.T) {
	h := start(t)
	h.tell(3)
	answer := h.get("/events", "Accept", "application/x-ndjson")
	require.Equal(t, "application/x-ndjson", answer.Header.Get("Content-Type"))
	for offset := 7; offset < 13; offset += 2 {
		h.tell(1)
		for i, line := range lines(t, onlyLines(t, answer.Body, 2), 2) {
			require.Contains(t, line, fmt.Sprintf(`{"offset":%d,`, offset+i))
		}
	}
}

// onlyLines reads no byte more than so many lines.
func onlyLines(t *testing.T, from io.Reader, count int) io.Reader {
	var text strings.Builder
	for one := make([]byte, 1); count > 0; {
		_, err := io.ReadFull(from, one)
		require.NoError(t, err)
		text.Write(one)
		if one[0] == '\n' {
			count--
		}
	}
	return strings.NewReader(text.String())
}

func TestPages(t *testing.T) {
	h := start(t)
	h.tell(10)
	var all []string
	next := uint64(1)
	for {
		page, err := httpclient.Call[api.EventPage](t.Context(), &h.client, http.MethodGet, fmt.Sprintf("/events?from=%d&limit=3&nodes=5001", next), nil)
		require.NoError(t, err)
		require.Equal(t, "abc", page.Stream)
		if len(page.Events) == 0 {
			break
		}
		for _, e := range page.Events {
			all = append(all, string(e))
		}
		next = page.Next
	}
	require.Len(t, all, 10)
	require.EqualValues(t, 21, next)
	require.Contains(t, all[9], `"offset":19,`)
}

func TestALimitEndsAStream(t *testing.T) {
	h := start(t)
	h.tell(10)
	text, err := io.ReadAll(h.get("/events?from=4&limit=5", "Accept", "application/x-ndjson").Body)
	require.NoError(t, err)
	require.Equal(t, 5, strings.Count(string(text), "\n"))
}

func TestWhatIsRefused(t *testing.T) {
	h := start(t)
	h.tell(1)
	for path, part := range map[string]string{
		"/events?from=yesterday":    "want start, now or an offset",
		"/events?from=0":            "want start, now or an offset",
		"/events?from=-1":           "want start, now or an offset",
		"/events?from=4":            "the next event's offset is 3",
		"/events?types=tip-moved,x": "block-connected",
		"/events?types=-x":          "block-connected",
		"/events?types=--tip-moved": "--tip-moved",
		"/events?types=-default":    "-default",
		"/events?types=":            "want a list",
		"/events?types=tip-moved,,": "want a list",
		"/events?limit=0":           "from 1 to 10000",
		"/events?limit=many":        "from 1 to 10000",
		"/events?since=3":           "since",
		"/events?from=1&from=2":     "2 times",
		"/events?nodes=n1,n2":       "there is no node n2",
	} {
		answer := h.get(path)
		text, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.Equal(t, 4, answer.StatusCode/100, path)
		require.Contains(t, string(text), part, path)
	}
	for _, id := range []string{"abc", "abc-", "-3", "abc-x"} {
		require.Equal(t, http.StatusBadRequest, h.get("/events", "Last-Event-ID", id).StatusCode, id)
	}
}

func TestTheLastEventsIDWins(t *testing.T) {
	h := start(t)
	h.tell(5)
	text, err := io.ReadAll(h.get("/events?from=1&limit=1", "Last-Event-ID", "abc-7", "Accept", "application/x-ndjson").Body)
	require.NoError(t, err)
	require.Contains(t, string(text), `"offset":8,`)
}

func TestAnOffsetOfAnotherStreamMeansNothing(t *testing.T) {
	h := start(t)
	h.tell(1)
	for _, id := range []string{"xyz-2", "abc-3"} {
		got := lines(t, h.get("/events", "Last-Event-ID", id).Body, 8)
		require.Equal(t, []string{"id: abc-0", "event: gap"}, got[2:4])
		require.Contains(t, got[4], events.AnotherNetwork)
		require.Equal(t, "id: abc-1", got[6])
	}
}

// A reader may leave types out, in each form. It goes on where it was with other types, or with
// all, and then gets each event once that it has asked for.
func TestTypesAreLeftOut(t *testing.T) {
	h := start(t)
	h.tell(2)
	for _, types := range []string{"default,-tip-moved", "-tip-moved", "node-paused,tip-moved,-tip-moved", "default,stats,-tip-moved,-stats"} {
		page, err := httpclient.Call[api.EventPage](t.Context(), &h.client, http.MethodGet, "/events?from=start&limit=9&types="+types, nil)
		require.NoError(t, err)
		require.Len(t, page.Events, 2, types)
		require.Contains(t, string(page.Events[1]), `"offset":4,`, types)
		require.EqualValues(t, 5, page.Next, types)
	}
	require.False(t, h.log.Wanted(events.Stats{}.Type()))
	lines(t, h.get("/events?from=start&types=-tip-moved", "Accept", "application/x-ndjson").Body, 2)
	h.tell(1)
	got := lines(t, h.get("/events", "Accept", "application/x-ndjson", "Last-Event-ID", "abc-4").Body, 2)
	require.Contains(t, got[0], `{"offset":5,`)
	require.Contains(t, got[1], `{"offset":6,`)
}

func TestVerboseTypesComeOnRequestOnly(t *testing.T) {
	h := start(t)
	accepted := events.TransactionAccepted{}.Type()
	answer := h.get("/events?types=default,transaction-accepted", "Accept", "application/x-ndjson")
	require.True(t, h.log.Wanted(accepted))
	h.tell(1)
	h.log.Tell(events.TransactionAccepted{})
	got := lines(t, answer.Body, 3)
	require.Contains(t, got[2], "transaction-accepted")
	require.NoError(t, answer.Body.Close())
	require.Eventually(t, func() bool { return !h.log.Wanted(accepted) }, soon, time.Millisecond)
}

// A reader that sleeps holds up nobody, and is told what it has missed.
func TestAReaderThatSleepsIsToldWhatItHasMissed(t *testing.T) {
	h := start(t)
	answer := h.get("/events?from=start", "Accept", "application/x-ndjson")
	long := events.Event{Time: time.Now(), Data: events.NodeSilent{Error: strings.Repeat("x", 4000)}}
	const total = 20_000 // of 4 kB: more than the sockets hold
	for range total {
		h.log.Append(long)
	}
	read := bufio.NewScanner(answer.Body)
	expected, missed := uint64(1), uint64(0)
	for expected <= total && read.Scan() {
		var e events.Event
		require.NoError(t, json.Unmarshal(read.Bytes(), &e))
		if gap, ok := e.Data.(events.Gap); ok {
			require.Equal(t, expected, gap.First)
			require.Equal(t, events.Expired, gap.Reason)
			missed += gap.Last - gap.First + 1
			expected = gap.Last
		}
		require.Equal(t, expected, e.Offset)
		expected++
	}
	require.NotZero(t, missed)
}

func TestReadersAreBounded(t *testing.T) {
	h := start(t)
	for range 64 {
		require.Equal(t, http.StatusOK, h.get("/events").StatusCode)
	}
	require.Equal(t, http.StatusTooManyRequests, h.get("/events").StatusCode)
}

func TestTheServersEndSendsWhatIsLeft(t *testing.T) {
	h := start(t)
	answer := h.get("/events?from=start", "Accept", "application/x-ndjson")
	h.tell(1)
	h.log.Tell(events.NetworkDown{})
	h.end()
	require.Contains(t, lines(t, answer.Body, 3)[2], "network-down")
}

func TestAFollowerGoesOnWhereItWas(t *testing.T) {
	log := newLog("abc", 1)
	h := serve(t, log, "127.0.0.1:0")
	h.tell(5)
	done := errors.New("done")
	var got []uint64
	lost := 0
	follow := &httpclient.Follow{
		Query: url.Values{"from": {"start"}},
		Take: func(e httpclient.Followed) error {
			require.Equal(t, "abc", e.Stream)
			got = append(got, e.Offset)
			if len(got) == 10 {
				go h.end() // in the middle of things
			}
			if len(got) == 20 {
				return done
			}
			return nil
		},
		Lost: func(err error) error {
			if lost++; lost == 1 {
				serve(t, log, h.listen.Addr().String()).tell(5)
			}
			return nil
		},
	}
	h.tell(5)
	require.ErrorIs(t, h.client.Follow(t.Context(), follow), done)
	for i, offset := range got {
		require.EqualValues(t, i+1, offset)
	}
	require.Equal(t, "abc-19", follow.Last, "what was not taken comes again")
}

func TestAFollowerEndsWhenItIsRefused(t *testing.T) {
	h := start(t)
	err := h.client.Follow(t.Context(), &httpclient.Follow{Query: url.Values{"types": {"x"}}})
	var refused *api.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, http.StatusBadRequest, refused.Status)
}

func TestAFollowerMayGiveUp(t *testing.T) {
	h := start(t)
	h.end()
	gone := errors.New("gone")
	require.ErrorIs(t, h.client.Follow(t.Context(), &httpclient.Follow{Lost: func(error) error { return gone }}), gone)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, h.client.Follow(ctx, &httpclient.Follow{}), context.Canceled)
}
