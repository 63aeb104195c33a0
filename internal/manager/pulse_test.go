package manager_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/events"
	"networkmngr/internal/manager"
	"networkmngr/internal/types"
)

func mined(h *harness, path string) (report api.MiningReport) {
	require.NoError(h, json.Unmarshal([]byte(h.get(path).body), &report))
	return report
}

// startFrozen starts a network of three, and then has one's process stand still.
func startFrozen(t *testing.T, number int, rest time.Duration) (*harness, *fakeProcess) {
	h := prepare(t, 3, inFolder)
	h.manager.SetPulse(3*time.Second, rest) // in which the others answer, on a slow machine too
	h.launch()
	frozen := h.launcher.process(h.port(number))
	t.Cleanup(func() { require.NoError(t, frozen.Resume()) })
	require.NoError(t, frozen.Pause())
	return h, frozen
}

// A node whose process stands still, by whatever hand, is not waited for: it has an error,
// the others their turns, and it is told of wherever nodes are.
func TestAFrozenNode(t *testing.T) {
	t.Parallel()
	h, frozen := startFrozen(t, 1, time.Hour)
	report := mined(h, "/start/mining?min=0s&max=0s")
	require.Equal(t, 2, report.Mined)
	require.Contains(t, *report.Results[1].Error, "the node does not answer, though its process runs")
	require.Equal(t, "3 mining requests sent, 1 failed; the tip of 1 node is not known", report.Message)
	state := func() any {
		return object(t, h.get("/nodes").body)["nodes"].([]any)[1].(map[string]any)["state"]
	}
	require.Equal(t, api.Silent, state())
	require.EqualValues(t, 2, object(t, h.get("/nodes").body)["running"])
	require.JSONEq(t, fmt.Sprintf(`{"status": "degraded", "problems": ["node %s is not answering"]}`, h.address(1)), h.get("/healthz").body)
	h.requireError(h.post("/nodes/n1/mine", ""), http.StatusBadGateway, "node-unreachable", "the node does not answer, though its process runs")
	require.Equal(t, api.Silent, h.record().Nodes[1].State)
	h.eventually(func() bool { return strings.Contains(h.notices.String(), "node n1 does not answer") }, "word of it")

	h.node(1).set(func(n *fakeNode) { n.sick = errors.New("its store has failed") }) // which it answers
	require.NoError(t, frozen.Resume())
	h.eventually(func() bool { return state() == api.Running }, "the node to answer again")
	require.JSONEq(t, `{"status": "ok"}`, h.get("/healthz").body)
	require.Equal(t, 3, mined(h, "/start/mining?min=0s&max=0s").Mined)
}

// One that freezes in a race does not hold up the others' end.
func TestANodeThatFreezesInARace(t *testing.T) {
	t.Parallel()
	h, _ := startFrozen(t, 2, time.Hour)
	report := mined(h, "/start/mining?mode=race")
	require.Equal(t, 2, report.Mined)
}

// Nobody has to wait for a node for it to be told that it stands still.
func TestAFrozenNodeThatNobodyWaitsFor(t *testing.T) {
	t.Parallel()
	h, _ := startFrozen(t, 2, time.Second)
	h.eventually(func() bool { return strings.Contains(h.notices.String(), "node n2 does not answer") }, "word of the frozen node")
}

// A node that does not hear who has left hears it when it answers again, and holds up
// nobody meanwhile.
func TestAFrozenNodeHearsLaterWhoHasLeft(t *testing.T) {
	t.Parallel()
	h, frozen := startFrozen(t, 1, time.Second)
	h.eventually(func() bool { return strings.Contains(h.notices.String(), "node n1 does not answer") }, "word of the frozen node")
	knows := func(i, other int) bool {
		return slices.ContainsFunc(h.node(i).Known(), func(e types.NodeInfo) bool { return e.ID == h.node(other).self.ID })
	}
	_, err := h.client().RemoveNode(t.Context(), "n2")
	require.NoError(t, err)
	require.False(t, knows(0, 2))
	require.True(t, knows(1, 2), "it stands still")
	require.NoError(t, frozen.Resume())
	h.eventually(func() bool { return !knows(1, 2) }, "the node to hear of it")
}

// A node that answers again while another one comes back is not told afterwards that this
// one has left, and is asked for signs of life meanwhile.
func TestWhoIsComingBackIsNotForgotten(t *testing.T) {
	t.Parallel()
	h, frozen := startFrozen(t, 1, time.Second)
	requireNotices := func(part string, count int) {
		t.Helper()
		h.eventually(func() bool { return strings.Count(h.notices.String(), part) == count }, part)
	}
	requireNotices("node n1 does not answer", 1)
	_, err := h.client().RemoveNode(t.Context(), "n2")
	require.NoError(t, err)
	arrived, goOn := make(chan struct{}), make(chan struct{})
	h.launcher.arrived = func() { close(arrived); <-goOn }
	returned := make(chan error, 1)
	go func() {
		_, err := h.client().ReturnNode(context.Background(), "n2")
		returned <- err
	}()
	receives(t, arrived)
	require.NoError(t, frozen.Resume())
	requireNotices("node n1 answers again", 1)
	require.NoError(t, frozen.Pause())
	requireNotices("node n1 does not answer", 2)
	require.NoError(t, frozen.Resume())
	requireNotices("node n1 answers again", 2)
	close(goOn)
	require.NoError(t, receives(t, returned))
	require.NoError(t, h.stop())
	require.Empty(t, h.node(1).forgot)
}

// While a network starts, its nodes are asked for no sign of life, and nobody is told that they
// give none: on a small machine many nodes are out of breath then.
func TestNodesAreLeftAloneWhileTheyStart(t *testing.T) {
	t.Parallel()
	apart, connecting := make(chan bool), make(chan struct{})
	h := prepare(t, 2, func(h *harness) {
		h.launcher.network.apart = apart
		h.config.Watch = func(e *events.Event) {
			if p, ok := e.Data.(events.NetworkStarting); ok && p.Doing == "connecting nodes" && p.Done == 0 {
				close(connecting)
			}
		}
	})
	h.manager.SetPulse(time.Millisecond, 0)
	ready := make(chan manager.Summary, 1)
	h.run(func(s manager.Summary) { ready <- s })
	receives(t, connecting)
	const asked = 200 // in which it would have been asked, too
	client := client.NewNode("http://"+h.address(0), "", http.DefaultClient)
	for range asked {
		_, err := client.Health(t.Context())
		require.NoError(t, err)
	}
	require.Equal(t, asked, h.node(0).askedFor())
	require.Empty(t, h.notices.String())
	apart <- true
	apart <- true
	receives(t, ready)
	h.eventually(func() bool { return h.node(0).askedFor() > asked }, "the node to be asked")
}

// Only a node that somebody waits for is asked again and again.
func TestOnlyWhoIsAwaitedIsAskedOften(t *testing.T) {
	t.Parallel()
	h := prepare(t, 2)
	h.manager.SetPulse(3*time.Second, time.Hour)
	h.launch()
	awaited, other := h.node(0), h.node(1)
	before := other.askedFor()
	awaited.set(func(n *fakeNode) {
		n.mine = func(ctx context.Context) error {
			for from := n.askedFor(); n.askedFor() < from+3 && ctx.Err() == nil; {
				runtime.Gosched()
			}
			return ctx.Err()
		}
	})
	require.Equal(t, http.StatusOK, h.post("/nodes/n0/mine", "").status)
	require.LessOrEqual(t, other.askedFor(), before+1)
}
