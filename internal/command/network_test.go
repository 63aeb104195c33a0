package command

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/doctor"
	"networkmngr/internal/lastrun"
	"networkmngr/internal/types"
)

// A person's walk through a network, from its start to its end.
func TestCommandsOnANetwork(t *testing.T) {
	n := startNetwork(t, 3)
	for _, step := range []struct {
		name string
		test func(*testing.T, *liveNetwork)
	}{
		{"mine", testMine}, {"status", testStatus}, {"nodes", testNodes}, {"peers", testPeers}, {"bans", testBans}, {"chain", testChain}, {"forks", testForksOfOneChain}, {"reorg", testReorg}, {"decide", testDecide},
		{"one block", testBlock}, {"misuse", testMisuse}, {"who is no manager", testWhoIsNoManager}, {"continuous", testContinuous},
		{"completion", testCompletion}, {"mining by themselves", testMining}, {"logs", testLogs}, {"doctor", testDoctorOfARunningNetwork},
		{"add and remove", testAddAndRemove}, {"actions", testActions}, {"a dead node", testDeadNode}, {"stop", testStop}, {"after the end", testAfterTheEnd},
	} {
		if !t.Run(step.name, func(t *testing.T) { here := *n; here.T = t; step.test(t, &here) }) {
			return // the next ones build on it
		}
	}
}

func testMine(t *testing.T, n *liveNetwork) {
	got := n.run("mine", "--min=0s", "--max=0s").fine().stdout
	require.Equal(t, "n0 block 1 _ _\nn1 block 2 _ _\nn2 block 3 _ _\n3 mining requests sent; height 3\n", plain(got))
	report := decode[api.MiningReport](t, n.run("mine", "--min=0s", "--max=1ms", "--rounds=2", "--json").fine().stdout)
	require.Equal(t, 6, report.Mined)
	require.EqualValues(t, 9, report.Height)
	until(t, "agreement", func() bool { return n.status().Agree })
}

// Nodes mine as they are set, also in a race, and as before after it.
func testMining(t *testing.T, n *liveNetwork) {
	set := func(args ...string) []nodeMining {
		return decode[[]nodeMining](t, n.run(append([]string{"mining", "--json"}, args...)...).fine().stdout)
	}
	settings := func(m nodeMining) api.MiningSettings {
		require.Nil(t, m.Error)
		return m.Mining.Settings
	}
	all := set("--hashrate=1e6", "--paced")
	require.Len(t, all, 3)
	paced := settings(all[2])
	require.Equal(t, api.MiningSettings{Mode: "demand", Threads: paced.Threads, Hashrate: 1e6, Paced: true}, paced)
	one := set("--node=n1", "--mode=interval", "--interval=1h")
	require.Len(t, one, 1)
	require.EqualValues(t, 3600, settings(one[0]).Interval)

	report := decode[api.MiningReport](t, n.run("mine", "--race", "--rounds=2", "--json").fine().stdout)
	require.Equal(t, 6, report.Mined, report)
	require.Equal(t, settings(one[0]), settings(set("--node=n1")[0]))
	shown := n.run("mining").fine().stdout
	require.Regexp(t, `n0 +demand +1 MH/s, paced +[0-9.]+ [kM]H/s +[0-9]+`, shown)
	require.Regexp(t, `n1 +every 1h0m0s +1 MH/s, paced`, shown)

	before := n.status().Nodes[1].Height
	set("--node=n1", "--mode=continuous", "--blocks=2", "--paced=false", "--hashrate=0")
	until(t, "blocks that nobody asked for", func() bool {
		height := n.status().Nodes[0].Height
		return height != nil && *height >= *before+2
	})
	n.run("mining", "--mode=interval").ends(exitMisuse, "interval is 0, want 0.1 to 86400 seconds")
	n.run("mining", "--node=n9").ends(exitMisuse, "no node n9 is running")
	set("--mode=demand", "--paced=false", "--hashrate=0")
	until(t, "agreement", func() bool { return n.status().Agree })
}

