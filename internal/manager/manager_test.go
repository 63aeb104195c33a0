package manager_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/config"
	"networkmngr/internal/events"
	"networkmngr/internal/genesis"
	"networkmngr/internal/launch"
	"networkmngr/internal/manager"
)

func TestNetworkStands(t *testing.T) {
	t.Parallel()
	h := start(t, 6)
	require.Equal(t, manager.Summary{
		URL:   fmt.Sprintf("http://127.0.0.1:%d", h.config.Settings.Port),
		Nodes: 6, Node: fmt.Sprintf("http://127.0.0.1:%d", h.port(0)), FirstPort: h.port(0), LastPort: h.port(5),
		Logs: h.config.Settings.Log.Folder, Data: h.summary.Data, Temporary: true, Lab: h.summary.Lab,
	}, h.summary)
	require.NotEmpty(t, h.summary.Lab)
	require.DirExists(t, h.summary.Data)
	for i := range 6 {
		spec := h.launcher.specs[h.port(i)]
		require.Equal(t, fmt.Sprintf("n%d", i), spec.Name)
		require.Equal(t, 6, spec.Crowd)
		require.Equal(t, filepath.Join(h.summary.Data, fmt.Sprintf("node-%d", h.port(i))), spec.Settings["data"])
		known := h.node(i).Known()
		require.Len(t, known, 5)
		for j := range 6 {
			if j != i {
				require.Contains(t, known, h.node(j).self)
			}
		}
	}
	require.NoError(t, h.stop())
	require.NoDirExists(t, h.summary.Data)
	require.Empty(t, h.notices.String())
	h.launcher.requireAllEnded(t)
}

// Every start waits until all have begun.
func TestNodesStartSideBySide(t *testing.T) {
	t.Parallel()
	const amount = 6
	var arrived sync.WaitGroup
	arrived.Add(amount)
	start(t, amount, func(h *harness) {
		h.launcher.arrived = func() { arrived.Done(); arrived.Wait() }
	})
}

func TestCheckFails(t *testing.T) {
	occupied := func(i int) func(*harness) string {
		return func(h *harness) string {
			l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", h.config.Settings.Port+i))
			require.NoError(t, err)
			h.Cleanup(func() { require.NoError(t, l.Close()) })
			return fmt.Sprintf("port %d on 127.0.0.1 is in use", h.config.Settings.Port+i)
		}
	}
	file := func(h *harness) string {
		path := filepath.Join(h.TempDir(), "file")
		require.NoError(t, os.WriteFile(path, nil, 0o600))
		return path
	}
	for name, spoil := range map[string]func(*harness) string{
		"manager's port": occupied(0),
		"first port":     occupied(1),
		"last port":      occupied(3),
		"amount":         func(h *harness) string { h.config.Settings.Amount = 0; return "amount 0" },
		"token":          func(h *harness) string { h.config.Settings.Token = "short"; return "token of 5 bytes" },
		"foreign address": func(h *harness) string {
			h.config.Settings.Host, h.config.Settings.Token = "192.0.2.1", "secret-enough-for-me"
			return "on 192.0.2.1"
		},
		"logs": func(h *harness) string {
			h.config.Settings.Log.Folder = file(h)
			return "--logs " + h.config.Settings.Log.Folder
		},
		"data": func(h *harness) string {
			h.config.Settings.Data = file(h)
			return "--data " + h.config.Settings.Data
		},
		"temporary folder": func(h *harness) string { h.Setenv("TMPDIR", file(h)); return "data folder" },
	} {
		t.Run(name, func(t *testing.T) {
			var want string
			h := prepare(t, 3, alone, func(h *harness) { want = spoil(h) })
			err := h.manager.Run(t.Context(), func(manager.Summary) { require.Fail(t, "started") })
			require.ErrorIs(t, err, manager.ErrCheck)
			require.ErrorContains(t, err, want)
			require.NotContains(t, err.Error(), "\n")
			require.Empty(t, h.launcher.processes)
			require.Empty(t, h.temporaryFolders())
		})
	}
}

