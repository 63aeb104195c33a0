package server_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/clock"
)

// clocked is a harness whose node has this clock, and how often it was changed.
func clocked(t *testing.T) (h *harness, wall *clock.Clock, changed *int) {
	wall, changed = new(clock.Clock), new(int)
	h = start(t, func(h *harness) { h.config.Clock, h.config.ClockChanged = wall, func() { *changed++ } })
	return h, wall, changed
}

func TestTheClockIsSet(t *testing.T) {
	h, wall, changed := clocked(t)
	for i, c := range []struct {
		change, message string
		drift           string
		stopped         bool
	}{
		{`{"offset": "1m30s"}`, "the node's clock is 1m30s ahead", "0%", false},
		{`{"drift": "100ppm"}`, " ahead, and drifts by 0.01%", "0.01%", false},
		{`{"stopped": true}`, "the node's clock stands still, at ", "0.01%", true},
		{`{"stopped": false, "offset": "-24h"}`, "the node's clock is 24h0m0s behind, and drifts by 0.01%", "0.01%", false},
		{`{"offset": "0s", "drift": "0"}`, "the node's clock is the machine's", "0%", false},
		{`{}`, "the node's clock is the machine's", "0%", false},
	} {
		got := h.put("/clock", c.change)
		require.Equal(t, http.StatusOK, got.status, got.body)
		require.Contains(t, got.body, c.message)
		require.Equal(t, i+1, *changed)
		now, err := h.client.Clock(t.Context())
		require.NoError(t, err)
		require.Equal(t, c.drift, now.Drift)
		require.Equal(t, c.stopped, now.Stopped)
		require.InDelta(t, wall.Now().Unix(), now.Time.Unix(), 5)
		require.InDelta(t, time.Now().Unix(), now.Machine.Unix(), 5)
	}
	ahead := "1h"
	got, err := h.client.SetClock(t.Context(), api.ClockChange{Offset: &ahead})
	require.NoError(t, err)
	require.Equal(t, "1h0m0s", got.Offset)
	require.Contains(t, h.get("/node/id").body, `"clock_offset":"1h0m0s"`)
}

// What no clock can be set to changes nothing.
func TestClocksThatCannotBeSet(t *testing.T) {
	h, wall, changed := clocked(t)
	for _, c := range []struct {
		change     string
		status     int
		code, part string
	}{
		{``, http.StatusBadRequest, "malformed", "empty"},
		{`{"ofset": "1s"}`, http.StatusBadRequest, "malformed", "ofset"},
		{`{"offset": 90}`, http.StatusBadRequest, "malformed", "offset"},
		{`{"offset": "90"}`, http.StatusUnprocessableEntity, "bad-clock", `offset "90": want a time with its unit, such as 90s or -1h`},
		{`{"offset": "87601h"}`, http.StatusUnprocessableEntity, "bad-clock", "87601h0m0s is out of bounds: want -87600h0m0s to 87600h0m0s"},
		{`{"offset": "1h", "drift": "60%"}`, http.StatusUnprocessableEntity, "bad-clock", "drift: no drift: 60%: want -50% to 50%"},
		{`{"drift": "fast"}`, http.StatusUnprocessableEntity, "bad-clock", `drift: no drift: "fast"`},
	} {
		h.requireError(h.put("/clock", c.change), c.status, c.code, c.part)
		require.Zero(t, wall.Offset())
		require.Zero(t, *changed)
	}
}
