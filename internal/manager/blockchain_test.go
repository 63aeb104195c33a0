package manager_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/config"
	"networkmngr/internal/consensus"
	"networkmngr/internal/disk/disktest"
	"networkmngr/internal/genesis"
	"networkmngr/internal/launch"
	"networkmngr/internal/manager"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

func (h *harness) put(body string) reply {
	return h.sendBody(http.MethodPut, "/blockchain", strings.NewReader(body))
}

// figures are what a node says of its chain.
func (h *harness) figures(i int) map[string]any {
	h.Helper()
	response, err := http.Get("http://" + h.address(i) + "/blockchain")
	require.NoError(h, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(h, err)
	return object(h.T, string(text))
}

func TestSetBlockchain(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	require.Equal(t, h.figures(0), object(t, h.get("/blockchain").body))
	got := h.put(`{"name":"class","block_time":20,"reward":"50"}`)
	require.Equal(t, http.StatusOK, got.status, got.body)
	set := object(t, got.body)
	require.Equal(t, "class", set["name"])
	require.EqualValues(t, 600, set["half_life"])
	require.EqualValues(t, 50, set["block_reward"])
	for i := range 3 {
		require.Equal(t, set, h.figures(i))
	}
	require.Equal(t, http.StatusOK, h.put(`{}`).status)
}

// The nodes start again: at the same ports, in new processes, told of each other.
func TestSetBlockchainRestartsTheNodes(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	before := []*fakeProcess{h.launcher.process(h.port(0)), h.launcher.process(h.port(1)), h.launcher.process(h.port(2))}
	require.Equal(t, http.StatusOK, h.put(`{"name":"class"}`).status)
	for i, old := range before {
		receives(t, old.Done())
		require.NotSame(t, old, h.launcher.process(h.port(i)))
		require.Len(t, h.node(i).Known(), 2)
	}
	nodes := h.record().Nodes
	require.Len(t, nodes, 3)
	for _, n := range nodes {
		require.Equal(t, api.Running, n.State)
	}
	require.Equal(t, "class", networkIn(t, h.summary.Data))
	h.requireNoNotice("it was asked for")

	added := object(t, h.post("/nodes", "").body)["node"].(map[string]any)
	require.EqualValues(t, h.port(3), added["port"])
	require.Equal(t, "class", h.figures(3)["name"])
	require.Equal(t, 4, h.report(h.get("/start/mining")).Mined)
}

// networkIn is the name of the network that a data folder is of.
func networkIn(t *testing.T, folder string) any {
	text, err := os.ReadFile(filepath.Join(folder, "genesis.json"))
	require.NoError(t, err)
	return object(t, string(text))["name"]
}

// While the nodes are away, the manager answers, and says so of what needs them.
func TestSetBlockchainMeanwhile(t *testing.T) {
	t.Parallel()
	away, back := make(chan struct{}), make(chan struct{})
	h := start(t, 2)
	leave := sync.OnceFunc(func() { close(away) })
	h.launcher.arrived = func() {
		leave()
		<-back
	}
	set := make(chan reply, 1)
	go func() { set <- h.put(`{"name":"class"}`) }()
	receives(t, away)
	for _, path := range []string{"/blockchain", "/start/mining", fmt.Sprintf("/nodes/%d/chain", h.port(0))} {
		h.requireError(h.get(path), http.StatusServiceUnavailable, "changing-network", "being changed")
	}
	require.Equal(t, http.StatusOK, h.get("/healthz").status)
	list := object(t, h.get("/nodes").body)
	require.EqualValues(t, 2, list["count"])
	for _, n := range list["nodes"].([]any) {
		require.Equal(t, "restarting", n.(map[string]any)["state"])
		require.Nil(t, n.(map[string]any)["exit"])
	}
	close(back)
	require.Equal(t, http.StatusOK, receives(t, set).status)
	require.EqualValues(t, 2, object(t, h.get("/nodes").body)["running"])
}

// A node that does not start again is told of; the others are on the new
// network, and so will it be.
func TestSetBlockchainThatANodeDoesNotSurvive(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	h.launcher.fail[h.port(1)] = errors.New("port is taken")
	h.requireError(h.put(`{"name":"class"}`), http.StatusBadGateway, "start-failed", h.address(1)+": port is taken")
	require.Equal(t, "class", networkIn(t, h.summary.Data))
	for _, i := range []int{0, 2} {
		require.Equal(t, "class", h.figures(i)["name"])
	}
	nodes := object(t, h.get("/nodes").body)["nodes"].([]any)
	require.Equal(t, "exited", nodes[1].(map[string]any)["state"])
	require.Equal(t, "class", object(t, h.get("/blockchain").body)["name"])
}

// begun makes a chain with blocks in the folder of a node.
func (h *harness) begun(i int, of *consensus.Genesis, blocks int) {
	folder := filepath.Join(h.config.Settings.Data, fmt.Sprintf("node-%d", h.port(i)))
	require.NoError(h, os.MkdirAll(folder, 0o755))
	s, err := store.Open(folder)
	require.NoError(h, err)
	c, err := chain.Open(s, of, chaintest.Now)
	require.NoError(h, err)
	_, err = c.AddBlocks(chaintest.Branch(c.Tip(), types.Address{}, blocks)...)
	require.NoError(h, err)
	require.NoError(h, s.Close())
}

// A chain in the folder that has begun keeps the network as it is, though its
// node does not run.
func TestSetBlockchainWithAChainOfANodeThatIsAway(t *testing.T) {
	t.Parallel()
	h := start(t, 2, func(h *harness) {
		h.config.Settings.Data = h.TempDir()
		for i := range 3 {
			h.begun(i, pastGenesis(), i/2)
		}
	})
	h.requireError(h.put(`{"name":"class"}`), http.StatusConflict, "chain-begun", fmt.Sprintf("node-%d is 1", h.port(2)))
	require.Equal(t, "test", networkIn(t, h.summary.Data))
	for i := range 2 {
		require.Equal(t, pastGenesis().Params.GenesisID.String(), h.figures(i)["genesis"])
	}
	require.EqualValues(t, 2, object(t, h.get("/nodes").body)["running"])
}

// What fails in the folder leaves the network as it is.
func TestSetBlockchainThatTheDiskRefuses(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	obstacle := filepath.Join(h.summary.Data, fmt.Sprintf("node-%d", h.port(1)), "genesis.json", "something")
	require.NoError(t, os.MkdirAll(obstacle, 0o755))
	h.requireError(h.put(`{"name":"class"}`), http.StatusBadGateway, "settings-failed", "genesis.json")
	for i := range 2 {
		require.Equal(t, "test", h.figures(i)["name"])
	}
	require.Equal(t, "test", networkIn(t, h.summary.Data))
	require.NoFileExists(t, filepath.Join(h.summary.Data, "genesis.json.new"))
}

// A client that asks a node by itself is shown to the manager.
func TestSetBlockchainAtANode(t *testing.T) {
	t.Parallel()
	h := start(t, 1)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://"+h.address(0)+"/blockchain", strings.NewReader(`{"name":"class"}`))
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	h.requireError(reply{response.StatusCode, response.Header, string(text)}, http.StatusConflict, "managed", h.summary.URL)
}

// A Ctrl-C while the nodes start again ends them all.
func TestStopWhileTheNetworkChanges(t *testing.T) {
	t.Parallel()
	h := start(t, 3, func(h *harness) { h.config.Settings.Data = h.TempDir() })
	h.launcher.hang[h.port(1)] = true
	arrived := make(chan struct{}, 3)
	h.launcher.arrived = func() { arrived <- struct{}{} }
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		_, _ = h.try(h.withBody(http.MethodPut, "/blockchain", strings.NewReader(`{"name":"class"}`))) // it may be cut off
	}()
	for range 3 {
		receives(t, arrived)
	}
	require.NoError(t, h.stop())
	receives(t, answered)
	h.launcher.requireAllEnded(t)
	require.Equal(t, "class", networkIn(t, h.summary.Data))
}

