package manager_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/clock"
	"networkmngr/internal/events"
	"networkmngr/internal/manager"
	"networkmngr/internal/times"
)

const day = 24 * time.Hour

// inFolder has the network live in a folder that stays.
func inFolder(h *harness) { h.config.Settings.Data = h.TempDir() }

// clockFile is the network's time as it is on disk.
func (h *harness) clockFile() string { return filepath.Join(h.config.Settings.Data, "clock.json") }

func (h *harness) keptClock() (lab clock.Lab) {
	h.Helper()
	text, err := os.ReadFile(h.clockFile())
	require.NoError(h, err)
	require.NoError(h, json.Unmarshal(text, &lab))
	return lab
}

func (h *harness) keepClock(lab clock.Lab) {
	text, err := json.Marshal(lab)
	require.NoError(h, err)
	require.NoError(h, os.WriteFile(h.clockFile(), text, 0o600))
}

func (h *harness) putClock(body string) reply {
	return h.sendBody(http.MethodPut, "/network/clock", strings.NewReader(body))
}

// setClock requires that the change is taken by all nodes.
func (h *harness) setClock(body string) api.LabClock {
	h.Helper()
	got := h.putClock(body)
	require.Equal(h, http.StatusOK, got.status, got.body)
	var form api.LabClock
	require.NoError(h, json.Unmarshal([]byte(got.body), &form))
	for _, n := range form.Nodes {
		require.Nil(h, n.Error)
	}
	return form
}

// isOff requires that a node's clock is off by so much, within what a test takes.
func (h *harness) isOff(i int, offset time.Duration, drift clock.Drift) {
	h.Helper()
	now := h.launcher.clock(h.port(i)).Read()
	require.InDelta(h, offset.Seconds(), now.Offset.Seconds(), 20)
	require.Equal(h, drift, now.Drift)
}

// A clock is kept before a node has it, goes with the node through its lives, and is
// that of nodes that come later.
func TestTheClocksAreSet(t *testing.T) {
	t.Parallel()
	h := start(t, 2, inFolder)
	require.Nil(t, h.state().Clock, "they are the machine's")
	h.setClock(`{"all": {"offset": "1h", "drift": "0.01%"}}`)
	form := h.setClock(`{"nodes": {"n1": {"offset": "-24h"}}}`)
	require.Equal(t, api.ClockSetting{Offset: "-24h0m0s", Drift: "0.01%"}, form.Nodes[1].Wanted)
	require.True(t, form.Nodes[1].Own)
	h.isOff(0, time.Hour, 100_000)
	h.isOff(1, -day, 100_000)
	require.Equal(t, times.Duration(-day), h.keptClock().Nodes["n1"].Offset)
	told := h.state().Clock
	require.Equal(t, map[string]events.ClockSetting{"n1": {Offset: "-24h0m0s", Drift: "0.01%"}}, told.Nodes)
	require.Equal(t, "0.01%", told.All.Drift)
	h.act("n1", "restart")
	h.isOff(1, -day, 100_000)
	_, err := h.client().AddNode(t.Context())
	require.NoError(t, err)
	h.isOff(2, time.Hour, 100_000)
	h.setClock(`{"nodes": {"n1": {"own": false}}, "all": {"drift": "0"}}`)
	h.isOff(1, time.Hour, 0)
	require.NoError(t, h.stop())
	again := resume(t, h, 3, nil)
	again.launch()
	for i := range 3 {
		again.isOff(i, time.Hour, 0)
	}
	require.Equal(t, "0s", again.state().Clock.Behind)
}

// With another drift the time goes on from where it is.
func TestAnotherDriftIsNoJump(t *testing.T) {
	t.Parallel()
	h := start(t, 1)
	h.setClock(`{"all": {"drift": "50%"}}`)
	wall := h.launcher.clock(h.port(0))
	h.eventually(func() bool { return wall.Offset() > 50*time.Millisecond }, "it gains")
	gained := wall.Offset()
	h.setClock(`{"all": {"drift": "0"}}`)
	require.GreaterOrEqual(t, wall.Offset(), gained)
	h.setClock(`{"all": {"offset": "0s"}}`)
	require.Zero(t, wall.Offset())
}

// A paused node has what was wanted meanwhile when it goes on.
func TestAPausedNodeCatchesUpWithItsClock(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	h.act("n1", "pause")
	got := h.putClock(`{"all": {"offset": "1h"}}`)
	require.Equal(t, http.StatusOK, got.status, got.body)
	require.Contains(t, got.body, "the node is paused")
	h.isOff(0, time.Hour, 0)
	h.isOff(1, 0, 0)
	h.act("n1", "resume")
	h.isOff(1, time.Hour, 0)
}

