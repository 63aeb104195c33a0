package main_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The README's first walk: start six nodes, have each mine, look at every
// chain, and stop.
func TestFirstWalk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.launch(6).awaitReady()
	require.Contains(t, n.stdout.String(), "6 nodes on ports")
	require.Contains(t, n.stdout.String(), "http://"+address(n.port)+"/start/mining")
	require.Contains(t, n.stdout.String(), "\n  see   http://"+address(n.port)+" in a browser\n")
	require.Contains(t, n.stdout.String(), "\n  docs  http://"+address(n.port)+"/docs\n")
	require.Contains(t, n.stdout.String(), "\n  logs  ")
	requireLinked(t, n)

	mined := get[reportForm](t, n.port, "/start/mining?min=0s&max=0s")
	require.Equal(t, "6 mining requests sent", mined.Message)
	require.Equal(t, []int{6, 6, 6}, []int{mined.Sent, mined.Mined, mined.Height})
	chain := chainOf(t, n.ports[0])
	require.Len(t, chain.Chain, 7)
	for _, port := range n.ports {
		require.Equal(t, chain, chainOf(t, port), "all have the chain when the answer comes")
	}
	for i, r := range mined.Results {
		require.Equal(t, resultForm{Node: address(n.ports[i]), Index: i + 1, Hash: chain.Chain[i+1].Hash}, r)
		require.Equal(t, json.Number("1.5"), chain.Chain[i+1].Transactions[0].Amount)
	}

	requireShutdown(t, n)
	requireLogs(t, n)
}

// requireLinked checks that a network that stands is one already.
func requireLinked(t *testing.T, n *network) {
	t.Helper()
	for _, port := range n.ports {
		peers := get[struct{ Count int }](t, port, "/peers")
		require.Equal(t, len(n.ports)-1, peers.Count)
	}
}

// requireShutdown ends the network by HTTP.
func requireShutdown(t *testing.T, n *network) {
	var pids []int
	for _, node := range get[nodesForm](t, n.port, "/nodes").Nodes {
		pids = append(pids, node.PID)
	}
	require.ElementsMatch(t, pids, n.world.processes())
	answer := get[struct {
		Message string `json:"message"`
		Nodes   []struct {
			PID  int `json:"pid"`
			Exit struct {
				Code int `json:"code"`
			} `json:"exit"`
		} `json:"nodes"`
	}](t, n.port, "/shutdown/all")
	require.Empty(t, n.world.processes(), "the answer comes when all have ended")
	require.Equal(t, "6 nodes stopped", answer.Message)
	for i, node := range answer.Nodes {
		require.Equal(t, pids[i], node.PID)
		require.Zero(t, node.Exit.Code)
	}
	n.requireCleanEnd()
}

var logLine = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \[(DEBUG|INFO|WARN|ERROR)\] +([a-z0-9.-]+): (.+)$`)

// requireLogs checks that each program has told its story, without complaints.
func requireLogs(t *testing.T, n *network) {
	requireStory(t, n, "networkmngr", "node started", "network started", "mining started", "mining ended", "node stopped", "network stopped")
	for _, port := range n.ports {
		name := "node-" + address(port)[len("127.0.0.1:"):]
		requireStory(t, n, name, "node started", "block mined", "tip moved", "node stopped")
	}
}

func requireStory(t *testing.T, n *network, name string, events ...string) {
	text := n.world.read("logs", name+".log")
	for line := range strings.Lines(text) {
		parts := logLine.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		require.NotNil(t, parts, line)
		require.True(t, strings.HasPrefix(parts[2], name), line)
		require.NotContains(t, []string{"WARN", "ERROR"}, parts[1], line)
	}
	for _, event := range events {
		require.Contains(t, text, name+": "+event)
	}
}

func TestWaysToMine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.launch(3, "--genesis", w.lightGenesis("light")).awaitReady()

	raced := get[reportForm](t, n.port, "/start/mining?mode=race&rounds=5")
	require.Equal(t, []int{15, 15}, []int{raced.Sent, raced.Mined}, raced.Message)
	requireFound(t, n, raced.Results)

	requireContinuous(t, n)
	requireProgress(t, n)
	n.stop()
}

// requireFound checks that the nodes know the blocks that they have mined,
// whether they are on the chain or on a branch that lost.
func requireFound(t *testing.T, n *network, results []resultForm) {
	t.Helper()
	for _, r := range results {
		for _, port := range n.ports {
			if r.Node == address(port) {
				require.Equal(t, r.Hash, get[blockForm](t, port, "/blocks/"+r.Hash).Hash)
			}
		}
	}
}

func requireContinuous(t *testing.T, n *network) {
	before := len(get[chainForm](t, n.ports[0], "/chain").Chain)
	get[struct{}](t, n.port, "/start/mining?mode=race&continuous=true")
	_, err := try[reportForm](http.MethodPost, n.port, "/start/mining", nil)
	requireRefused(t, err, http.StatusConflict, "already-mining")
	grown := func() bool { return len(get[chainForm](t, n.ports[1], "/chain").Chain) > before+10 }
	eventually(t, grown, "the chain does not grow")

	stopped := get[reportForm](t, n.port, "/stop/mining")
	require.Contains(t, stopped.Message, "stopped by /stop/mining")
	require.GreaterOrEqual(t, stopped.Mined, 10)
	_, err = try[reportForm](http.MethodPost, n.port, "/stop/mining", nil)
	requireRefused(t, err, http.StatusConflict, "not-mining")
}

// requireProgress follows a session by its events. Its blocks decide what the
// race before may have left open.
func requireProgress(t *testing.T, n *network) {
	var told []resultForm
	var last event
	require.NoError(t, events(n.port, "/start/mining?rounds=2&min=0s&max=10ms", func(e event) bool {
		if last = e; e.name == "result" {
			r, err := parseResult(e)
			require.NoError(t, err)
			told = append(told, r)
		}
		return e.name != "done"
	}))
	var report reportForm
	require.NoError(t, json.Unmarshal([]byte(last.data), &report))
	require.Equal(t, "6 mining requests sent", report.Message)
	require.Equal(t, report.Results, told)
	requireOneChain(t, n.ports)
	requireFound(t, n, told)
}