func TestSetBlockchainRefuses(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	h.requireError(h.put(`{"nome":"x"}`), http.StatusBadRequest, "malformed", "nome")
	h.requireError(h.put(``), http.StatusBadRequest, "malformed", "empty")
	h.requireError(h.put(`{}{"name":"x"}`), http.StatusBadRequest, "malformed", "follows")
	h.requireError(h.put(`{"name":""}`), http.StatusUnprocessableEntity, "bad-settings", "name has 0 bytes")
	h.post(fmt.Sprintf("/mine_block/%d", h.port(1)), "")
	h.requireError(h.put(`{"name":"late"}`), http.StatusConflict, "chain-begun", "is 1")
	h.get("/start/mining?mode=race&continuous=true")
	h.requireError(h.put(`{"name":"late"}`), http.StatusConflict, "already-mining", "")
	h.get("/stop/mining")
	for i := range 2 {
		h.launcher.process(h.port(i)).Die(launch.Exit{Code: -1, Signal: syscall.SIGKILL}, "")
	}
	h.eventually(func() bool { return h.get("/blockchain").status == http.StatusConflict }, "no node is left")
	h.requireError(h.put(`{"name":"late"}`), http.StatusConflict, "no-node", "")
}

// resume runs a manager on the folder of one that has ended.
func resume(t *testing.T, of *harness, amount int, on *consensus.Genesis) *harness {
	return prepare(t, amount, func(h *harness) {
		h.config.Settings.Data, h.config.Settings.Port, h.config.Genesis = of.config.Settings.Data, of.config.Settings.Port, on
		h.config.Settings.Genesis = "own.json"
	})
}

