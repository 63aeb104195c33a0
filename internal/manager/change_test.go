package manager_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/launch"
)

// ports lists the nodes that GET /nodes has.
func (h *harness) ports() []int {
	h.Helper()
	var ports []int
	for _, n := range object(h.T, h.get("/nodes").body)["nodes"].([]any) {
		ports = append(ports, int(n.(map[string]any)["port"].(float64)))
	}
	return ports
}

func TestAddNode(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	added, err := h.client().AddNode(t.Context())
	require.NoError(t, err)
	port := added.Node.Port
	require.Greater(t, port, h.port(1))
	require.Equal(t, api.Running, added.Node.State)
	require.Equal(t, []int{h.port(0), h.port(1), port}, h.ports())
	fresh := h.launcher.process(port).node
	for i := range 2 {
		require.Contains(t, fresh.Known(), h.node(i).self)
		require.Contains(t, h.node(i).Known(), fresh.self)
	}
	require.Equal(t, 3, h.launcher.specs[port].Crowd)
	require.Len(t, h.record().Nodes, 3)
	mined := object(t, h.get("/start/mining").body)
	require.EqualValues(t, 3, mined["mined"])
	require.Equal(t, "3 nodes stopped", object(t, h.get("/shutdown/all").body)["message"])
}

// A port that somebody else has is passed over, and so is one that a node had
// whose data may lie there.
func TestAddNodeFindsAPort(t *testing.T) {
	t.Parallel()
	h := start(t, 1)
	taken, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", h.port(1)))
	if err == nil { // or else somebody has it already
		defer taken.Close()
	}
	first, err := h.client().AddNode(t.Context())
	require.NoError(t, err)
	require.Greater(t, first.Node.Port, h.port(1))
	_, err = h.client().RemoveNode(t.Context(), first.Node.Name)
	require.NoError(t, err)
	second, err := h.client().AddNode(t.Context())
	require.NoError(t, err)
	require.Greater(t, second.Node.Port, first.Node.Port)
}

func TestFullNetworkTakesNoNode(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	h.manager.SetNodes(2)
	h.requireError(h.post("/nodes", ""), http.StatusConflict, "network-full", "it has 2 nodes, at most 2")
	require.Equal(t, []int{h.port(0), h.port(1)}, h.ports())
	_, err := h.client().RemoveNode(t.Context(), fmt.Sprint(h.port(1)))
	require.NoError(t, err)
	_, err = h.client().AddNode(t.Context())
	require.NoError(t, err, "there is room again")
}

func TestNodeThatCannotBeAdded(t *testing.T) {
	t.Parallel()
	h := start(t, 1)
	for port := h.port(0) + 1; port < h.port(0)+200; port++ {
		h.launcher.fail[port] = errors.New("no disk")
	}
	h.requireError(h.post("/nodes", ""), http.StatusBadGateway, "start-failed", "no disk")
	require.Equal(h, []string{fmt.Sprintf("node-%d", h.port(0))}, nodeFolders(t, h.summary.Data))
	require.Equal(t, []int{h.port(0)}, h.ports())
	clear(h.launcher.fail)
	added, err := h.client().AddNode(t.Context())
	require.NoError(t, err)
	require.Equal(t, "n1", added.Node.Name, "nobody was told of another n1, and a resumed network names by what there is")
}

// A node that is being added when the network ends ends with it.
func TestShutdownWhileANodeIsAdded(t *testing.T) {
	t.Parallel()
	h := start(t, 1)
	arrived := make(chan struct{})
	h.launcher.arrived = func() { close(arrived) }
	for port := h.port(0) + 1; port < h.port(0)+200; port++ {
		h.launcher.hang[port] = true
	}
	refused := make(chan reply, 1)
	go func() {
		if got, err := h.try(h.request(context.Background(), http.MethodPost, "/nodes")); err == nil {
			refused <- got
		}
	}()
	receives(t, arrived)
	require.Equal(t, http.StatusOK, h.get("/shutdown/all").status)
	h.requireError(receives(t, refused), http.StatusServiceUnavailable, "shutting-down", "")
}

