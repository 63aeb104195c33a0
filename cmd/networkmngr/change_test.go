package main_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Whoever is killed while the network is changed, and whenever: the data folder
// is of one network, the new one if the client was told so.

func TestKillTheManagerAtEachStageOfAChange(t *testing.T) {
	t.Parallel()
	for _, stage := range []string{
		"network is being changed", "node stopped", "nodes have ended", "network changed", "node started",
	} {
		t.Run(stage, func(t *testing.T) {
			w := newWorld(t)
			n := w.launch(4, "--data", w.path("data")).awaitReady()
			before := w.logged(stage)
			n, _ = changeRound(n, "after", func() {
				eventually(t, func() bool { return w.logged(stage) > before }, "no such stage")
				n.kill()
			}, "--data", w.path("data"))
			added := int(post[object](t, n.port, "/nodes", nil)["node"].(object)["port"].(float64))
			n.ports = append(n.ports, added)
			requireOneNetwork(n)
			n.kill()
		})
	}
}

func TestKillTheManagerDuringAChange(t *testing.T) {
	t.Parallel()
	r, w := newRand(t), newWorld(t)
	args := []string{"--data", w.path("data")}
	n := w.launch(3, args...).awaitReady()
	whole := changeTime(n)
	told := 0
	for round := range 2 * *rounds {
		var answered bool
		n, answered = changeRound(n, fmt.Sprintf("round %d", round), func() { n.killAfter(upTo(r, whole)) }, args...)
		if answered {
			told++
		}
	}
	t.Logf("%d of %d changes were answered before the kill", told, 2**rounds)
	n.kill()
}

// changeTime measures how long a change takes.
func changeTime(n *network) time.Duration {
	began := time.Now()
	put(n.t, n.port, object{"name": "measured"})
	return time.Since(began)
}

// A node that is killed meanwhile may stay away; the others are on one network,
// and so is the node when the folder is resumed.
func TestKillANodeDuringAChange(t *testing.T) {
	t.Parallel()
	r, w := newRand(t), newWorld(t)
	args := []string{"--data", w.path("data")}
	n := w.launch(3, args...).awaitReady()
	whole := changeTime(n)
	for round := range 2 * *rounds {
		n, _ = changeRound(n, fmt.Sprintf("round %d", round), func() {
			<-time.After(upTo(r, whole))
			if others := w.children(n); len(others) > 0 {
				_ = syscall.Kill(others[r.IntN(len(others))], syscall.SIGKILL) // it may have ended by now
			}
		}, args...)
	}
	n.kill()
}

// children are the processes here but for the manager's.
func (w *world) children(n *network) (pids []int) {
	for _, pid := range w.processes() {
		if pid != n.cmd.Process.Pid {
			pids = append(pids, pid)
		}
	}
	return pids
}

// changeRound has a network's settings changed and somebody killed meanwhile,
// ends what is left, and resumes the folder. It requires that all are on one
// network then, as the client was told, and returns the network that stands.
func changeRound(n *network, name string, kill func(), args ...string) (resumed *network, answered bool) {
	n.t.Helper()
	before := get[object](n.t, n.port, "/blockchain")["name"]
	changed := make(chan error, 1)
	go func() {
		_, err := try[object](http.MethodPut, n.port, "/blockchain", object{"name": name})
		changed <- err
	}()
	kill()
	answered = <-changed == nil
	n.signal(syscall.SIGTERM)
	<-n.ended
	n.requireGone()
	resumed = n.world.launchAt(n.port, len(n.ports), args...).awaitReady()
	is := requireOneNetwork(resumed)["name"]
	if answered {
		require.Equal(n.t, name, is)
	} else {
		require.Contains(n.t, []any{before, name}, is)
	}
	return resumed, answered
}

// requireOneNetwork requires that the manager and all nodes speak of one
// network, and returns its figures.
func requireOneNetwork(n *network) object {
	n.t.Helper()
	figures := get[object](n.t, n.port, "/blockchain")
	for _, port := range n.ports {
		require.Equal(n.t, figures["genesis"], get[object](n.t, port, "/blockchain")["genesis"])
	}
	return figures
}

// logged counts what stands in the manager's log.
func (w *world) logged(text string) int {
	log, _ := os.ReadFile(w.path("logs", "networkmngr.log"))
	return strings.Count(string(log), "networkmngr: "+text+":")
}

// A folder into which a node of another network was put is not started, and
// says who is on what.
func TestADataFolderOfTwoNetworks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.launch(3, "--data", w.path("data")).awaitReady()
	n.stop()
	other := w.launchAt(n.port, 3, "--data", w.path("other"), "--genesis", w.lightGenesis("light")).awaitReady()
	other.stop()
	stray := fmt.Sprintf("node-%d", n.ports[1])
	require.NoError(t, os.RemoveAll(w.path("data", stray)))
	require.NoError(t, os.Rename(w.path("other", stray), w.path("data", stray)))
	before := w.files("*")
	refused := w.launchAt(n.port, 3, "--data", w.path("data"))
	require.Equal(t, 2, refused.exitCode())
	for _, part := range []string{`"dev"`, `"light"`, stray, filepath.Base(w.path(fmt.Sprintf("node-%d", n.ports[2])))} {
		require.Contains(t, refused.stderr.String(), part)
	}
	require.Empty(t, refused.stdout.String())
	require.Equal(t, before, w.files("*"))
	refused.requireGone()
}
