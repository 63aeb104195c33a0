package manager_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/events/state"
	"networkmngr/internal/genesis"
	"networkmngr/internal/manager"
	"networkmngr/internal/types"
)

// join runs a manager that joins the network of another one.
func join(t *testing.T, first *harness, amount int, change ...func(*harness)) *harness {
	joins := func(h *harness) {
		h.config.Settings.Join, h.config.Genesis = first.summary.URL, nil
	}
	return start(t, amount, append([]func(*harness){joins}, change...)...)
}

// states are those of the nodes by name, as GET /nodes tells.
func (h *harness) states() map[string]string {
	nodes, err := h.client().Nodes(h.Context())
	require.NoError(h, err)
	states := make(map[string]string)
	for _, n := range nodes.Nodes {
		states[n.Name] = n.State
	}
	return states
}

func (h *harness) awaitStates(want map[string]string) {
	h.Helper()
	h.eventually(func() bool {
		got := h.states()
		if len(got) != len(want) {
			return false
		}
		for name, state := range want {
			if got[name] != state {
				return false
			}
		}
		return true
	}, "the nodes do as they should")
}

func running(names ...string) map[string]string {
	states := make(map[string]string)
	for _, name := range names {
		states[name] = api.Running
	}
	return states
}

// knows are the ids of the nodes that one has been told of.
func (n *fakeNode) knows() map[types.NodeID]bool {
	ids := make(map[types.NodeID]bool)
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, e := range n.known {
		ids[e.ID] = true
	}
	return ids
}

// toForget are the ids of the nodes that one was told have left.
func (n *fakeNode) toForget() []types.NodeID {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.forgot)
}

// The nodes of two managers are one network: the first one lists, mines and ends all.
func TestJoin(t *testing.T) {
	t.Parallel()
	first := start(t, 2)
	second := join(t, first, 2)
	first.awaitStates(running("n0", "n1", "n2", "n3"))
	require.Equal(t, running("n2", "n3"), second.states())
	require.Equal(t, first.summary.URL, second.summary.Joined)

	nodes, err := first.client().Nodes(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"", "", second.summary.URL, second.summary.URL},
		[]string{nodes.Nodes[0].Machine, nodes.Nodes[1].Machine, nodes.Nodes[2].Machine, nodes.Nodes[3].Machine})
	first.eventually(func() bool { return len(first.manager.State().Machines) > 0 }, "it is told that the machine has joined")
	now := first.manager.State()
	require.Equal(t, []state.Machine{{URL: second.summary.URL, State: events.MachineJoined, Since: now.Machines[0].Since}}, now.Machines)
	for i, n := range now.Nodes {
		require.Equal(t, nodes.Nodes[i].Machine, n.Machine, n.Name)
	}
	for _, n := range []*fakeNode{first.node(0), second.node(1)} {
		first.eventually(func() bool { return len(n.knows()) == 3 }, "each node knows all others")
	}

	stopped := object(t, first.send(http.MethodPost, "/shutdown/all").body)
	require.Equal(t, "4 nodes stopped", stopped["message"])
	require.NoError(t, receives(t, second.ended), "the second manager has ended too")
}

// What is done to a node of the second manager, that one does.
func TestActElsewhere(t *testing.T) {
	t.Parallel()
	first := start(t, 1)
	second := join(t, first, 2)
	first.awaitStates(running("n0", "n1", "n2"))

	require.Equal(t, http.StatusOK, first.send(http.MethodPost, "/nodes/n1/pause").status)
	require.Equal(t, api.Paused, first.states()["n1"])
	require.Equal(t, api.Paused, second.states()["n1"])
	require.Equal(t, http.StatusOK, first.send(http.MethodPost, "/nodes/n1/resume").status)
	require.Equal(t, running("n0", "n1", "n2"), first.states())

	require.Equal(t, http.StatusOK, first.send(http.MethodPost, "/nodes/n1/kill").status)
	require.Equal(t, api.Exited, first.states()["n1"])
	require.Equal(t, http.StatusOK, first.send(http.MethodPost, "/nodes/n1/restart").status)
	require.Equal(t, running("n0", "n1", "n2"), first.states())

	require.Equal(t, http.StatusOK, first.send(http.MethodDelete, "/nodes/n2").status)
	require.Equal(t, running("n0", "n1"), first.states())
	require.Equal(t, running("n1"), second.states())
	require.Equal(t, http.StatusCreated, first.post("/nodes", `{"name": "n2"}`).status)
	first.awaitStates(running("n0", "n1", "n2"))

	require.Equal(t, http.StatusCreated, second.send(http.MethodPost, "/nodes").status)
	first.awaitStates(running("n0", "n1", "n2", "n3"))
}

