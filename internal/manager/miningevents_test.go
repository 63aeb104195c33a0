package manager_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

type event struct{ name, data string }

func resultEvents(t *testing.T, body string) []event {
	var list []event
	for text := range strings.SplitSeq(strings.TrimSuffix(body, "\n\n"), "\n\n") {
		name, data, found := strings.Cut(text, "\n")
		require.True(t, found, text)
		require.NotContains(t, data, "\n")
		list = append(list, event{strings.TrimPrefix(name, "event: "), strings.TrimPrefix(data, "data: ")})
	}
	return list
}

func TestProgress(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	got := h.send(http.MethodGet, "/start/mining?rounds=2", "Accept", "text/event-stream")
	require.Equal(t, http.StatusOK, got.status)
	require.Equal(t, "text/event-stream", got.header.Get("Content-Type"))
	require.Equal(t, "no", got.header.Get("X-Accel-Buffering"))
	id, rest, _ := strings.Cut(got.body, "\n\n")
	require.Regexp(t, `^id: [0-9]+$`, id, "the first, so that a browser tells that it connects again")
	list := resultEvents(t, rest)
	require.Len(t, list, 7)
	require.Equal(t, "done", list[6].name)
	r := h.report(reply{status: http.StatusOK, body: list[6].data})
	require.Equal(t, "6 mining requests sent", r.Message)
	for i := range 6 {
		require.Equal(t, "result", list[i].name)
		want, err := json.Marshal(r.Results[i])
		require.NoError(t, err)
		require.JSONEq(t, string(want), list[i].data)
	}
	h.requireError(h.send(http.MethodGet, "/start/mining?rounds=0", "Accept", "text/event-stream"), http.StatusBadRequest, "malformed", "rounds")
}

// A browser that loses the events of a session connects again by itself, which must
// not begin another session, for ever.
func TestReconnectingMinesNothing(t *testing.T) {
	t.Parallel()
	h := start(t, 1)
	got := h.send(http.MethodGet, "/start/mining?rounds=1", "Accept", "text/event-stream", "Last-Event-ID", "17")
	require.Equal(t, http.StatusNoContent, got.status, "which ends it, says the standard of server-sent events")
	require.Zero(t, h.node(0).chain.Tip().Height)
}

// Results come one by one. A session without an end goes on without the client
// that follows it.
func TestFollowContinuous(t *testing.T) {
	t.Parallel()
	h := start(t, 1)
	turn := make(chan struct{})
	h.node(0).set(func(n *fakeNode) {
		n.mine = func(ctx context.Context) error {
			select {
			case <-turn:
			case <-ctx.Done():
			}
			return ctx.Err()
		}
	})
	ctx, hangUp := context.WithTimeout(t.Context(), soon)
	defer hangUp()
	client := &http.Client{Transport: described(h, &http.Transport{DisableKeepAlives: true})}
	request := h.request(ctx, http.MethodGet, "/start/mining?continuous=true", "Accept", "text/event-stream")
	response, err := client.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	_, err = response.Body.Read(make([]byte, 4096)) // the id
	require.NoError(t, err)
	for height := 1; height <= 3; height++ {
		turn <- struct{}{}
		part := make([]byte, 4096)
		size, err := response.Body.Read(part)
		require.NoError(t, err)
		require.Contains(t, string(part[:size]), fmt.Sprintf(`"index":%d,`, height))
	}
	hangUp()
	turn <- struct{}{}
	h.eventually(func() bool { return h.node(0).chain.Tip().Height == 4 }, "goes on")
	require.GreaterOrEqual(t, h.report(h.get("/stop/mining")).Sent, 4)
}