// Nodes and their links take ports that the kernel chooses, which must not be those of
// nodes that are still to start: all are held before the first one starts.
func TestPortsAreHeld(t *testing.T) {
	t.Parallel()
	const amount = 4
	var first sync.Once
	var taken [amount]error
	start(t, amount, func(h *harness) {
		look := func() {
			for i := range amount {
				_, taken[i] = net.Listen("tcp", h.address(i))
			}
		}
		h.launcher.arrived = func() { first.Do(look) }
	})
	for i := range amount {
		require.ErrorIs(t, taken[i], syscall.EADDRINUSE, "port of node %d", i)
	}
}

// A port is held for a node that is added, too; nobody answers there who is no node.
func TestTheNextPortIsHeld(t *testing.T) {
	t.Parallel()
	h := start(t, 1)
	var err error
	h.launcher.arrived = func() { _, err = net.Listen("tcp", h.address(1)) }
	require.Equal(t, http.StatusCreated, h.send(http.MethodPost, "/nodes").status)
	require.ErrorIs(t, err, syscall.EADDRINUSE)
	h.launcher.arrived = nil
	h.launcher.process(h.port(1)).Kill()
	_, err = net.Dial("tcp", h.address(1))
	require.ErrorIs(t, err, syscall.ECONNREFUSED, "the manager has kept no copy")
}

// A check that has failed leaves nothing taken.
func TestCheckCanBeRepeated(t *testing.T) {
	t.Parallel()
	h := prepare(t, 3)
	l, err := net.Listen("tcp", h.address(2))
	require.NoError(t, err)
	require.ErrorIs(t, h.manager.Run(t.Context(), nil), manager.ErrCheck)
	require.NoError(t, l.Close())
	ready := make(chan manager.Summary, 1)
	h.run(func(s manager.Summary) { ready <- s })
	receives(t, ready)
}

func TestDataFolderIsLocked(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	named := func(h *harness) { h.config.Settings.Data = data }
	first := start(t, 1, named)
	second := prepare(t, 1, named)
	err := second.manager.Run(t.Context(), nil)
	require.ErrorIs(t, err, manager.ErrCheck)
	require.ErrorContains(t, err, data+": in use by another manager")
	require.NoError(t, first.stop())
	again := start(t, 1, named, func(h *harness) { h.config.Settings.Port = first.config.Settings.Port })
	require.Equal(t, data, again.summary.Data)
	require.NoError(t, again.stop())
	require.DirExists(t, filepath.Join(data, fmt.Sprintf("node-%d", again.port(0))), "a named folder is kept")
}

func TestNodeDoesNotStart(t *testing.T) {
	reason := errors.New("node reports: the disk is full")
	h := prepare(t, 6, alone, func(h *harness) {
		h.launcher.fail[h.port(3)] = reason
		h.launcher.hang[h.port(4)] = true // is told to give up
	})
	err := h.manager.Run(t.Context(), func(manager.Summary) { require.Fail(t, "ready") })
	require.ErrorIs(t, err, reason)
	require.EqualError(t, err, fmt.Sprintf("start node %s: node reports: the disk is full", h.address(3)))
	require.NotErrorIs(t, err, manager.ErrCheck)
	h.launcher.requireAllEnded(t)
	require.Empty(t, h.temporaryFolders())
	_, err = net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", h.config.Settings.Port))
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
}

// A node that is too busy to answer is given the registry once more: its network stands.
func TestANodeIsTooBusyForTheRegistryAtFirst(t *testing.T) {
	var asked atomic.Int64
	start(t, 3, alone, func(h *harness) {
		h.launcher.network.registered = func(n *fakeNode) {
			if n.self.Address == h.address(1) && asked.Add(1) <= 2 { // each request is sent twice
				panic(http.ErrAbortHandler) // the connection ends without an answer
			}
		}
	})
	require.EqualValues(t, 3, asked.Load())
}