// What concerns the whole network is asked of the first manager, and a log that is
// elsewhere is asked for there.
func TestOfNetworkOrOfMachine(t *testing.T) {
	t.Parallel()
	first := start(t, 1)
	second := join(t, first, 1)
	first.awaitStates(running("n0", "n1"))
	second.requireError(second.send(http.MethodPost, "/network/pause"), http.StatusForbidden, "joined", first.summary.URL)
	for _, path := range []string{"/network/clock", "/network/faults", "/network/links", "/network/mining"} { // of which it is told nothing
		second.requireError(second.get(path), http.StatusForbidden, "joined", first.summary.URL)
	}
	second.requireError(second.sendBody(http.MethodPut, "/network/faults", strings.NewReader("{}")), http.StatusForbidden, "joined", first.summary.URL)
	first.requireError(first.get("/logs?node=n1"), http.StatusConflict, "nodes-elsewhere", second.summary.URL)
}

// A manager that ends takes its nodes with it, and one that comes back brings them.
func TestAMachineLeavesAndReturns(t *testing.T) {
	t.Parallel()
	first := start(t, 1)
	port := freePorts(t, 3)
	at := func(h *harness) { h.config.Settings.Port = port }
	second := join(t, first, 2, at)
	first.awaitStates(running("n0", "n1", "n2"))
	require.NoError(t, second.stop())
	first.awaitStates(running("n0"))
	machines, err := first.client().Machines(t.Context())
	require.NoError(t, err)
	require.Equal(t, api.MachineHasLeft, machines.Machines[0].State)
	first.requireError(first.post("/nodes", `{"name": "n1"}`), http.StatusBadGateway, "machine-unreachable", second.summary.URL)

	join(t, first, 2, at)
	first.awaitStates(running("n0", "n1", "n2"))
}

// leadsTo is the URL of a server that redirects all requests to another one.
func leadsTo(t *testing.T, url string) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, url+r.URL.Path, http.StatusTemporaryRedirect)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestJoinIsRefused(t *testing.T) {
	t.Parallel()
	first := start(t, 1)
	second := join(t, first, 1)
	for name, change := range map[string]func(*harness){
		"has joined the network of": func(h *harness) { h.config.Settings.Join = second.summary.URL },
		"--genesis":                 func(h *harness) { h.config.Genesis = pastGenesis(func(d *genesis.Description) { d.Name = "other" }) },
		"--lab":                     func(h *harness) { h.config.Settings.Lab = "other" },
		"connection refused":        func(h *harness) { h.config.Settings.Join = "http://127.0.0.1:1" },
		"leads elsewhere":           func(h *harness) { h.config.Settings.Join = leadsTo(t, first.summary.URL) },
	} {
		joins := func(h *harness) { h.config.Settings.Join, h.config.Genesis = first.summary.URL, nil }
		h := prepare(t, 1, joins, change)
		err := h.manager.Run(t.Context(), func(manager.Summary) { t.Error("it stands") })
		require.ErrorIs(t, err, manager.ErrCheck, name)
		require.ErrorContains(t, err, name)
	}
	first.requireError(first.post("/machines", `{"url": "nowhere", "lab": "x", "nodes": []}`), http.StatusUnprocessableEntity, "bad-machine", "nowhere")
	first.requireError(first.post("/machines", `{"url": "http://127.0.0.1:1", "lab": "x", "nodes": []}`), http.StatusConflict, "other-lab", "x")
}

