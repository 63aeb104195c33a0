package manager_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/config"
	"networkmngr/internal/launch"
	"networkmngr/internal/mining"
	"networkmngr/internal/mining/strategy"
	"networkmngr/internal/times"
)

// A node that does not answer holds up nobody who asks something of all nodes, and has all
// of it when it answers again.
func TestAFrozenNodeCatchesUp(t *testing.T) {
	t.Parallel()
	h, frozen := startFrozen(t, 1, time.Second)
	h.eventually(func() bool { return strings.Contains(h.notices.String(), "node n1 does not answer") }, "word of the frozen node")
	got := h.putClock(`{"all": {"offset": "1h"}}`)
	require.Equal(t, http.StatusOK, got.status, got.body)
	got = h.plan(`{"mode": "demand", "power": "paced", "hashrate": 300, "strategies": {"n1": "selfish"}}`)
	require.Equal(t, http.StatusOK, got.status, got.body)
	got = h.post("/network/partition", `{"groups": [["n0"], ["n1", "n2"]]}`)
	require.Equal(t, http.StatusOK, got.status, got.body)
	require.Equal(t, 100.0, h.mines(0).Hashrate)
	h.isOff(1, 0, 0)
	require.Zero(t, h.mines(1).Hashrate, "it does not answer")

	require.NoError(t, frozen.Resume())
	h.eventually(func() bool { return h.mines(1).Strategy.Name == strategy.Selfish }, "the plan at the node")
	require.Equal(t, mining.Power{Threads: 1, Hashrate: 100, Paced: true}, h.mines(1).Power)
	h.isOff(1, time.Hour, 0)
	require.NotEmpty(t, h.node(1).Faults().Rows)
}

// One that falls silent only while it is asked does not have the others refuse a plan.
func TestANodeThatFreezesHoldsUpNoPlan(t *testing.T) {
	t.Parallel()
	h, frozen := startFrozen(t, 1, time.Hour)
	got := h.plan(`{"mode": "demand", "hashrate": 300}`)
	require.Equal(t, http.StatusOK, got.status, got.body)
	require.Zero(t, h.mines(1).Hashrate)
	require.NoError(t, frozen.Resume())
	h.eventually(func() bool { return h.mines(1).Hashrate == 100 }, "the plan at the node")
}

// Each node of a network that goes on is told what to mine once, however many there are.
func TestResumingIsLinear(t *testing.T) {
	t.Parallel()
	h := start(t, 5)
	require.Equal(t, http.StatusOK, h.plan(`{"mode": "demand", "hashrate": 300}`).status)
	require.Equal(t, http.StatusOK, h.post("/network/pause", "").status)
	require.Equal(t, http.StatusCreated, h.post("/nodes", "").status)
	require.Equal(t, http.StatusOK, h.post("/network/resume", "").status)
	for i := range 5 {
		require.Equal(t, 50.0, h.mines(i).Hashrate)
		require.Equal(t, 2, h.node(i).sets, "the plan, and another share")
	}
}

// A node that has left by itself leaves its share to the others.
func TestWhoLeavesLeavesItsShare(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	require.Equal(t, http.StatusOK, h.plan(`{"mode": "demand", "hashrate": 300}`).status)
	h.launcher.process(h.port(2)).Die(launch.Exit{}, "")
	h.eventually(func() bool { return h.mines(0).Hashrate == 150 && h.mines(1).Hashrate == 150 }, "the shares of two")
}

// A network whose rest cannot be written down goes on, and nobody is told that it stands still.
func TestAPauseThatCannotBeWrittenDown(t *testing.T) {
	t.Parallel()
	h := start(t, 2, inFolder)
	inTheWay := filepath.Join(filepath.Dir(h.clockFile()), ".clock.json")
	require.NoError(t, os.MkdirAll(filepath.Join(inTheWay, "x"), 0o755))
	before := h.keptClock()
	got := h.post("/network/pause", "")
	require.Equal(t, http.StatusInternalServerError, got.status, got.body)
	require.False(t, h.state().Clock != nil && h.keptClock().Stands)
	require.Equal(t, before, h.keptClock())
	h.requireError(h.post("/network/resume", ""), http.StatusConflict, "not-paused", "not paused")
	for i := range 2 {
		require.False(t, h.launcher.clock(h.port(i)).Read().Stopped)
		require.Equal(t, "running", h.nodeOf(fmt.Sprintf("n%d", i)).State)
	}
	require.NoError(t, os.RemoveAll(inTheWay))
	require.Equal(t, http.StatusOK, h.post("/network/pause", "").status)
}

// A network that does not start leaves its time as it is: nothing else is written meanwhile,
// which a kill would leave.
func TestAClockThatDoesNotOpenIsLeft(t *testing.T) {
	t.Parallel()
	h := start(t, 1, inFolder)
	require.NoError(t, h.stop())
	lab := h.keptClock()
	lab.Behind = times.Duration(9 * 365 * day)
	h.keepClock(lab)
	before, err := os.Stat(h.clockFile())
	require.NoError(t, err)
	again := prepare(t, 1, func(next *harness) {
		next.config.Settings = h.config.Settings
		next.config.Settings.Offset, next.config.Settings.OffsetSet = -9*365*day, true
	})
	require.ErrorContains(t, again.manager.Run(t.Context(), nil), "out of bounds")
	after, err := os.Stat(h.clockFile())
	require.NoError(t, err)
	require.Equal(t, before.ModTime(), after.ModTime(), "it was written")
}

// Nobody changes nodes while the network starts: one that ends meanwhile is started again
// after that.
func TestNothingChangesWhileTheNetworkStarts(t *testing.T) {
	t.Parallel()
	h := prepare(t, 2)
	held := make(chan bool, 2)
	h.launcher.network.registered = func(*fakeNode) { held <- h.manager.Changing() }
	h.launch()
	require.True(t, receives(t, held))
	require.True(t, receives(t, held))
	require.False(t, h.manager.Changing())
}

// Who was to start again and is taken out is not said to start again.
func TestWhoIsTakenOutDoesNotRestart(t *testing.T) {
	t.Parallel()
	h, rest := restarting(t, 2, config.OnFailure)
	h.act("n1", "kill")
	receives(t, rest.told)
	_, err := h.client().RemoveNode(t.Context(), "n1")
	require.NoError(t, err)
	ends := h.get("/events?from=start&types=node-down&limit=9").body
	require.Equal(t, 2, strings.Count(ends, `"node-down"`), ends)
	require.Equal(t, 1, strings.Count(ends, `"restarts_in":`), ends)
}