// A folder keeps its network for whoever resumes it, and for nodes that are new.
func TestTheFoldersNetworkIsResumed(t *testing.T) {
	t.Parallel()
	h := start(t, 2, func(h *harness) { h.config.Settings.Data = h.TempDir() })
	require.Equal(t, http.StatusOK, h.put(`{"name":"class"}`).status)
	h.begun(0, h.node(0).chain.Genesis(), 1)
	require.NoError(t, h.stop())
	again := resume(t, h, 3, nil)
	again.launch()
	for i := range 3 {
		require.Equal(t, "class", again.figures(i)["name"])
	}
	require.NoError(t, again.stop())

	other := resume(t, h, 2, pastGenesis())
	err := other.manager.Run(t.Context(), func(manager.Summary) { require.Fail(t, "started") })
	require.ErrorIs(t, err, manager.ErrCheck)
	for _, part := range []string{"--data " + h.config.Settings.Data, `"class"`, `"test"`, "--genesis own.json"} {
		require.ErrorContains(t, err, part)
	}
	require.Equal(t, "class", networkIn(t, h.config.Settings.Data))
}

// A folder with two networks is refused, and stays as it is.
func TestAFolderOfTwoNetworksIsRefused(t *testing.T) {
	t.Parallel()
	h := prepare(t, 3, func(h *harness) {
		h.config.Settings.Data, h.config.Genesis = h.TempDir(), nil
		h.begun(0, pastGenesis(), 0)
		h.begun(1, pastGenesis(func(d *genesis.Description) { d.Name = "other" }), 2)
		h.begun(2, pastGenesis(), 1)
	})
	err := h.manager.Run(t.Context(), func(manager.Summary) { require.Fail(t, "started") })
	require.ErrorIs(t, err, manager.ErrCheck)
	for _, part := range []string{
		fmt.Sprintf(") in node-%d, node-%d; ", h.port(0), h.port(2)), fmt.Sprintf(") in node-%d", h.port(1)), `"test"`, `"other"`,
	} {
		require.ErrorContains(t, err, part)
	}
	require.Empty(t, h.launcher.processes)
	require.NoFileExists(t, filepath.Join(h.config.Settings.Data, "genesis.json"))
}

// A change that a crash has cut short is taken back, and told of.
func TestAChangeThatWasCutShortIsTakenBack(t *testing.T) {
	t.Parallel()
	h := start(t, 1, func(h *harness) { h.config.Settings.Data = h.TempDir() })
	require.NoError(t, h.stop())
	intention := filepath.Join(h.config.Settings.Data, "genesis.json.new")
	require.NoError(t, os.WriteFile(intention, []byte("{"), 0o644))
	again := resume(t, h, 1, nil)
	again.launch()
	again.eventually(func() bool { return strings.Contains(again.notices.String(), `taken back: it is "test"`) }, "word of it")
	require.Equal(t, "test", again.figures(0)["name"])
	require.NoFileExists(t, intention)
}