func testAddAndRemove(t *testing.T, n *liveNetwork) {
	added := decode[api.Added](t, n.run("nodes", "add", "--json").fine().stdout)
	require.Greater(t, added.Node.Port, n.record.Nodes[2].Port)
	require.Contains(t, n.run("nodes").fine().stdout, added.Node.Address)
	until(t, "the new node to catch up", func() bool { return n.status().Agree })
	port := strconv.Itoa(added.Node.Port)
	got := n.run("nodes", "remove", port).fine().stdout
	require.Equal(t, "node "+added.Node.Address+" ended, and is no longer of the network\n", got)
	require.NotContains(t, n.run("nodes").fine().stdout, added.Node.Address)
	n.run("nodes", "remove", port).ends(exitMisuse, "there is no node "+port)
	name := added.Node.Name
	require.Contains(t, n.run("nodes").fine().stdout, "networkmngr nodes add "+name+" brings it back\n")
	require.Contains(t, execute(t, "__complete", "nodes", "add", "--logs="+n.logs(), "--config=", "").stdout, name+"\t"+port+", removed\n")
	known := func() []types.NodeInfo {
		info, err := clientOf(n.node(0)).Info(t.Context())
		require.NoError(t, err)
		return info.Nodes
	}
	is := func(e types.NodeInfo) bool { return e.ID == added.Node.ID }
	require.Len(t, known(), 2, "the others have forgotten it")
	require.Equal(t, "node "+added.Node.Address+" is back\n", n.run("nodes", "add", name).fine().stdout)
	require.True(t, slices.ContainsFunc(known(), is), "they know it again, by its id")
	until(t, "the node to catch up", func() bool { return n.status().Agree })
	n.run("nodes", "add", port).ends(exitFailed, "the node runs: "+name)
	n.run("nodes", "add", "n77").ends(exitMisuse, "there is no node n77")
	n.run("nodes", "add", "a", "b").ends(exitMisuse, "want one at most")
	n.run("nodes", "remove", name).fine()
}

// A node is killed, paused and so on by its name, on the added one of which no other
// test depends.
func testActions(t *testing.T, n *liveNetwork) {
	name := decode[api.Added](t, n.run("nodes", "add", "--json").fine().stdout).Node.Name
	act := func(action, state string) api.NodeState {
		node := decode[api.Acted](t, n.run("nodes", action, name, "--json").fine().stdout).Node
		require.Equal(t, state, node.State)
		return node
	}
	act("pause", api.Paused)
	require.Contains(t, n.run("status").fine().stdout, "paused")
	require.True(t, n.status().Agree, "a paused node is none that does not answer")
	n.run("chain", "--node", name).ends(exitMisuse, "no node "+name+" is running")
	act("resume", api.Running)
	require.Equal(t, "SIGKILL", *act("kill", api.Exited).Exit.Signal)
	require.Len(t, act("restart", api.Running).Lives, 2)
	require.Contains(t, n.run("logs", "--node", name, "--json").fine().stdout, "node started")
	require.Contains(t, n.run("nodes", "restart", name).fine().stdout, "node "+name+", 127.0.0.1:")
	require.Contains(t, n.run("logs", "--node", decode[api.Nodes](t, n.run("nodes", "--json").stdout).Nodes[0].Address, "--json").fine().stdout, "node started")
	n.run("nodes", "remove", name).fine()
	n.run("nodes", "kill", name).ends(exitMisuse, "there is no node "+name+" any more")
}

func (n *liveNetwork) status() statusForm {
	return decode[statusForm](n.T, n.run("status", "--json").fine().stdout)
}

func testStatus(t *testing.T, n *liveNetwork) {
	s := n.status()
	require.Equal(t, n.record.URL, s.Manager)
	require.Equal(t, "test", s.Network)
	require.True(t, s.Agree)
	require.Equal(t, 3, s.Running)
	require.Len(t, s.Nodes, 3)
	for i, node := range s.Nodes {
		require.Equal(t, n.node(i), node.Node)
		require.Equal(t, fmt.Sprintf("n%d", i), node.Name)
		require.Equal(t, n.record.Nodes[i].PID, node.PID)
		require.Equal(t, n.record.Nodes[i].ID, node.ID)
		require.GreaterOrEqual(t, *node.Height, uint64(9))
		require.Equal(t, 2, *node.Peers)
		require.Zero(t, *node.Mempool)
		require.NotEqual(t, "0", *node.Work)
		require.Nil(t, node.Error)
	}
	text := n.run("status", "--json").fine().stdout
	require.Equal(t, "agree behind lab manager network nodes restart running", keys(t, text))
	nodes, err := json.Marshal(decode[map[string]any](t, text)["nodes"])
	require.NoError(t, err)
	require.Equal(t, "error exit height id machine mempool name node peers pid port restarts_at state tip too_new work", keys(t, string(nodes)))
	height := *s.Nodes[0].Height
	got := plain(n.run("status").fine().stdout)
	rows := ""
	for _, node := range s.Nodes {
		rows += plain(fmt.Sprintf("%s _ running %d _ 2 0 %s\n", node.Name, height, shortWork(*node.Work)))
	}
	require.Equal(t, "network test at http://_\n\nnode pid state height tip peers mempool work\n \n"+
		rows+fmt.Sprintf("\nall 3 nodes agree on block %d, _\n", height), got)
}