func TestClocksThatCannotBeSet(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	for _, c := range []struct {
		change     string
		status     int
		code, part string
	}{
		{``, http.StatusBadRequest, "malformed", "empty"},
		{`{"al": {}}`, http.StatusBadRequest, "malformed", "al"},
		{`{"all": {"ofset": "1s"}}`, http.StatusBadRequest, "malformed", "ofset"},
		{`{"all": {"offset": "1"}}`, http.StatusUnprocessableEntity, "bad-clock", `all: offset: "1", want a time such as 120ms, 90s or -1h`},
		{`{"all": {"drift": "51%"}}`, http.StatusUnprocessableEntity, "bad-clock", "want -50% to 50%"},
		{`{"behind": "soon"}`, http.StatusUnprocessableEntity, "bad-clock", `behind: "soon"`},
		{`{"behind": "87601h"}`, http.StatusUnprocessableEntity, "bad-clock", "behind: 87601h0m0s is out of bounds"},
		{`{"nodes": {"n7": {"offset": "1s"}}, "all": {"offset": "1h"}}`, http.StatusUnprocessableEntity, "bad-clock", "nodes: there is no node n7"},
		{`{"nodes": {"seven": {}}}`, http.StatusUnprocessableEntity, "bad-clock", `"seven", want a name such as n0`},
		{`{"nodes": {"n1": {"offset": "x"}}}`, http.StatusUnprocessableEntity, "bad-clock", `nodes: n1: offset: "x"`},
		{`{"nodes": {"n1": {"own": false, "drift": "0"}}}`, http.StatusUnprocessableEntity, "bad-clock", "own is false"},
		{`{"behind": "1h", "nodes": {"n1": {"offset": "-87600h"}}}`, http.StatusUnprocessableEntity, "bad-clock", "nodes: n1: -87601h0m0s is out of bounds"},
	} {
		h.requireError(h.putClock(c.change), c.status, c.code, c.part)
		h.isOff(0, 0, 0)
		require.Nil(t, h.state().Clock)
	}
}

// A network that rests goes on in its own time, unless it is to have the machine's.
func TestAResumedNetworkGoesOnInItsOwnTime(t *testing.T) {
	t.Parallel()
	h := start(t, 1, inFolder)
	require.NoError(t, h.stop())
	rested := h.keptClock()
	require.True(t, rested.Stands)
	require.WithinDuration(t, time.Now(), rested.Lived, soon)
	rested.Lived, rested.Since = rested.Lived.Add(-4*day), rested.Since.Add(-4*day)
	h.keepClock(rested)
	again := resume(t, h, 1, nil)
	again.launch()
	require.InDelta(t, (4 * day).Seconds(), again.summary.Behind.Seconds(), 20)
	again.isOff(0, -4*day, 0)
	require.Equal(t, again.summary.Behind.String(), again.state().Clock.Behind)
	form := again.setClock(`{"all": {"offset": "1m"}}`)
	require.WithinDuration(t, time.Now().Add(-4*day), form.Time, soon)
	again.isOff(0, time.Minute-4*day, 0)
	require.NoError(t, again.stop())
	real := prepare(t, 1, func(next *harness) {
		next.config.Settings.Data, next.config.Settings.Port = h.config.Settings.Data, h.config.Settings.Port
		next.config.Settings.RealTime = true
	})
	real.launch()
	require.Zero(t, real.summary.Behind)
	real.isOff(0, time.Minute, 0)
}

// After a kill the time goes on from the last event, or from when it was last written
// down.
func TestTheTimeGoesOnAfterAKill(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		events bool
		want   time.Duration
	}{{true, 0}, {false, 2 * day}} {
		h := start(t, 1, inFolder)
		require.NoError(t, h.stop())
		killed := h.keptClock()
		killed.Lived, killed.Since, killed.Stands = killed.Lived.Add(-2*day), killed.Since.Add(-2*day), false
		h.keepClock(killed)
		again := resume(t, h, 1, nil)
		if c.events {
			again = prepare(t, 1, func(next *harness) { next.config.Settings = h.config.Settings })
		}
		again.launch()
		require.InDelta(t, c.want.Seconds(), again.summary.Behind.Seconds(), 20)
	}
}