func TestRegistryIsRefused(t *testing.T) {
	var asked atomic.Int64
	h := prepare(t, 3, alone, func(h *harness) {
		h.launcher.network.registered = func(*fakeNode) { asked.Add(1) }
		h.launcher.network.registerError = errors.New("no room")
		h.launcher.stubborn[h.port(1)] = make(chan struct{})
		close(h.launcher.stubborn[h.port(1)]) // it is killed
	})
	err := h.manager.Run(t.Context(), func(manager.Summary) { require.Fail(t, "ready") })
	require.ErrorContains(t, err, "give the registry to node 127.0.0.1:")
	require.LessOrEqual(t, asked.Load(), int64(3), "no node is asked again that has answered")
	h.launcher.requireAllEnded(t)
	require.Empty(t, h.temporaryFolders(), "no network has stood in it")
	require.NotContains(t, h.notices.String(), "is kept")
}

// A network stands once its nodes are connected.
func TestReadyIsAfterTheLinks(t *testing.T) {
	t.Parallel()
	apart, connecting := make(chan bool), make(chan struct{})
	h := prepare(t, 3, func(h *harness) {
		h.launcher.network.apart = apart
		h.config.Watch = func(e *events.Event) {
			if p, ok := e.Data.(events.NetworkStarting); ok && p.Doing == "connecting nodes" && p.Done == 0 {
				close(connecting)
			}
		}
	})
	ready := make(chan manager.Summary, 1)
	h.run(func(s manager.Summary) { ready <- s })
	receives(t, connecting)
	for range 6 {
		require.Empty(t, ready)
		apart <- true
	}
	receives(t, ready)
	require.NotContains(t, h.log.String(), "[WARN]")
}

// Nodes that do not find each other are no reason not to start.
func TestLinksThatDoNotCome(t *testing.T) {
	t.Parallel()
	apart := make(chan bool)
	h := prepare(t, 2, func(h *harness) { h.launcher.network.apart = apart })
	t.Cleanup(func() {
		close(apart)
		h.launcher.network.linking.Wait()
	})
	h.manager.SetLink(50 * time.Millisecond)
	ready := make(chan manager.Summary, 1)
	h.run(func(s manager.Summary) { ready <- s })
	receives(t, ready)
	for i := range 2 {
		require.Contains(t, h.log.String(), fmt.Sprintf("[WARN]  node has not found its peers yet: node=%s error=\"has 0 of 1: context deadline exceeded\"", h.address(i)))
	}
}

// Ctrl-C while the nodes start is no failure.
func TestStopWhileStarting(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	h := prepare(t, 4, alone, func(h *harness) {
		h.launcher.hang[h.port(1)] = true
		h.launcher.arrived = sync.OnceFunc(cancel)
	})
	require.NoError(t, h.manager.Run(ctx, func(manager.Summary) { require.Fail(t, "ready") }))
	h.launcher.requireAllEnded(t)
	require.Empty(t, h.temporaryFolders())
}

// A Ctrl-C may reach a node before the manager, which sees it fail then.
func TestStopThatReachesANodeFirst(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	h := prepare(t, 1, alone, func(h *harness) {
		h.launcher.fail[h.port(0)] = errors.New("ended by signal 2")
		h.launcher.arrived = cancel
	})
	require.NoError(t, h.manager.Run(ctx, func(manager.Summary) { require.Fail(t, "ready") }))
	require.Contains(t, h.log.String(), "ended by signal 2")
	require.Empty(t, h.temporaryFolders())
}

var errBroken = errors.New("no more connections")

type brokenListener struct{ net.Listener }

func (brokenListener) Accept() (net.Conn, error) { return nil, errBroken }
func (brokenListener) Addr() net.Addr            { return &net.TCPAddr{} }
func (brokenListener) Close() error              { return nil }

func TestServerFails(t *testing.T) {
	t.Parallel()
	h := prepare(t, 1)
	require.ErrorIs(t, h.manager.ServeOn(t.Context(), brokenListener{}), errBroken)
}