func testNodes(t *testing.T, n *liveNetwork) {
	nodes := decode[api.Nodes](t, n.run("nodes", "--json").fine().stdout)
	require.Equal(t, n.record.Nodes, nodes.Nodes)
	got := n.run("nodes").fine().stdout
	for _, node := range nodes.Nodes {
		require.Contains(t, got, node.Address)
		require.Contains(t, got, node.ID.Short())
		require.Contains(t, got, strconv.Itoa(node.PID))
	}
	require.NotContains(t, got, "/p2p/")
}

func testChain(t *testing.T, n *liveNetwork) {
	whole := decode[api.Chain](t, n.run("chain", "0-", "--json").fine().stdout)
	require.Len(t, whole.Chain, int(whole.Length))
	require.Equal(t, whole.Chain[2:5], decode[api.Chain](t, n.run("chain", "2-4", "--json").fine().stdout).Chain)
	require.Equal(t, whole.Chain[2:5], decode[api.Chain](t, n.run("chain", "2-4", "--full").fine().stdout).Chain)
	require.Equal(t, n.run("chain", "--node=n2").fine().stdout, n.run("chain", "--node", "localhost:"+strconv.Itoa(n.port+3)).fine().stdout)
	n.run("chain", "--node", "10.0.0.9:"+strconv.Itoa(n.port+3)).ends(exitMisuse, "no node 10.0.0.9:")
	got := plain(n.run("chain", "0-3", "--node", strconv.Itoa(n.port+3)).fine().stdout)
	require.Equal(t, "index hash time txs miner\n \n 0 _ _ 1 -\n 1 _ _ 1 n0\n 2 _ _ 1 n1\n 3 _ _ 1 n2\n",
		withoutIndent(got))
	got = n.run("chain").fine().stdout
	require.Equal(t, 2+int(whole.Length), strings.Count(got, "\n"))
	require.Contains(t, got, shortHash(whole.Chain[len(whole.Chain)-1].Hash()))
}

// withoutIndent evens out what stands before numbers.
func withoutIndent(text string) string {
	var lines strings.Builder
	for line := range strings.Lines(text) {
		if trimmed := strings.TrimLeft(line, " "); trimmed[0] >= '0' && trimmed[0] <= '9' {
			line = " " + trimmed
		}
		lines.WriteString(line)
	}
	return lines.String()
}

func testBlock(t *testing.T, n *liveNetwork) {
	block := decode[types.Block](t, n.run("chain", "2", "--json").fine().stdout)
	require.EqualValues(t, 2, block.Height())
	same := decode[types.Block](t, n.run("chain", block.Hash().String(), "--full").fine().stdout)
	require.Equal(t, block, same)
	require.Contains(t, n.run("chain", "2").fine().stdout, shortHash(block.Hash()))
	n.run("chain", "9999").ends(exitMisuse, "not found: block 9999")
}

// What is wrong is said, with nothing done.
func testMisuse(t *testing.T, n *liveNetwork) {
	n.run("chain", "--node=1").ends(exitMisuse, strconv.Itoa(n.port+1))
	n.run("mine", "--race", "--min=1s").ends(exitMisuse, "race")
	n.run("mine", "--rounds=0").ends(exitMisuse, "rounds")
	n.run("mine", "--stop").ends(exitFailed, "no mining is under way")
	n.run("chain", "9999-").ends(exitMisuse, "there is no block 9999, the chain's height is ")
	n.run("chain", "9998-9999", "--json").ends(exitMisuse, "there is no block 9998")
}

