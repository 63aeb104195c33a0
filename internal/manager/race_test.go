package manager_test

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/launch"
	"networkmngr/internal/mining"
)

// before are settings that nodes have before a race.
var before = mining.Settings{Mode: mining.Interval, Interval: 3600, Power: mining.Power{Threads: 2, Hashrate: 1000, Paced: true}}

// mineBefore gives them to every node.
func (h *harness) mineBefore(amount int) {
	for i := range amount {
		require.NoError(h, h.node(i).SetMining(before))
	}
}

func (h *harness) requireAsBefore(i int) {
	h.Helper()
	settings, _ := h.node(i).Mining()
	require.Equal(h, before, settings, "node %d", i)
}

// hold has a node find no block until release is closed.
func (h *harness) hold(i int, release <-chan struct{}) (searching <-chan struct{}) {
	began := make(chan struct{}, 1)
	h.node(i).set(func(n *fakeNode) {
		n.mine = func(ctx context.Context) error {
			select {
			case began <- struct{}{}:
			default:
			}
			select {
			case <-release:
			case <-ctx.Done():
			}
			return ctx.Err()
		}
	})
	return began
}

// In a race every node mines by itself with what it has, and as before after it.
func TestNodesMineAsBeforeAfterARace(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	h.mineBefore(2)
	release := make(chan struct{})
	searching := h.hold(1, release)
	answered := h.sendLater("/start/mining?mode=race&rounds=3")
	receives(t, searching)
	settings, _ := h.node(1).Mining()
	race := before
	race.Mode, race.Interval, race.Blocks = mining.Continuous, 0, 3
	require.Equal(t, race, settings)
	h.eventually(func() bool { s, _ := h.node(0).Mining(); return reflect.DeepEqual(s, before) }, "who has its blocks races no more")
	close(release)
	r := h.report(receives(t, answered))
	require.Equal(t, 6, r.Mined)
	for i := range 2 {
		h.requireAsBefore(i)
	}
}

func TestNodesMineAsBeforeAfterAStoppedRace(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"&rounds=5", "&continuous=true"} {
		h := start(t, 2)
		h.mineBefore(2)
		searching := h.hold(1, nil)
		answered := h.sendLater("/start/mining?mode=race" + query)
		receives(t, searching)
		h.eventually(func() bool { return h.node(0).chain.Tip().Height >= 5 }, "the other mines")
		r := h.report(h.get("/stop/mining"))
		require.Contains(t, r.Message, "stopped by /stop/mining")
		for i := range 2 {
			h.requireAsBefore(i)
		}
		receives(t, answered)
	}
}

func TestNodesMineAsBeforeWhenTheClientOfARaceIsGone(t *testing.T) {
	t.Parallel()
	h := start(t, 1)
	h.mineBefore(1)
	searching := h.hold(0, nil)
	ctx, hangUp := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() {
		_, err := h.try(h.request(ctx, http.MethodGet, "/start/mining?mode=race"))
		result <- err
	}()
	receives(t, searching)
	hangUp()
	require.ErrorIs(t, receives(t, result), context.Canceled)
	h.eventually(func() bool { return strings.Contains(h.log.String(), "the client that asked for it is gone") }, "the session ends")
	h.requireAsBefore(0)
}

// A node that dies costs its own blocks only.
func TestNodeDiesInARace(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	h.mineBefore(3)
	searching := h.hold(1, nil)
	answered := h.sendLater("/start/mining?mode=race&rounds=2")
	receives(t, searching)
	h.launcher.process(h.port(1)).Die(launch.Exit{Code: 2}, "")
	r := h.report(receives(t, answered))
	require.Equal(t, "5 mining requests sent, 1 failed", r.Message)
	require.Equal(t, 4, r.Mined)
	for _, result := range r.Results {
		if result.Node == h.address(1) {
			require.Contains(t, *result.Error, "the node has ended: exit status 2")
		}
	}
	h.requireAsBefore(0)
	h.requireAsBefore(2)
}

// Who sets how a node is to mine takes it out of the race.
func TestSettingsAreChangedInARace(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	h.mineBefore(2)
	searching := h.hold(1, nil)
	answered := h.sendLater("/start/mining?mode=race")
	receives(t, searching)
	other := mining.Default(3)
	require.NoError(t, h.node(1).SetMining(other))
	r := h.report(receives(t, answered))
	require.Equal(t, 1, r.Mined)
	at := slices.IndexFunc(r.Results, func(result result) bool { return result.Error != nil })
	require.Contains(t, *r.Results[at].Error, "its mining settings were changed")
	h.requireAsBefore(0)
	settings, _ := h.node(1).Mining()
	require.Equal(t, other, settings, "nobody takes that back")
}

func TestNodeThatFindsNoBlockInARace(t *testing.T) {
	t.Parallel()
	h := prepare(t, 1)
	h.manager.SetMine(2 * time.Second) // from the request to the end of the search
	h.launch()
	searching := h.hold(0, nil)
	answered := h.sendLater("/start/mining?mode=race")
	receives(t, searching)
	r := h.report(receives(t, answered))
	require.Contains(t, *r.Results[0].Error, "found no block")
}

// A node that is paused is out of the race.
func TestPausedInARace(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	searching := h.hold(1, nil)
	answered := h.sendLater("/start/mining?mode=race&rounds=2")
	receives(t, searching)
	require.Equal(t, http.StatusOK, h.send(http.MethodPost, "/nodes/n1/pause").status)
	r := h.report(receives(t, answered))
	require.Equal(t, 2, r.Mined)
	at := slices.IndexFunc(r.Results, func(result result) bool { return result.Error != nil })
	require.Contains(t, *r.Results[at].Error, "the node is paused")
	require.Equal(t, http.StatusOK, h.send(http.MethodPost, "/nodes/n1/resume").status)
}

// A node that is started again in a race without an end goes on in it.
func TestRestartedInARace(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	require.Equal(t, http.StatusAccepted, h.get("/start/mining?mode=race&continuous=true").status)
	h.eventually(func() bool { return h.node(0).chain.Tip().Height > 3 }, "they mine")
	require.Equal(t, http.StatusOK, h.send(http.MethodPost, "/nodes/n1/restart").status)
	h.eventually(func() bool { s, _ := h.node(1).Mining(); return s.Mode == mining.Continuous }, "the new one mines, too")
	h.report(h.get("/stop/mining"))
	settings, _ := h.node(1).Mining()
	require.Equal(t, mining.Default(1), settings)
}

// The manager passes on how a node mines, and is to.
func TestMiningOfANode(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	got := h.sendBody(http.MethodPut, "/nodes/n1/mining", strings.NewReader(`{"mode": "interval", "interval": 60}`))
	require.Equal(t, http.StatusOK, got.status, got.body)
	settings, _ := h.node(1).Mining()
	require.Equal(t, mining.Settings{Mode: mining.Interval, Interval: 60, Power: mining.Power{Threads: 1}}, settings)
	require.Contains(t, h.get("/nodes/n1/mining").body, `"interval":60`)
	require.Contains(t, h.get("/nodes/n0/mining").body, `"demand"`)
	h.requireError(h.get("/nodes/n7/mining"), http.StatusNotFound, "unknown-node", "n7")
}