// A node that was being added when the manager was killed is not counted when the network
// is resumed, whatever it has left.
func TestAnAdditionThatIsCutShort(t *testing.T) {
	t.Parallel()
	h := start(t, 1, holding(0))
	arrived := make(chan struct{})
	h.launcher.arrived = func() { close(arrived) }
	for port := h.port(0) + 1; port < h.port(0)+200; port++ {
		h.launcher.hang[port] = true
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		_, _ = h.try(h.request(ctx, http.MethodPost, "/nodes"))
	}()
	receives(t, arrived)
	killed := t.TempDir() // what a kill leaves
	require.NoError(t, os.CopyFS(killed, os.DirFS(h.summary.Data)))
	cancel()
	receives(t, answered)
	require.NoError(t, h.stop())
	require.NoFileExists(t, filepath.Join(h.summary.Data, "removed.json"), "nothing is left of an addition that failed")

	var ports []int
	text, err := os.ReadFile(filepath.Join(killed, "removed.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &ports))
	require.Len(t, ports, 1)
	require.NoError(t, os.MkdirAll(filepath.Join(killed, fmt.Sprintf("node-%d", ports[0])), 0o755))
	again := start(t, 1, func(next *harness) {
		next.config.Settings.Data, next.config.Settings.Port, next.config.Settings.AmountSet = killed, h.config.Settings.Port, false
	})
	require.Equal(t, []int{h.port(0)}, again.ports())
}

func TestRemoveNode(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	removed, err := h.client().RemoveNode(t.Context(), fmt.Sprint(h.port(1)))
	require.NoError(t, err)
	require.Equal(t, h.address(1), removed.Node)
	require.Zero(t, removed.Exit.Code)
	require.Equal(t, []int{h.port(0), h.port(2)}, h.ports())
	h.requireNoNotice("its end was asked for")
	path := fmt.Sprintf("/nodes/%d", h.port(1))
	h.requireError(h.send(http.MethodDelete, path), http.StatusNotFound, "unknown-node", fmt.Sprint(h.port(1)))
	got := h.get(fmt.Sprintf("/shutdown/%d", h.port(2)))
	require.Equal(t, http.StatusOK, got.status, got.body)
	require.Equal(t, []int{h.port(0)}, h.ports())
	require.Equal(t, http.StatusOK, h.send(http.MethodDelete, fmt.Sprintf("/nodes/%d", h.port(0))).status)
	require.Empty(t, h.ports())
	h.requireError(h.get("/start/mining"), http.StatusConflict, "no-node", "")
	require.Equal(t, "0 nodes stopped", object(t, h.get("/shutdown/all").body)["message"])
}

func TestByPort(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	mine := func(i int, name, body string) map[string]any {
		got := h.post(fmt.Sprintf(name, h.port(i)), body)
		require.Equal(t, http.StatusOK, got.status, got.body)
		return object(t, got.body)
	}
	block := mine(1, "/nodes/%d/mine", "")["block"].(map[string]any)
	require.EqualValues(t, 1, block["index"])
	require.Equal(t, h.node(1).chain.Tip().ID.String(), block["hash"])
	require.Equal(t, "block 2 mined", mine(2, "/mine_block/%d", `{}`)["message"])
	for _, name := range []string{"/nodes/%d/chain", "/get_chain/%d"} {
		chain := object(t, h.get(fmt.Sprintf(name, h.port(0))).body)
		require.Len(t, chain["chain"], 3)
		require.Equal(t, block, chain["chain"].([]any)[1])
	}
	for _, name := range []string{"/nodes/%d/validate", "/validate/%d"} {
		valid := object(t, h.get(fmt.Sprintf(name, h.port(0))).body)
		require.Equal(t, true, valid["valid"])
		require.EqualValues(t, 3, valid["blocks"])
	}
	part := object(t, h.get(fmt.Sprintf("/get_chain/%d?from=2&limit=1", h.port(0))).body)
	require.EqualValues(t, 3, part["length"])
	require.Len(t, part["chain"], 1)
}

// What a node refuses is refused in its own words.
func TestByPortRefusals(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	unknown := fmt.Sprint(h.port(1) + 1)
	for _, c := range []struct {
		method, path string
		status       int
		code, part   string
	}{
		{http.MethodPost, "/nodes/" + unknown + "/mine", http.StatusNotFound, "unknown-node", unknown},
		{http.MethodGet, "/get_chain/" + unknown, http.StatusNotFound, "unknown-node", unknown},
		{http.MethodGet, "/shutdown/" + unknown, http.StatusNotFound, "unknown-node", unknown},
		{http.MethodPost, "/mine_block/five", http.StatusBadRequest, "malformed", `"five", want a name such as n0, or a port, a number from 1 to 65535`},
		{http.MethodGet, "/nodes/0/chain", http.StatusBadRequest, "malformed", `"0"`},
		{http.MethodDelete, "/nodes/65536", http.StatusBadRequest, "malformed", `"65536"`},
		{http.MethodDelete, "/nodes/-1", http.StatusBadRequest, "malformed", `"-1"`},
		{http.MethodGet, fmt.Sprintf("/nodes/%d/chain?limit=0", h.port(0)), http.StatusBadRequest, "malformed", "limit"},
		{http.MethodPost, fmt.Sprintf("/nodes/%d/mine?x=1", h.port(0)), http.StatusBadRequest, "malformed", "parameter"},
		{http.MethodGet, fmt.Sprintf("/nodes/%d/mine", h.port(0)), http.StatusMethodNotAllowed, "method-not-allowed", "POST"},
	} {
		h.requireError(h.send(c.method, c.path), c.status, c.code, c.part)
	}
	h.requireError(h.post(fmt.Sprintf("/nodes/%d/mine", h.port(0)), `{"x":1}`), http.StatusBadRequest, "malformed", "x")
	long := io.MultiReader(strings.NewReader(strings.Repeat(" ", 300<<10))) // of which nobody says how long it is
	h.requireError(h.sendBody(http.MethodPost, fmt.Sprintf("/nodes/%d/mine", h.port(0)), long), http.StatusRequestEntityTooLarge, "too-large", "262144")
	require.Len(t, h.ports(), 2)
}

func TestByPortOfADeadNode(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	h.launcher.process(h.port(1)).Die(launch.Exit{Code: -1, Signal: syscall.SIGKILL}, "")
	h.eventually(func() bool { return h.notices.String() != "" }, "its end is known")
	h.requireError(h.get(fmt.Sprintf("/get_chain/%d", h.port(1))), http.StatusConflict, "node-ended", "signal 9")
	h.requireError(h.post(fmt.Sprintf("/mine_block/%d", h.port(1)), ""), http.StatusConflict, "node-ended", h.address(1))
	removed, err := h.client().RemoveNode(t.Context(), fmt.Sprint(h.port(1)))
	require.NoError(t, err)
	require.Equal(t, "SIGKILL", *removed.Exit.Signal)
	require.Equal(t, []int{h.port(0)}, h.ports())
}

// A node that dies in the middle of its answer is told from one that has none.
func TestByPortBrokenOff(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	dying := h.launcher.process(h.port(1))
	mining := make(chan struct{})
	dying.node.set(func(n *fakeNode) {
		n.mine = func(ctx context.Context) error {
			close(mining)
			<-ctx.Done()
			panic(http.ErrAbortHandler)
		}
	})
	answer := make(chan reply, 1)
	go func() {
		if got, err := h.try(h.request(context.Background(), http.MethodPost, fmt.Sprintf("/mine_block/%d", h.port(1)))); err == nil {
			answer <- got
		}
	}()
	receives(t, mining)
	dying.Die(launch.Exit{Code: 2}, "")
	h.requireError(receives(t, answer), http.StatusBadGateway, "node-unreachable", "the node has ended")
}

// A chain goes through as it comes: it may be long.
func TestChainIsStreamedThrough(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	chain := func(_ string, _ http.Handler, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"length":2,%64000s`, `"chain":[`)
		w.(http.Flusher).Flush()
		<-release
		_, _ = fmt.Fprint(w, `]}`)
	}
	h := start(t, 1, inFront("/chain", chain))
	client := &http.Client{Timeout: soon, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(fmt.Sprintf("%s/get_chain/%d", h.summary.URL, h.port(0)))
	require.NoError(t, err)
	defer response.Body.Close()
	begin := make([]byte, 20)
	_, err = io.ReadFull(response.Body, begin)
	require.NoError(t, err, "before the node is done")
	require.Contains(t, string(begin), `{"length":2`)
	close(release)
	rest, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.True(t, strings.HasSuffix(string(rest), `"chain":[]}`))
}
