package manager_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
)

// act does something to a node, and returns how the node is then.
func (h *harness) act(node, action string) api.NodeState {
	h.Helper()
	acted, err := h.client().Act(h.Context(), node, action)
	require.NoError(h, err)
	return acted.Node
}

func boots(n api.NodeState) int { return len(n.Lives) }

// A node that is killed stays in the list, and begins another life on the same data
// and the same port, under its name.
func TestKillAndRestart(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	killed := h.act("n1", "kill")
	require.Equal(t, api.Exited, killed.State)
	require.Equal(t, "SIGKILL", *killed.Exit.Signal)
	h.requireNoNotice("it was asked for")
	for _, action := range []string{"kill", "pause", "resume"} {
		h.requireError(h.post("/nodes/n1/"+action, ""), http.StatusConflict, "node-ended", "signal 9")
	}
	again := h.act("n1", "restart")
	require.Equal(t, api.Running, again.State)
	require.Equal(t, killed.Name, again.Name)
	require.Equal(t, killed.Port, again.Port)
	require.Equal(t, 2, boots(again))
	require.NotNil(t, again.Lives[0].Exit)
	require.Nil(t, again.Lives[1].Exit)
	require.Len(t, h.node(1).Known(), 2, "it was told of the others")
	require.Equal(t, 3, h.report(h.get("/start/mining")).Mined)
	require.Equal(t, again.Lives, h.record().Nodes[1].Lives)
}

// A node that runs ends in order before it starts again.
func TestRestartOfARunningNode(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	for boot := 2; boot < 4; boot++ {
		n := h.act(fmt.Sprint(h.port(0)), "restart")
		require.Equal(t, boot, boots(n))
		require.Zero(t, n.Lives[boot-2].Exit.Code)
	}
	h.requireNoNotice("it was asked for")
	require.Equal(t, "2 nodes stopped", object(t, h.get("/shutdown/all").body)["message"])
}

func TestRestartThatFails(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	h.launcher.fail[h.port(0)] = errors.New("no disk")
	h.requireError(h.post("/nodes/n0/restart", ""), http.StatusBadGateway, "start-failed", "no disk")
	nodes, err := h.client().Nodes(t.Context())
	require.NoError(t, err)
	require.Equal(t, api.Exited, nodes.Nodes[0].State)
	delete(h.launcher.fail, h.port(0))
	require.Equal(t, 2, boots(h.act("n0", "restart")), "a life that did not begin is none")
}

// A paused node is asked for nothing, and is no failure.
func TestPauseAndResume(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	for range 2 {
		require.Equal(t, api.Paused, h.act("n2", "pause").State)
	}
	report := h.report(h.get("/start/mining"))
	require.Equal(t, 2, report.Mined)
	require.Empty(t, report.Tips, "those that answer agree")
	h.requireError(h.get("/nodes/n2/chain"), http.StatusConflict, "node-paused", "/nodes/n2/resume")
	h.requireError(h.put(`{"name":"class"}`), http.StatusConflict, "node-paused", "n2")
	list := object(t, h.get("/nodes").body)
	require.EqualValues(t, 2, list["running"])
	h.requireNoNotice("it was asked for")
	for _, said := range []string{" goes on", " was not paused, and runs"} {
		resumed, err := h.client().Act(t.Context(), "n2", "resume")
		require.NoError(t, err)
		require.Equal(t, api.Running, resumed.Node.State)
		require.True(t, strings.HasSuffix(resumed.Message, said), resumed.Message)
	}
	require.Equal(t, 3, h.report(h.get("/start/mining")).Mined)
}

func TestPausedNodesEnd(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	for i := range 3 {
		h.act(fmt.Sprintf("n%d", i), "pause")
	}
	h.requireError(h.get("/start/mining"), http.StatusConflict, "no-node", "")
	require.Equal(t, "SIGKILL", *h.act("n0", "kill").Exit.Signal)
	require.Equal(t, 2, boots(h.act("n1", "restart")))
	stopped := object(t, h.get("/shutdown/all").body)
	require.Equal(t, "2 nodes stopped, 1 had ended before", stopped["message"])
	for i, before := range []any{true, nil, nil} {
		require.Equal(t, before, stopped["nodes"].([]any)[i].(map[string]any)["ended_before"])
	}
}

// A node that is paused while it mines for a session is not waited for.
func TestPauseWhileMining(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	mining, goOn := make(chan struct{}), make(chan struct{})
	h.node(0).set(func(n *fakeNode) {
		n.mine = func(context.Context) error { close(mining); <-goOn; return nil }
	})
	answered := h.sendLater("/start/mining")
	receives(t, mining)
	h.act("n0", "pause")
	report := h.report(receives(t, answered))
	require.Equal(t, 1, report.Mined)
	require.Equal(t, "the node is paused", *report.Results[0].Error)
	close(goOn)
}

// A node goes by its address too, and one that was removed is told of.
func TestNodesByAddress(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	at := fmt.Sprintf("%s:%d", h.config.Settings.Host, h.port(1))
	require.Equal(t, http.StatusOK, h.get("/nodes/"+at+"/chain").status)
	h.act(fmt.Sprintf("localhost:%d", h.port(1)), "pause")
	h.act(at, "resume")
	_, err := h.client().RemoveNode(t.Context(), at)
	require.NoError(t, err)
	h.requireError(h.post("/nodes/n1/kill", ""), http.StatusNotFound, "unknown-node",
		`there is no node n1 any more; POST /nodes {"name": "n1"}, or networkmngr nodes add n1, brings it back`)
	back, err := h.client().ReturnNode(t.Context(), at)
	require.NoError(t, err)
	require.Equal(t, "n1", back.Node.Name)
}

func TestActRefusals(t *testing.T) {
	t.Parallel()
	h := start(t, 1)
	h.requireError(h.post("/nodes/n7/kill", ""), http.StatusNotFound, "unknown-node", "no node n7")
	h.requireError(h.post("/nodes/seven/kill", ""), http.StatusBadRequest, "malformed", `"seven", want a name such as n0`)
	h.requireError(h.post(fmt.Sprintf("/nodes/10.0.0.9:%d/kill", h.port(0)), ""), http.StatusBadRequest, "malformed", "alone or behind the host")
	h.requireError(h.get("/nodes/n0/kill"), http.StatusMethodNotAllowed, "method-not-allowed", "POST")
}

// A run's lab is in its folder, so that the next one there has it again.
func TestLabIsKept(t *testing.T) {
	t.Parallel()
	h := start(t, 1, func(h *harness) { h.config.Settings.Data = h.TempDir() })
	lab := h.record().Lab
	require.Regexp(t, "^[0-9a-f]{8}$", lab)
	require.NoError(t, h.stop())
	for _, wanted := range []string{"", "spring-27"} {
		again := prepare(t, 1, func(next *harness) {
			next.config.Settings.Data, next.config.Settings.Port = h.config.Settings.Data, h.config.Settings.Port
			next.config.Settings.Lab = wanted
		})
		again.launch()
		if wanted != "" {
			lab = wanted
		}
		require.Equal(t, lab, again.record().Lab)
		require.Equal(t, lab, again.launcher.specs[again.port(0)].Settings["lab"])
		require.NoError(t, again.stop())
	}
	require.NoError(t, os.WriteFile(filepath.Join(h.config.Settings.Data, "lab"), []byte("a/b"), 0o600))
	broken := resume(t, h, 1, nil)
	require.ErrorContains(t, broken.manager.Run(t.Context(), nil), `lab "a/b"`)
}
