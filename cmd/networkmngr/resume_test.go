package main_test

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// ids lists the nodes' names in the order of their ports.
func ids(n *network) (list []string) {
	for _, node := range get[nodesForm](n.t, n.port, "/nodes").Nodes {
		list = append(list, node.ID)
	}
	return list
}

func TestANetworkIsResumed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	args := []string{"--data", w.path("data"), "--genesis", w.lightGenesis("light")}
	n := w.launch(3, args...).awaitReady()
	require.Len(t, ids(n), 3)
	first := ids(n)
	get[reportForm](t, n.port, "/start/mining?rounds=3&min=0s&max=0s")
	before := requireOneChain(t, n.ports)
	require.Len(t, before.Chain, 10)
	n.stop()

	n = w.launchAt(n.port, 3, args...).awaitReady()
	requireLinked(t, n)
	require.Equal(t, first, ids(n))
	require.Equal(t, before, requireOneChain(t, n.ports))
	get[reportForm](t, n.port, "/start/mining?min=0s&max=0s")
	after := requireOneChain(t, n.ports)
	require.Len(t, after.Chain, 13)
	require.Equal(t, before.Chain, after.Chain[:10])
	n.stop()
}

// A folder that was made with other ports is no reason to start other nodes
// beside those that it holds.
func TestADataFolderOfOtherPorts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.launch(2, "--data", w.path("data")).awaitReady()
	n.stop()
	before := w.files("*")
	requireMisuse(t, w.launch(3, "--data", w.path("data")).program,
		"--data "+w.path("data"), "without --port and --amount")
	require.Equal(t, before, w.files("*"))
}

func TestADataFolderHasOneManager(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.launch(2, "--data", w.path("data")).awaitReady()
	nobody := len(w.processes())
	second := w.launch(2, "--data", w.path("data"), "--logs", w.path("second"))
	require.Equal(t, 2, second.exitCode())
	require.Contains(t, second.stderr.String(), w.path("data")+": in use")
	require.Len(t, w.processes(), nobody, "the first one's nodes go on")
	require.Len(t, requireOneChain(t, n.ports).Chain, 1)
	n.stop()
}

// A folder of another network is refused before anything in it is changed, and
// resumed without naming its own.
func TestADataFolderOfAnotherNetwork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	data := []string{"--data", w.path("data"), "--genesis"}
	ours, other := w.lightGenesis("ours"), w.lightGenesis("other")
	n := w.launch(2, append(data, ours)...).awaitReady()
	get[reportForm](t, n.port, "/start/mining?min=0s&max=0s")
	chain := requireOneChain(t, n.ports)
	n.stop()
	before := w.files("*")

	refused := w.launchAt(n.port, 2, append(data, other)...)
	require.Equal(t, 2, refused.exitCode())
	for _, part := range []string{"--data " + w.path("data"), `"ours"`, `"other"`, "--genesis " + other} {
		require.Contains(t, refused.stderr.String(), part)
	}
	require.Empty(t, refused.stdout.String())
	refused.requireGone()
	require.Equal(t, before, w.files("*"))

	n = w.launchAt(n.port, 3, "--data", w.path("data")).awaitReady()
	require.Equal(t, chain, requireOneChain(t, n.ports))
	n.signal(syscall.SIGTERM)
	require.Equal(t, 0, n.exitCode())
}
