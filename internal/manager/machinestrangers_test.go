package manager_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/manager"
	"networkmngr/internal/types"
)

// Who answers where a machine was is not ended in its place: neither another network's
// manager, nor the first one, which goes by several names.
func TestAnotherManagerInThePlaceOfAMachine(t *testing.T) {
	t.Parallel()
	first := start(t, 1)
	other := start(t, 1)
	there, err := first.client().Machines(t.Context())
	require.NoError(t, err)
	for _, url := range []string{other.summary.URL, strings.Replace(first.summary.URL, "127.0.0.1", "localhost", 1)} {
		body := fmt.Sprintf(`{"url": %q, "lab": %q, "nodes": [{"port": 1}]}`, url, there.Lab)
		require.Equal(t, http.StatusOK, first.post("/machines", body).status)
		removed, err := first.client().RemoveMachine(t.Context(), url)
		require.NoError(t, err)
		require.False(t, removed.Ended, url)
	}
	require.Equal(t, running("n0"), other.states())
	require.Equal(t, running("n0"), first.states())
}

// Where another network's manager answers in the place of a machine, what answers at the
// addresses of its nodes is not asked to mine either.
func TestNodesInThePlaceOfAMachines(t *testing.T) {
	t.Parallel()
	first, other := prepare(t, 1, inFolder), prepare(t, 1, inFolder)
	first.manager.SetPulse(3*time.Second, 10*time.Millisecond)
	first.launch()
	other.launch()
	there, err := first.client().Machines(t.Context())
	require.NoError(t, err)
	there.First = first.summary.URL
	var replaced atomic.Bool
	nodes := api.Nodes{Count: 1, Lab: there.Lab, Nodes: []api.NodeState{{
		NodeInfo: types.NodeInfo{ID: types.NodeID{1}, Address: other.address(0), P2P: []string{p2p}},
		Name:     "n1", Port: 1, State: api.Running, Lives: []api.Life{{Boot: 1, PID: 1, StartedAt: time.Now()}},
	}}}
	machine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		now := there
		if replaced.Load() {
			now.Lab = "other"
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"/machines": now, "/nodes": nodes}[r.URL.Path])
	}))
	t.Cleanup(machine.Close)
	body := fmt.Sprintf(`{"url": %q, "lab": %q, "nodes": [{"port": 1}]}`, machine.URL, there.Lab)
	require.Equal(t, http.StatusOK, first.post("/machines", body).status)
	first.awaitStates(running("n0", "n1"))
	replaced.Store(true)
	first.awaitStates(map[string]string{"n0": api.Running, "n1": api.Silent})
	first.requireError(first.post("/nodes/n1/mine", ""), http.StatusBadGateway, "node-unreachable", "the node does not answer, though its process runs")
	replaced.Store(false)
	first.awaitStates(running("n0", "n1"))
}

// An event without an end fills no memory: neither a machine's nor a node's is read on, and
// that is told once.
func TestAMachineThatTellsTooMuch(t *testing.T) {
	t.Parallel()
	first := start(t, 1)
	there, err := first.client().Machines(t.Context())
	require.NoError(t, err)
	there.First = first.summary.URL // as that of a manager that has joined
	var nodes api.Nodes
	machine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answers := map[string]any{"/machines": there, "/nodes": nodes}
		if r.URL.Path == "/events" {
			w.Header().Set("Content-Type", "text/event-stream")
			line := []byte("data: " + strings.Repeat("x", 1<<16) + "\n")
			for written := error(nil); written == nil; {
				_, written = w.Write(line)
			}
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answers[r.URL.Path])
	}))
	t.Cleanup(machine.Close)
	nodes = api.Nodes{Count: 1, Lab: there.Lab, Nodes: []api.NodeState{{
		NodeInfo: types.NodeInfo{ID: types.NodeID{1}, Address: strings.TrimPrefix(machine.URL, "http://"), P2P: []string{p2p}},
		Name:     "n1", Port: 1, State: api.Running, Lives: []api.Life{{Boot: 1, PID: 1, StartedAt: time.Now()}},
	}}}
	body := fmt.Sprintf(`{"url": %q, "lab": %q, "nodes": [{"port": 1}]}`, machine.URL, there.Lab)
	require.Equal(t, http.StatusOK, first.post("/machines", body).status)
	for _, want := range []string{"an event of the manager at " + machine.URL + " is too long", "what happens at node n1 is not told any more"} {
		first.eventually(func() bool {
			return strings.Count(first.get("/events?from=start&types=notice&limit=100").body, want) == 1
		}, want)
	}
}

// A first manager that gives names which nobody has asked it for is not followed.
func TestAFirstManagerThatTellsNonsense(t *testing.T) {
	t.Parallel()
	first := start(t, 1)
	there, err := first.client().Machines(t.Context())
	require.NoError(t, err)
	for _, nodes := range []string{`[{"port": 1, "name": "n7"}]`, `[{"port": %d, "name": ""}]`} {
		liar := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			if r.Method == http.MethodGet {
				_ = json.NewEncoder(w).Encode(there)
				return
			}
			var joining api.Joining
			_ = json.NewDecoder(r.Body).Decode(&joining)
			text := strings.ReplaceAll(nodes, "%d", fmt.Sprint(joining.Nodes[0].Port))
			_, _ = fmt.Fprintf(w, `{"message": "", "nodes": %s, "others": []}`, text)
		}))
		h := prepare(t, 1, func(h *harness) { h.config.Settings.Join, h.config.Genesis = liar.URL, nil })
		err := h.manager.Run(t.Context(), func(manager.Summary) { t.Error("it stands") })
		require.ErrorContains(t, err, "not what was asked for")
		liar.Close()
	}
}

// A first manager that refuses is not taken for one that is gone.
func TestAFirstManagerThatRefuses(t *testing.T) {
	t.Parallel()
	first := start(t, 1)
	there, err := first.client().Machines(t.Context())
	require.NoError(t, err)
	refuses := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case r.URL.Path == "/events":
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error": {"code": "token-needed", "message": "whose token is that"}}`))
		case r.Method == http.MethodGet:
			_ = json.NewEncoder(w).Encode(there)
		default:
			var joining api.Joining
			_ = json.NewDecoder(r.Body).Decode(&joining)
			_, _ = fmt.Fprintf(w, `{"message": "", "nodes": [{"port": %d, "name": "n7"}], "others": []}`, joining.Nodes[0].Port)
		}
	}))
	t.Cleanup(refuses.Close)
	h := start(t, 1, func(h *harness) { h.config.Settings.Join, h.config.Genesis = refuses.URL, nil })
	h.eventually(func() bool { return strings.Contains(h.notices.String(), "whose token is that") }, "it says why")
	require.NotContains(t, h.notices.String(), "cut off")
}