// A manager that does not join as it should takes no name.
func TestABadJoinChangesNothing(t *testing.T) {
	t.Parallel()
	first := start(t, 1)
	first.manager.SetNodes(3)
	there, err := first.client().Machines(t.Context())
	require.NoError(t, err)
	join := func(url, nodes string) reply {
		return first.post("/machines", fmt.Sprintf(`{"url": %q, "lab": %q, "nodes": [%s]}`, url, there.Lab, nodes))
	}
	const good = "http://127.0.0.1:1"
	for _, row := range []struct {
		url, nodes, code string
		status           int
	}{
		{good, `{"port": 1}, {"port": 0}`, "malformed", http.StatusBadRequest},
		{good, `{"port": 1}, {"port": 1}`, "malformed", http.StatusBadRequest},
		{good, `{"port": 1}, {"port": 2, "name": "n0"}`, "name-taken", http.StatusConflict},
		{good, `{"port": 1, "name": "n7"}, {"port": 2, "name": "n7"}`, "name-taken", http.StatusConflict},
		{good, `{"port": 1}, {"port": 2, "name": "n9223372036854775806"}`, "malformed", http.StatusBadRequest},
		{good, `{"port": 1}, {"port": 2}, {"port": 3}, {"port": 4}`, "network-full", http.StatusConflict},
		{"http://user:word@127.0.0.1:1", `{"port": 1}`, "bad-machine", http.StatusUnprocessableEntity},
		{good + "/?of=x", `{"port": 1}`, "bad-machine", http.StatusUnprocessableEntity},
		{first.summary.URL, `{"port": 1}`, "bad-machine", http.StatusUnprocessableEntity},
		{"http://:1", `{"port": 1}`, "bad-machine", http.StatusUnprocessableEntity},
		{"http://\u009b31m:1", `{"port": 1}`, "bad-machine", http.StatusUnprocessableEntity},
		{"http://<b>:1", `{"port": 1}`, "bad-machine", http.StatusUnprocessableEntity},
		{"http://127.0.0.1:99999", `{"port": 1}`, "bad-machine", http.StatusUnprocessableEntity},
		{"http://example.com", `{"port": 1}`, "bad-machine", http.StatusUnprocessableEntity},
	} {
		first.requireError(join(row.url, row.nodes), row.status, row.code, "")
	}
	there, err = first.client().Machines(t.Context())
	require.NoError(t, err)
	require.Empty(t, there.Machines)
	joined := object(t, join(good, `{"port": 1}, {"port": 2, "name": "n1"}, {"port": 3}`).body)
	require.Equal(t, []any{
		map[string]any{"port": 1.0, "name": "n2"}, map[string]any{"port": 2.0, "name": "n1"}, map[string]any{"port": 3.0, "name": "n3"},
	}, joined["nodes"])
}

// What a machine tells of a node that no node would say of itself reaches nobody.
func TestAMachineThatTellsNonsense(t *testing.T) {
	t.Parallel()
	first := start(t, 1)
	there, err := first.client().Machines(t.Context())
	require.NoError(t, err)
	state := func(name string, port int, p2p ...string) api.NodeState {
		return api.NodeState{
			NodeInfo: types.NodeInfo{ID: types.NodeID{byte(port)}, Address: fmt.Sprint("127.0.0.1:", port), P2P: p2p},
			Name:     name, Port: port, State: api.Running, Lives: []api.Life{{Boot: 1, PID: 1, StartedAt: time.Now()}},
		}
	}
	there.First = first.summary.URL // as that of a manager that has joined
	answers := map[string]any{
		"/machines": there,
		"/nodes":    api.Nodes{Count: 2, Lab: there.Lab, Nodes: []api.NodeState{state("n1", 1), state("n2", 2, p2p)}},
	}
	machine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		require.NoError(t, json.NewEncoder(w).Encode(answers[r.URL.Path]))
	}))
	t.Cleanup(machine.Close)
	body := fmt.Sprintf(`{"url": %q, "lab": %q, "nodes": [{"port": 1}, {"port": 2}]}`, machine.URL, there.Lab)
	require.Equal(t, http.StatusOK, first.post("/machines", body).status)
	knows := func() map[types.NodeID]bool { return first.node(0).knows() }
	first.eventually(func() bool { return knows()[types.NodeID{2}] }, "the node that can be is told of")
	require.NotContains(t, knows(), types.NodeID{1})
}

// A machine that is taken out has ended, and may join again, with the names that it had. One
// that does not answer is taken out, too.
func TestRemoveMachine(t *testing.T) {
	t.Parallel()
	first := start(t, 1)
	first.requireError(first.send(http.MethodDelete, "/machines/127.0.0.1:1"), http.StatusNotFound, "unknown-machine", "127.0.0.1:1")
	port := freePorts(t, 3)
	at := func(h *harness) { h.config.Settings.Port = port }
	second := join(t, first, 2, at)
	first.awaitStates(running("n0", "n1", "n2"))
	first.eventually(func() bool { return len(first.manager.State().Machines) > 0 }, "it is told that the machine has joined")

	removed, err := first.client().RemoveMachine(t.Context(), strings.TrimPrefix(second.summary.URL, "http://"))
	require.NoError(t, err)
	require.Equal(t, []string{"n1", "n2"}, removed.Nodes)
	require.True(t, removed.Ended)
	require.NoError(t, receives(t, second.ended))
	require.Equal(t, running("n0"), first.states())
	require.Empty(t, first.manager.State().Machines)
	require.Len(t, first.node(0).toForget(), 2)
	first.requireError(first.post("/nodes", `{"name": "n1"}`), http.StatusBadGateway, "machine-unreachable", second.summary.URL)

	second = join(t, first, 2, at)
	first.awaitStates(running("n0", "n1", "n2"))
	require.Equal(t, running("n1", "n2"), second.states())
}