// Whoever answers at the URL of --manager, and is no manager there, is named in one sentence,
// and asked nothing else.
func testWhoIsNoManager(t *testing.T, n *liveNetwork) {
	serve := func(start func(http.Handler) *httptest.Server, answer string) string {
		server := start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			require.Equal(t, "/", r.URL.Path)
			_, _ = io.WriteString(w, answer)
		}))
		server.Config.ErrorLog = log.New(io.Discard, "", 0) // tells of handshakes that fail
		t.Cleanup(server.Close)
		return server.URL
	}
	web, tls := serve(httptest.NewServer, "<html>"), serve(httptest.NewTLSServer, "<html>")
	other := serve(httptest.NewServer, `{"run": "ning"}`)
	_, port, _ := strings.Cut(tls, "https")
	for _, command := range []string{"status", "stop", "mine", "nodes add", "chain", "send --from=alice --to=bob --amount=1", "events", "snapshot branch a"} {
		for _, test := range []struct {
			url, why string
			code     int
		}{
			{"http://" + n.node(0), "is no network's manager, but a node or a bootstrap node", exitMisuse},
			{web, web + " is no network's manager: something else answers there", exitMisuse},
			{other, other + " is no network's manager: something else answers there", exitMisuse},
			{"http" + port, "speaks TLS: its URL begins with https://", exitMisuse},
			{strings.Replace(n.record.URL, "http", "https", 1), "speaks plain HTTP: its URL begins with http://", exitMisuse},
			{tls, tls + ": its certificate is not trusted", exitFailed},
			{fmt.Sprintf("http://127.0.0.1:%d", freePorts(t, 1)), "no network is running at http://127.0.0.1:", exitNoNetwork},
		} {
			r := execute(t, append(strings.Fields(command), "--config=", "--logs="+n.logs(), "--manager="+test.url)...)
			r.ends(test.code, test.why)
			require.Equal(t, 1, strings.Count(r.stderr, "\n"), r.stderr)
			require.NotContains(t, r.stderr, "json")
		}
	}
}

func testContinuous(t *testing.T, n *liveNetwork) {
	n.run("mine", "--continuous", "--race", "--detach").fine()
	n.run("mine").ends(exitFailed, "already")
	got := n.run("mine", "--stop").fine().stdout
	require.Contains(t, got, "stopped by /stop/mining")

	n.run("mine", "--continuous", "--detach", "--json").fine()
	require.Contains(t, decode[api.MiningReport](t, n.run("mine", "--stop", "--json").fine().stdout).Message, "stopped")

	require.Contains(t, n.run("mine", "--min=1h", "--max=1h", "--detach").fine().stdout, "to the end, or until")
	n.run("mine").ends(exitFailed, "already")
	n.run("mine", "--stop").fine()

	r := n.interruptedAfter(3, "mine", "--continuous", "--race").fine()
	require.Contains(t, r.stdout, "stopped by /stop/mining")
	require.NotContains(t, r.stdout, "failed: ")
	n.interruptedAfter(1, "mine", "--min=1h", "--max=1h").ends(exitFailed, "interrupted")
	n.run("mine", "--stop").ends(exitFailed, "no mining is under way")
	n.run("mine", "--min=0s", "--max=0s").fine() // decides what the race left open
}

// interruptedAfter runs a sub-command for which Ctrl-C comes after some lines.
func (n *liveNetwork) interruptedAfter(lines int, args ...string) result {
	n.Helper()
	ctx, interrupt := context.WithTimeout(n.Context(), patience)
	defer interrupt()
	enough := func(text string) {
		if strings.Count(text, "\n") >= lines {
			interrupt()
		}
	}
	return executeWatched(ctx, n.T, enough, append(args, "--config=", "--logs="+n.logs())...)
}

func testCompletion(t *testing.T, n *liveNetwork) {
	got := execute(t, "__complete", "chain", "--logs="+n.logs(), "--config=", "--node", "").stdout
	for i := range 3 {
		require.Contains(t, got, fmt.Sprintf("n%d\t%d, running\n", i, n.port+1+i))
	}
	got = execute(t, "__complete", "logs", "--logs="+n.logs(), "--config=", "--node", "").stdout
	require.Contains(t, got, "manager\n")
	require.Contains(t, execute(t, "completion", "bash").stdout, "networkmngr")
}

func testLogs(t *testing.T, n *liveNetwork) {
	var last time.Time
	latest := make(map[string]time.Time) // of each file: a line may wait until after a later one is written
	lines := strings.Split(strings.TrimSpace(n.run("logs", "--json").stdout), "\n")
	require.Equal(t, "file level logger message time values", keys(t, lines[0]))
	for _, line := range lines {
		e := decode[logForm](t, line)
		if e.Time.After(latest[e.File]) {
			latest[e.File] = e.Time
		}
		require.False(t, latest[e.File].Before(last), line)
		last = latest[e.File]
	}
	require.Len(t, latest, 4)
	require.Contains(t, n.run("logs", "--node=manager", "--grep=network started").stdout, "INFO  networkmngr network started: nodes=3")
	require.Contains(t, n.run("logs", "--node", strconv.Itoa(n.port+1)).stdout, fmt.Sprintf("node-%d", n.port+1))
	require.Empty(t, n.run("logs", "--level=error").stdout)
}