func TestItIsNotedThatTheNetworkLives(t *testing.T) {
	t.Parallel()
	h := prepare(t, 1, inFolder)
	h.manager.SetLived(time.Millisecond)
	h.launch()
	began := h.keptClock()
	require.False(t, began.Stands)
	h.eventually(func() bool { return h.keptClock().Lived.After(began.Lived) }, "it is noted")
}

// A damaged clock is named, and nothing starts.
func TestADamagedClock(t *testing.T) {
	t.Parallel()
	for text, part := range map[string]string{`{`: "cut off", `{"behind": "soon"}`: "soon", `{"x": 1}`: `unknown key "x"`, ``: "empty"} {
		h := prepare(t, 1, holding(0))
		require.NoError(t, os.WriteFile(h.clockFile(), []byte(text), 0o600))
		err := h.manager.Run(t.Context(), func(manager.Summary) { require.Fail(t, "started", text) })
		require.ErrorIs(t, err, manager.ErrCheck)
		require.ErrorContains(t, err, "clock.json")
		require.ErrorContains(t, err, part)
	}
}

// What flags say of the clocks is what is wanted of all from then on.
func TestFlagsSetTheClocks(t *testing.T) {
	t.Parallel()
	h := start(t, 1, inFolder, func(h *harness) {
		s := &h.config.Settings
		s.Offset, s.OffsetSet, s.Drift, s.DriftSet = time.Hour, true, "1%", true
	})
	h.isOff(0, time.Hour, 10_000_000)
	require.NoError(t, h.stop())
	again := resume(t, h, 1, nil)
	again.launch()
	again.isOff(0, time.Hour, 10_000_000)
}

// A paused network's time stands still with it, also through an end and a start.
func TestThePausedNetworkGoesOnAtItsTime(t *testing.T) {
	t.Parallel()
	h := start(t, 2, inFolder)
	h.requireError(h.post("/network/resume", ""), http.StatusConflict, "not-paused", "not paused")
	paused, err := h.client().ActOnAll(t.Context(), "pause")
	require.NoError(t, err)
	require.True(t, paused.Stands)
	require.Equal(t, "2 nodes stand still, and so does their time", paused.Message)
	h.requireError(h.post("/network/pause", ""), http.StatusConflict, "network-paused", "/network/resume")
	h.requireError(h.get("/start/mining"), http.StatusConflict, "network-paused", "networkmngr resume, has it go on")
	h.requireError(h.post("/network/reorg", `{"depth": 1}`), http.StatusConflict, "network-paused", "/network/resume")
	for i := range 2 {
		require.True(t, h.launcher.clock(h.port(i)).Read().Stopped, "before a node goes on, it knows that")
	}
	stands := h.keptClock()
	require.True(t, stands.Stands)
	_, err = h.client().AddNode(t.Context())
	require.NoError(t, err)
	require.True(t, h.launcher.clock(h.port(2)).Read().Stopped, "a new one too")
	resumed, err := h.client().ActOnAll(t.Context(), "resume")
	require.NoError(t, err)
	require.Contains(t, resumed.Message, "2 nodes go on, ")
	for i, n := range resumed.Nodes {
		require.Nil(t, n.Error)
		require.False(t, h.launcher.clock(h.port(i)).Read().Stopped)
		require.False(t, h.launcher.clock(h.port(i)).Now().Before(stands.Lived))
	}
	require.False(t, h.keptClock().Stands)
	h.act("n0", "kill")
	h.act("n1", "kill")
	h.act("n2", "kill")
	h.requireError(h.post("/network/pause", ""), http.StatusConflict, "no-node", "")
}

// Who was paused alone, before the network or while it stands still, is not woken with the
// others.
func TestWhoWasPausedAloneStaysPaused(t *testing.T) {
	t.Parallel()
	h := start(t, 4)
	h.act("n1", "pause")
	_, err := h.client().ActOnAll(t.Context(), "pause")
	require.NoError(t, err)
	h.act("n2", "pause")
	h.act("n3", "resume")
	h.act("n3", "pause")
	resumed, err := h.client().ActOnAll(t.Context(), "resume")
	require.NoError(t, err)
	require.Regexp(t, "^1 node goes on, .*; paused alone, and so still: 3$", resumed.Message)
	nodes, err := h.client().Nodes(t.Context())
	require.NoError(t, err)
	for i, want := range []string{api.Running, api.Paused, api.Paused, api.Paused} {
		require.Equal(t, want, nodes.Nodes[i].State, "n%d", i)
	}
}