// A new folder in which no network came to stand is of none.
func TestAFolderOfAFailedStartIsOfNoNetwork(t *testing.T) {
	t.Parallel()
	for _, kept := range []bool{false, true} {
		h := prepare(t, 2, func(h *harness) {
			h.config.Settings.Data = h.TempDir()
			h.launcher.fail[h.port(1)] = errBroken
		})
		path := filepath.Join(h.config.Settings.Data, "genesis.json")
		if kept {
			text, err := json.Marshal(genesis.Describe(pastGenesis()))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path, text, 0o644))
		}
		require.ErrorIs(t, h.manager.Run(t.Context(), func(manager.Summary) { require.Fail(t, "started") }), errBroken)
		require.Empty(t, nodeFolders(t, h.config.Settings.Data))
		if kept {
			require.FileExists(t, path)
		} else {
			require.NoFileExists(t, path)
		}
	}
}

// What was in the folder before a start that failed stays, and nothing is added.
func TestAFailedStartKeepsWhatWasThere(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"", "genesis.json.new", "lab", "events.stream", "removed.json"} {
		h := prepare(t, 3, func(h *harness) {
			h.config.Settings.Data, h.config.Settings.Lab = h.TempDir(), "spring-27"
			h.launcher.fail[h.port(2)] = errBroken
			h.begun(0, pastGenesis(), 0)
			h.begun(1, pastGenesis(), 1)
		})
		data := h.config.Settings.Data
		if file != "" {
			require.NoError(t, os.WriteFile(filepath.Join(data, file), []byte("[7]"), 0o600))
		}
		before := disktest.Tree(t, data)
		require.ErrorIs(t, h.manager.Run(t.Context(), func(manager.Summary) { require.Fail(t, "started") }), errBroken)
		require.Equal(t, before, disktest.Tree(t, data))
	}
}

// What a failed start has left is removed at one go: a process of the node's program does it.
func TestAFailedStartIsForgottenAtOnce(t *testing.T) {
	t.Parallel()
	h := prepare(t, 5, func(h *harness) {
		h.config.Settings.Data = h.TempDir()
		h.launcher.fail[h.port(4)] = errBroken
		h.begun(0, pastGenesis(), 0)
	})
	require.ErrorIs(t, h.manager.Run(t.Context(), func(manager.Summary) { require.Fail(t, "started") }), errBroken)
	require.Len(t, h.launcher.discarded, 1)
	require.NotContains(t, h.launcher.discarded[0], config.NodeFolder(h.config.Settings.Data, h.port(0)))
	require.Len(t, nodeFolders(t, h.config.Settings.Data), 1)
}

// A folder that was made for a start that failed is not there afterwards.
func TestAFailedStartMakesNoFolder(t *testing.T) {
	t.Parallel()
	for _, fail := range []func(*harness){
		func(h *harness) { h.launcher.fail[h.port(1)] = errBroken },
		func(h *harness) { h.config.Settings.Log.Folder = os.Args[0] },
		func(h *harness) {
			listener, err := net.Listen("tcp", h.address(0))
			require.NoError(h, err)
			h.Cleanup(func() { listener.Close() })
		},
	} {
		there := t.TempDir()
		h := prepare(t, 2, func(h *harness) { h.config.Settings.Data = filepath.Join(there, "a", "b") }, fail)
		require.Error(t, h.manager.Run(t.Context(), func(manager.Summary) { require.Fail(t, "started") }))
		require.Empty(t, disktest.Tree(t, there))
	}
}

// nodeFolders are the names of those in a data folder.
func nodeFolders(t *testing.T, data string) []string {
	paths, err := filepath.Glob(filepath.Join(data, "node-*"))
	require.NoError(t, err)
	names := make([]string, len(paths))
	for i, path := range paths {
		names[i] = filepath.Base(path)
	}
	return names
}