func testDoctorOfARunningNetwork(t *testing.T, n *liveNetwork) {
	r := n.run("doctor", "-p", strconv.Itoa(n.port), "-a3", "--data="+n.record.Data, "--json")
	require.Equal(t, 0, r.code, r.stdout)
	require.Equal(t, "advice check found grade", keys(t, r.stdout))
	found := decode[[]doctor.Result](t, r.stdout)
	require.Contains(t, found, passed("ports", "%d-%d are those of the network that runs", n.port, n.port+3))
	require.Contains(t, found, passed("locks", "the network that runs uses the data folder %s", n.record.Data))
	require.Contains(t, found, passed("last run", "runs at %s, as process %d", n.record.URL, n.record.PID))
}

func passed(check, format string, args ...any) doctor.Result {
	return doctor.Result{Check: check, Grade: doctor.Passed, Found: fmt.Sprintf(format, args...)}
}

func testDeadNode(t *testing.T, n *liveNetwork) {
	require.NoError(t, syscall.Kill(n.record.Nodes[1].PID, syscall.SIGKILL))
	until(t, "its end", func() bool { return n.status().Running == 2 })
	n.run("mine", "--min=0s", "--max=0s").fine() // as a race may end in a tie
	until(t, "agreement", func() bool { return n.status().Agree })
	s := n.status()
	require.Nil(t, s.Nodes[1].Tip)
	require.Equal(t, "SIGKILL", *s.Nodes[1].Exit.Signal)
	got := n.run("status").fine().stdout
	require.Contains(t, got, "all 2 nodes agree")
	require.Contains(t, got, fmt.Sprintf("node %s has ended: ended by signal 9 (killed)\n", n.node(1)))
	require.Contains(t, n.run("nodes").fine().stdout, "exited")
	n.run("chain", "--node", strconv.Itoa(n.port+2)).ends(exitMisuse, "want one of")
}

func testStop(t *testing.T, n *liveNetwork) {
	r := n.run("stop")
	r.fine() // the node that was killed before has ended long since
	require.Contains(t, r.stdout, "2 nodes stopped, 1 had ended before; the manager has ended\n")
	require.Equal(t, 2, strings.Count(r.stdout, "exit status 0"))
	require.True(t, hasEnded(n.record.PID))
	require.Equal(t, 0, n.awaitExit())
	for _, node := range n.record.Nodes {
		require.True(t, hasEnded(node.PID))
	}
}

func testAfterTheEnd(t *testing.T, n *liveNetwork) {
	record, err := lastrun.Read(n.logs())
	require.NoError(t, err)
	require.Equal(t, lastrun.Ended, record.State)
	url := "--manager=" + n.record.URL
	for _, command := range []string{"status", "nodes", "mine", "chain", "stop"} {
		n.run(command, url).ends(exitNoNetwork, n.record.URL)
		n.run(command, url, "--json").ends(exitNoNetwork, "no network is running")
	}
	require.NotEmpty(t, n.run("logs").stdout, "they stay")
	require.Contains(t, n.run("doctor").stdout, "ended in order")
}

func TestStopOfAHealthyNetwork(t *testing.T) {
	n := startNetwork(t, 1, "--log-json")
	require.Contains(t, n.run("logs", "--grep=network started").stdout, "networkmngr network started: ")
	require.Contains(t, n.run("status").fine().stdout, "the one node is on block 0")
	values := decode[logForm](t, n.run("logs", "--grep=network started", "--json").stdout).Values
	require.Equal(t, json.RawMessage("1"), values["nodes"])
	stopped := decode[api.Stopped](t, n.run("stop", "--json").fine().stdout)
	require.Equal(t, "1 node stopped", stopped.Message)
	require.Equal(t, 0, n.awaitExit())
}

// A manager that was killed leaves a record that says that it runs.
func TestAKilledManager(t *testing.T) {
	n := startNetwork(t, 1)
	require.NoError(t, n.command.Process.Kill())
	<-n.ended
	until(t, "the port", func() bool { return isFree(n.port + 1) })
	n.run("status").ends(exitNoNetwork, fmt.Sprintf("where process %d started one", n.record.PID))
	until(t, "the node's end", func() bool { return hasEnded(n.record.Nodes[0].PID) })
	r := n.run("doctor", "-p", strconv.Itoa(n.port), "-a1")
	require.Equal(t, 0, r.code, r.stderr)
	require.Contains(t, strings.Join(strings.Fields(r.stdout), " "), "is gone without having ended in order")
}