func TestOverviewAndHealth(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	require.JSONEq(t, `{"status":"ok"}`, h.get("/healthz").body)
	run, err := json.Marshal(api.Run{PID: os.Getpid(), StartedAt: h.record().StartedAt})
	require.NoError(t, err)
	require.JSONEq(t, `{
		"run": `+string(run)+`, "message": "a network of 2 nodes", "software": "networkmngr test", "nodes": 2, "running": 2,
		"routes": ["GET /", "POST /", "GET /healthz", "GET /metrics", "GET /metrics/targets", "GET /events", "GET /state", "GET /logs", "GET /tip", "GET /report", "GET /nodes", "POST /nodes", "GET /machines", "POST /machines", "DELETE /machines/:machine", "DELETE /nodes/:node",
			"POST /nodes/:node/kill", "POST /nodes/:node/restart", "POST /nodes/:node/pause", "POST /nodes/:node/resume",
			"POST /nodes/:node/mine", "POST /nodes/:node/blocks/:id/invalidate", "POST /nodes/:node/blocks/:id/reconsider", "PUT /nodes/:node/mining", "POST /nodes/:node/transactions",
			"POST /nodes/:node/peers", "DELETE /nodes/:node/peers", "DELETE /nodes/:node/peers/:id", "POST /nodes/:node/bans", "DELETE /nodes/:node/bans", "DELETE /nodes/:node/bans/:id", "POST /network/reorg", "GET /network/peers",
			"GET /network/clock", "PUT /network/clock", "POST /network/pause", "POST /network/resume",
			"GET /network/faults", "PUT /network/faults", "POST /network/partition", "POST /network/heal",
			"GET /network/links", "PUT /network/links", "GET /network/presets", "GET /network/mining", "PUT /network/mining", "POST /network/snapshot",
			"GET /snapshot",
			"GET /blockchain", "PUT /blockchain", "POST /network/follow", "GET /start/mining", "POST /start/mining",
			"GET /stop/mining", "POST /stop/mining", "GET /shutdown/all", "POST /shutdown/all",
			"GET /nodes/:node/id", "GET /nodes/:node/state", "GET /nodes/:node/mining", "GET /nodes/:node/chain", "GET /nodes/:node/tips", "GET /nodes/:node/validate",
			"GET /nodes/:node/blocks", "GET /nodes/:node/blocks/:id", "GET /nodes/:node/transactions/:id", "GET /nodes/:node/mempool",
			"GET /nodes/:node/accounts", "GET /nodes/:node/accounts/:id", "GET /nodes/:node/peers", "GET /nodes/:node/bans", "GET /nodes/:node/addresses", "GET /nodes/:node/search",
			"GET /dashboard", "GET /dashboard/:file", "GET /openapi.yaml", "GET /docs", "GET /docs/explorer.js"],
		"aliases": {"POST /mine_block/:node": "POST /nodes/:node/mine", "POST /nodes/:node/create-transaction": "POST /nodes/:node/transactions", "GET /get_chain/:node": "GET /nodes/:node/chain",
			"GET /validate/:node": "GET /nodes/:node/validate", "GET /shutdown/:node": "DELETE /nodes/:node"}
	}`, h.get("/").body)
	h.requireError(h.get("/nothing"), http.StatusNotFound, "not-found",
		"there is no route /nothing at the manager; nodes have others, which http://"+h.node(0).self.Address+" lists")
	h.requireError(h.send(http.MethodPut, "/machines"), http.StatusMethodNotAllowed, "method-not-allowed", "GET")
	for _, path := range []string{"/?x=1", "/nodes?x=1", "/stop/mining?x=1", "/shutdown/all?now=1"} {
		h.requireError(h.get(path), http.StatusBadRequest, "malformed", "parameter")
	}
	h.requireError(h.send(http.MethodGet, "/shutdown/all", "Sec-Fetch-Site", "cross-site"), http.StatusForbidden, "cross-site", "")
}

