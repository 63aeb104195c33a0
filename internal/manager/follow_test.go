package manager_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/consensus"
	"networkmngr/internal/genesis"
)

// setClass has the network be another one, of the name "class".
func (h *harness) setClass() reply { return h.put(`{"name":"class","block_time":20}`) }

// requireNetwork checks of which network a manager's nodes and its data folder are.
func (h *harness) requireNetwork(name string, nodes int) {
	h.Helper()
	for i := range nodes {
		require.Equal(h, name, h.figures(i)["name"])
	}
	require.Equal(h, name, networkIn(h.T, h.summary.Data))
}

// The nodes of all machines are of another network together, and meet again there.
func TestSetBlockchainOfTwoMachines(t *testing.T) {
	t.Parallel()
	first := start(t, 2)
	second := join(t, first, 2)
	first.awaitStates(running("n0", "n1", "n2", "n3"))
	got := first.setClass()
	require.Equal(t, http.StatusOK, got.status, got.body)
	require.Equal(t, running("n0", "n1", "n2", "n3"), first.states())
	for _, h := range []*harness{first, second} {
		h.requireNetwork("class", 2)
		for i := range 2 {
			h.eventually(func() bool { return len(h.node(i).knows()) == 3 }, "each node knows all others")
		}
	}
	require.Equal(t, 4, first.report(first.get("/start/mining")).Mined)
	second.requireError(second.setClass(), http.StatusForbidden, "joined", first.summary.URL)
	first.requireError(first.send(http.MethodPost, "/network/follow"), http.StatusConflict, "not-joined", "its own")
}

// If one machine's nodes cannot be changed, none is: neither with a chain that has begun at a
// node that runs, or at one that does not, nor while it mines, or one is paused.
func TestSetBlockchainThatAMachineRefuses(t *testing.T) {
	t.Parallel()
	first := start(t, 1)
	second := join(t, first, 2, inFolder)
	first.awaitStates(running("n0", "n1", "n2"))
	refused := func(code, part string) {
		t.Helper()
		before := second.launcher.process(second.port(0))
		first.requireError(first.setClass(), http.StatusConflict, code, part)
		first.requireNetwork("test", 1)
		require.Same(t, before, second.launcher.process(second.port(0)), "no node was touched")
	}
	require.Equal(t, http.StatusOK, first.send(http.MethodPost, "/nodes/n1/pause").status)
	refused("node-paused", "resume")
	require.Equal(t, http.StatusOK, first.send(http.MethodPost, "/nodes/n1/resume").status)
	second.get("/start/mining?mode=race&continuous=true&detach=true")
	refused("already-mining", second.summary.URL)
	second.eventually(func() bool { return second.node(0).chain.Tip().Height > 0 }, "a block is mined")
	second.get("/stop/mining")
	refused("chain-begun", second.summary.URL)
}

// A chain that has begun in the folder of a node that does not run there speaks against it, too.
func TestSetBlockchainWithAChainOnAnotherMachine(t *testing.T) {
	t.Parallel()
	first := start(t, 1)
	second := join(t, first, 2, inFolder)
	first.awaitStates(running("n0", "n1", "n2"))
	second.act("n2", "kill")
	second.begun(1, pastGenesis(), 1)
	first.requireError(first.setClass(), http.StatusConflict, "chain-begun", "is 1")
	first.requireNetwork("test", 1)
	second.requireNetwork("test", 1)
}

// A machine that was away while the network changed follows as it starts, unless its chains
// have begun.
func TestAMachineThatWasAwayFollows(t *testing.T) {
	t.Parallel()
	first := start(t, 1)
	port := freePorts(t, 3)
	data := t.TempDir()
	at := func(h *harness) { h.config.Settings.Port, h.config.Settings.Data = port, data }
	second := join(t, first, 2, at)
	first.awaitStates(running("n0", "n1", "n2"))
	require.NoError(t, second.stop())
	first.awaitStates(running("n0"))
	second.begun(1, pastGenesis(), 0)
	require.Equal(t, http.StatusOK, first.setClass().status)
	second = join(t, first, 2, at)
	first.awaitStates(running("n0", "n1", "n2"))
	second.requireNetwork("class", 2)

	require.NoError(t, second.stop())
	first.awaitStates(running("n0"))
	second.begun(1, second.node(0).chain.Genesis(), 1)
	require.Equal(t, http.StatusOK, first.put(`{"name":"again"}`).status)
	joins := func(h *harness) { h.config.Settings.Join, h.config.Genesis = first.summary.URL, nil }
	err := prepare(t, 2, joins, at).manager.Run(t.Context(), nil)
	require.ErrorContains(t, err, "the height of node-")
	require.ErrorContains(t, err, "--join "+first.summary.URL)
	require.Equal(t, "class", networkIn(t, data))
}

// leader is a first manager of which only that is there which a joined one asks for: it is
// gone when the network has changed, and comes back.
func leader(t *testing.T, lab string, of *atomic.Pointer[consensus.Genesis]) *httptest.Server {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case r.URL.Path == "/events":
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = w.Write([]byte("id: 00-1\nevent: network-up\ndata: {\"offset\":1,\"time\":\"2026-11-29T00:00:00Z\",\"type\":\"network-up\",\"data\":{}}\n\n"))
		case r.Method == http.MethodGet:
			text, err := genesis.Marshal(of.Load())
			if err == nil {
				_ = json.NewEncoder(w).Encode(api.Machines{Network: of.Load().Params.Name, Genesis: text, Lab: lab, Machines: []api.Machine{}})
			}
		default:
			var joining api.Joining
			_ = json.NewDecoder(r.Body).Decode(&joining)
			joined := api.Joined{Nodes: joining.Nodes}
			for i := range joined.Nodes {
				joined.Nodes[i].Name = "n" + string(rune('7'+i))
			}
			_ = json.NewEncoder(w).Encode(joined)
		}
	}))
	t.Cleanup(server.Close)
	return server
}

// A machine that was cut off while the network changed follows when it joins again, and says
// so if it cannot.
func TestAMachineThatWasCutOffFollows(t *testing.T) {
	t.Parallel()
	var network atomic.Pointer[consensus.Genesis]
	network.Store(pastGenesis())
	server := leader(t, "lab", &network)
	h := prepare(t, 1, func(h *harness) { h.config.Settings.Join, h.config.Genesis = server.URL, nil })
	h.manager.SetRetry(5 * time.Millisecond)
	h.launch()
	h.requireNetwork("test", 1)
	network.Store(pastGenesis(func(d *genesis.Description) { d.Name = "class" }))
	h.eventually(func() bool { return networkIn(t, h.summary.Data) == "class" && h.states()["n7"] == api.Running }, "it follows")
	h.eventually(func() bool { return !h.manager.Changing() }, "the change is over")
	h.requireNetwork("class", 1)
	require.Equal(t, 1, h.report(h.get("/start/mining")).Mined)
	network.Store(pastGenesis(func(d *genesis.Description) { d.Name = "again" }))
	h.eventually(func() bool { return strings.Contains(h.notices.String(), "the chain has begun") }, "it says why")
	h.requireNetwork("class", 1)
	h.requireError(h.send(http.MethodPost, "/network/follow"), http.StatusConflict, "chain-begun", "is 1")
}