// A machine that is frozen while it is taken out holds up nothing else.
func TestRemoveAMachineThatIsFrozen(t *testing.T) {
	t.Parallel()
	first := start(t, 1)
	there, err := first.client().Machines(t.Context())
	require.NoError(t, err)
	there.First = first.summary.URL
	asked, frozen := make(chan struct{}), make(chan struct{})
	machine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/shutdown/all" {
			close(asked)
			<-frozen
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"/machines": there, "/nodes": api.Nodes{Lab: there.Lab}}[r.URL.Path])
	}))
	t.Cleanup(machine.Close)
	body := fmt.Sprintf(`{"url": %q, "lab": %q, "nodes": [{"port": 1}]}`, machine.URL, there.Lab)
	require.Equal(t, http.StatusOK, first.post("/machines", body).status)
	removed := make(chan error, 1)
	go func() {
		_, err := first.client().RemoveMachine(t.Context(), machine.URL)
		removed <- err
	}()
	receives(t, asked)
	require.Equal(t, http.StatusCreated, first.send(http.MethodPost, "/nodes").status)
	close(frozen)
	require.NoError(t, receives(t, removed))
}

// Machines that are gone keep nobody out: the one that has been away for longest makes room.
func TestDeadMachinesMakeRoom(t *testing.T) {
	t.Parallel()
	first := start(t, 1)
	there, err := first.client().Machines(t.Context())
	require.NoError(t, err)
	join := func(number int) reply {
		return first.post("/machines", fmt.Sprintf(`{"url": "http://127.0.0.1:%d", "lab": %q, "nodes": [{"port": 1}]}`, number, there.Lab))
	}
	for number := 1; number <= manager.MaxMachines; number++ {
		require.Equal(t, http.StatusOK, join(number).status)
	}
	first.requireError(join(1000), http.StatusConflict, "network-full", "DELETE /machines")
	first.manager.SetMachinesAway(manager.ForgottenAfter)
	first.requireError(first.post("/machines", `{"url": "http://127.0.0.1:1000", "lab": "other", "nodes": []}`), http.StatusConflict, "other-lab", "")
	require.Equal(t, http.StatusOK, join(1000).status)
	there, err = first.client().Machines(t.Context())
	require.NoError(t, err)
	require.Len(t, there.Machines, manager.MaxMachines)
	require.Equal(t, "http://127.0.0.1:2", there.Machines[0].URL)
}

// The whole network is paused and goes on, by each machine's own manager.
func TestPauseANetworkOfTwoMachines(t *testing.T) {
	t.Parallel()
	first := start(t, 1)
	second := join(t, first, 1)
	first.awaitStates(running("n0", "n1"))
	require.Equal(t, http.StatusOK, first.send(http.MethodPost, "/network/pause").status)
	require.Equal(t, map[string]string{"n0": api.Paused, "n1": api.Paused}, first.states())
	require.Equal(t, map[string]string{"n1": api.Paused}, second.states())
	require.Equal(t, http.StatusOK, first.send(http.MethodPost, "/network/resume").status)
	require.Equal(t, running("n0", "n1"), first.states())
	require.Equal(t, running("n1"), second.states())
}

// A machine that answers how it is, and hangs on what it is asked to do, holds up no change.
func TestAMachineThatHangsHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	first := start(t, 1)
	first.manager.SetLink(0) // nobody links to a node that there is not
	asked, hangs := make(chan struct{}, 3), make(chan struct{})
	hang := func(http.ResponseWriter, *http.Request) {
		asked <- struct{}{}
		<-hangs
	}
	machineThat(t, first, 1, map[string]http.HandlerFunc{"POST /nodes/n1/restart": hang, "DELETE /nodes/n1": hang, "POST /nodes": hang})
	asking, answered := first.client(), make(chan error, 3)
	for _, ask := range []func() error{
		func() error { _, err := asking.Act(t.Context(), "n1", "restart"); return err },
		func() error { _, err := asking.RemoveNode(t.Context(), "n1"); return err },
		func() error { _, err := asking.ReturnNode(t.Context(), "n1"); return err },
	} {
		go func() { answered <- ask() }()
		receives(t, asked)
		require.Equal(t, http.StatusOK, first.send(http.MethodPost, "/nodes/n0/restart").status)
	}
	close(hangs)
	for range 3 {
		require.Error(t, receives(t, answered), "it has said nothing")
	}
}

// A node of another machine that finds no peers is waited for by nobody.
func TestANodeElsewhereWithoutPeersHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	first := start(t, 1)
	first.manager.SetLink(time.Hour)
	machineThat(t, first, 1, nil)
	require.Equal(t, http.StatusOK, first.send(http.MethodPost, "/nodes/n0/pause").status)
	require.Equal(t, http.StatusOK, first.send(http.MethodPost, "/nodes/n0/resume").status)
}