// What a browser sends for an image of some page at 0.0.0.0 says nothing of the page.
// Who types that address into curl or Postman is served.
func TestAnImageStopsNothing(t *testing.T) {
	t.Parallel()
	h := start(t, 1)
	image := []string{"User-Agent", "Mozilla/5.0", "Accept", "image/avif,image/webp,*/*"}
	h.requireError(h.send(http.MethodGet, "/shutdown/all", image...), http.StatusForbidden, "part-of-page", "image/avif")
	unspecified := fmt.Sprintf("0.0.0.0:%d", h.config.Settings.Port)
	request := h.request(t.Context(), http.MethodGet, "/shutdown/all", image...)
	request.Host = unspecified
	response, err := described(h, &http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusTemporaryRedirect, response.StatusCode)
	require.Equal(t, fmt.Sprintf("http://127.0.0.1:%d/shutdown/all", h.config.Settings.Port), response.Header.Get("Location"))

	request = h.request(t.Context(), http.MethodGet, "/start/mining?min=0&max=0", "User-Agent", "PostmanRuntime/7.49.1", "Accept", "*/*")
	request.Host = unspecified
	got, err := h.try(request)
	require.NoError(t, err)
	require.Equal(t, 1, h.report(got).Sent)
}

// A node that was told to end by itself is no longer one of the network's.
func TestNodeThatLeaves(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	h.launcher.process(h.port(1)).Die(launch.Exit{}, "")
	h.eventually(func() bool { return h.notices.String() != "" }, "the person is told")
	require.Equal(t, fmt.Sprintf("node %s was told to end, and has left the network\n", h.address(1)), h.notices.String())
	list := object(t, h.get("/nodes").body)
	require.EqualValues(t, 2, list["count"])
	require.EqualValues(t, 2, list["running"])
	h.requireError(h.get(fmt.Sprintf("/nodes/%d/chain", h.port(1))), http.StatusNotFound, "unknown-node", fmt.Sprint(h.port(1)))
	require.NotContains(t, h.log.String(), "[ERROR]")
}

func TestDeadNode(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	h.launcher.process(h.port(1)).Die(launch.Exit{Code: -1, Signal: syscall.SIGKILL}, "panic: oh no\ngoroutine 1")
	h.eventually(func() bool { return h.notices.String() != "" }, "the person is told")
	require.Equal(t, fmt.Sprintf("node %s has ended by itself: ended by signal 9 (killed): panic: oh no\n", h.address(1)), h.notices.String())
	require.Regexp(t, `(?s)\[ERROR\] node has ended by itself: .*panic: oh no`, h.log.String())

	list := object(t, h.get("/nodes").body)
	require.EqualValues(t, 3, list["count"])
	require.EqualValues(t, 2, list["running"])
	nodes := list["nodes"].([]any)
	alive, dead := nodes[0].(map[string]any), nodes[1].(map[string]any)
	life := alive["lives"].([]any)[0].(map[string]any)
	require.EqualValues(t, 1, life["boot"])
	require.Nil(t, life["exit"])
	delete(alive, "lives")
	require.Equal(t, dead["exit"], dead["lives"].([]any)[0].(map[string]any)["exit"])
	require.Equal(t, map[string]any{
		"name": "n0", "id": h.node(0).self.ID.String(), "address": h.address(0), "p2p": []any{p2p}, "port": float64(h.port(0)),
		"pid": float64(1000 + int(h.node(0).self.ID[0])), "state": "running", "exit": nil,
	}, alive)
	exit := dead["exit"].(map[string]any)
	require.Equal(t, "exited", dead["state"])
	require.EqualValues(t, -1, exit["code"])
	require.Equal(t, "SIGKILL", exit["signal"])
	at, err := time.Parse(time.RFC3339, exit["time"].(string))
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), at, time.Minute)

	mined := object(t, h.get("/start/mining").body)
	require.Equal(t, "2 mining requests sent", mined["message"])
	require.EqualValues(t, 2, mined["mined"])

	stopped := object(t, h.get("/shutdown/all").body)
	require.Equal(t, "2 nodes stopped, 1 had ended before", stopped["message"])
	require.NoError(t, receives(t, h.ended))
	require.DirExists(t, h.summary.Data, "evidence is kept")
	require.Contains(t, h.notices.String(), h.summary.Data)
}

func TestShutdown(t *testing.T) {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		h := start(t, 6, alone)
		got := h.send(method, "/shutdown/all")
		require.Equal(t, http.StatusOK, got.status)
		answer := object(t, got.body)
		require.Equal(t, "6 nodes stopped", answer["message"])
		require.Len(t, answer["nodes"], 6)
		for i, stopped := range answer["nodes"].([]any) {
			stopped := stopped.(map[string]any)
			require.Equal(t, h.address(i), stopped["node"])
			require.Equal(t, h.node(i).self.ID.String(), stopped["id"])
			require.NotZero(t, stopped["pid"])
			exit := stopped["exit"].(map[string]any)
			require.EqualValues(t, 0, exit["code"])
			require.Nil(t, exit["signal"])
			require.Equal(t, false, exit["forced"])
			require.Equal(t, "exit status 0", exit["message"])
		}
		h.launcher.requireAllEnded(t)
		require.NoError(t, receives(t, h.ended))
		require.Empty(t, h.temporaryFolders())
	}
}

// Whoever asks for the end a second time, or by Ctrl-C, gets the same end.
func TestShutdownTwice(t *testing.T) {
	t.Parallel()
	outOfTime := make(chan struct{})
	h := start(t, 2, func(h *harness) { h.launcher.stubborn[h.port(1)] = outOfTime })
	first, second := h.sendLater("/shutdown/all"), h.sendLater("/shutdown/all")
	h.eventually(func() bool { return strings.Count(h.log.String(), "told to shut down") == 2 }, "both arrive")
	close(outOfTime)
	one, two := receives(t, first), receives(t, second)
	require.Equal(t, one.body, two.body)
	answer := object(t, one.body)
	require.Equal(t, "2 nodes stopped; killed, as they did not end in time: "+h.address(1), answer["message"])
	exit := answer["nodes"].([]any)[1].(map[string]any)["exit"].(map[string]any)
	require.Equal(t, true, exit["forced"])
	require.Equal(t, "SIGKILL", exit["signal"])
	require.NoError(t, h.stop())
	require.Contains(t, h.notices.String(), h.address(1)+" did not stop cleanly")
	require.DirExists(t, h.summary.Data)
}

func TestToken(t *testing.T) {
	t.Parallel()
	h := start(t, 1, func(h *harness) { h.config.Settings.Host, h.config.Settings.Token = "0.0.0.0", "secret-enough-for-me" })
	require.Equal(t, fmt.Sprintf("http://127.0.0.1:%d", h.config.Settings.Port), h.summary.URL)
	require.Equal(t, http.StatusOK, h.get("/nodes").status)
	for _, path := range []string{"/start/mining", "/stop/mining", "/shutdown/all", "/shutdown/5000"} {
		h.requireError(h.get(path), http.StatusUnauthorized, "token-needed", "Bearer")
	}
	for _, path := range []string{"/nodes", "/nodes/5000/mine", "/mine_block/5000"} {
		h.requireError(h.send(http.MethodPost, path), http.StatusUnauthorized, "token-needed", "Bearer")
	}
	got := h.send(http.MethodPost, "/start/mining", "Authorization", "Bearer secret-enough-for-me")
	require.Equal(t, http.StatusOK, got.status, got.body)
	require.NotContains(t, h.log.String(), "secret-enough-for-me")
}

func TestSettingsOfNodes(t *testing.T) {
	t.Parallel()
	h := start(t, 2, func(h *harness) {
		h.config.Settings.Data = filepath.Join(t.TempDir(), "data")
		h.config.Settings.PeersOut = 3
	})
	spec := h.launcher.specs[h.port(1)]
	require.Regexp(t, "^[0-9a-f]{8}$", spec.Settings["lab"])
	want := config.DefaultNode()
	want.Port, want.PeersOut, want.Log.Folder = h.port(1), 3, h.config.Settings.Log.Folder
	want.Data = filepath.Join(h.config.Settings.Data, fmt.Sprintf("node-%d", h.port(1)))
	want.Lab, want.Threads = spec.Settings["lab"], max(1, runtime.GOMAXPROCS(0)/2)
	require.Equal(t, want.Named(), spec.Settings)
	described, err := genesis.Parse(spec.Genesis)
	require.NoError(t, err)
	require.Equal(t, pastGenesis(), described)
	require.Equal(t, h.summary.URL, spec.Manager)
}
