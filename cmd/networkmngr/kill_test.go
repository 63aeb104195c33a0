package main_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A manager that is killed takes its nodes along, whatever it was about.

func TestKillTheManagerDuringTheStart(t *testing.T) {
	t.Parallel()
	r, whole := newRand(t), startTime(t, 4)
	for range *rounds {
		wait := upTo(r, whole)
		t.Run(wait.String(), func(t *testing.T) {
			w := newWorld(t)
			n := w.launch(4, "--data", w.path("data"))
			n.awaitLogFile()
			n.killAfter(wait)
			n.requireGone()
		})
	}
}

func TestKillTheManagerWhileMining(t *testing.T) {
	t.Parallel()
	r := newRand(t)
	for range *rounds {
		wait := upTo(r, 300*time.Millisecond)
		t.Run(wait.String(), func(t *testing.T) {
			w := newWorld(t)
			n := w.launch(3, "--genesis", w.lightGenesis("light")).awaitReady()
			mineOn(n)
			n.killAfter(wait)
			n.requireGone()
		})
	}
}

func TestKillTheManagerDuringTheShutdown(t *testing.T) {
	t.Parallel()
	r, whole := newRand(t), stopTime(t)
	for range *rounds {
		wait := upTo(r, whole)
		t.Run(wait.String(), func(t *testing.T) {
			n := newWorld(t).launch(3).awaitReady()
			answered := make(chan struct{})
			go func() {
				defer close(answered)
				_, _ = try[struct{}](http.MethodPost, n.port, "/shutdown/all", nil) // it may be cut off
			}()
			n.awaitLog("network is told to shut down")
			n.killAfter(wait)
			n.requireGone()
			<-answered
		})
	}
}

// stopTime measures how long a network takes to stop.
func stopTime(t *testing.T) time.Duration {
	n := newWorld(t).launch(3).awaitReady()
	began := time.Now()
	n.stop()
	return time.Since(began)
}

// A node that is killed is told of, the mining goes on without it, and the
// data is kept for whoever wants to know more.
func TestKillANode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.launch(3, "--genesis", w.lightGenesis("light")).awaitReady()
	victim := n.ports[1]
	require.NoError(t, syscall.Kill(n.pid(victim), syscall.SIGKILL))
	requireReported(t, n, victim)

	mined := get[reportForm](t, n.port, "/start/mining?min=0s&max=0s")
	require.Equal(t, "2 mining requests sent", mined.Message)
	require.Equal(t, 2, mined.Mined)
	requireOneChain(t, []int{n.ports[0], n.ports[2]})

	n.signal(syscall.SIGTERM)
	require.Equal(t, 0, n.exitCode())
	n.requireGone()
	require.DirExists(t, keptFolder(t, n))
}

// keptFolder is the one that the manager names at its end.
func keptFolder(t *testing.T, n *network) string {
	const before, after = "the data folder ", " is kept"
	_, rest, found := strings.Cut(n.stderr.String(), before)
	require.True(t, found, n.stderr)
	folder, _, found := strings.Cut(rest, after)
	require.True(t, found, n.stderr)
	require.True(t, strings.HasPrefix(folder, n.world.temp), folder)
	return folder
}

// requireReported checks that a node's end by a kill is told of wherever
// somebody may look.
func requireReported(t *testing.T, n *network, port int) {
	t.Helper()
	requireEnded(t, n, port)
	for _, node := range get[nodesForm](t, n.port, "/nodes").Nodes {
		if node.Port == port {
			require.Equal(t, "SIGKILL", *node.Exit.Signal)
		}
	}
}

// requireEnded checks that a node's end, by itself or by others, is told of.
func requireEnded(t *testing.T, n *network, port int) {
	t.Helper()
	line := fmt.Sprintf("node %s has ended by itself", address(port))
	eventually(t, func() bool { return strings.Contains(n.stderr.String(), line) }, "nobody says that %s", line)
	n.awaitLog("[ERROR] networkmngr: node has ended by itself: port=" + fmt.Sprint(port))
	nodes := get[nodesForm](t, n.port, "/nodes")
	require.Equal(t, len(n.ports)-1, nodes.Running)
	for _, node := range nodes.Nodes {
		if node.Port != port {
			require.Equal(t, "running", node.State)
			continue
		}
		require.Equal(t, "exited", node.State)
	}
}

// A node that hangs when it is asked to mine, and is killed then, does not
// keep the others from mining.
func TestKillANodeDuringItsTurn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.launch(3, "--genesis", w.lightGenesis("light")).awaitReady()
	victim := n.ports[1]
	pid := n.pid(victim)
	require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
	var others []resultForm
	require.NoError(t, events(n.port, "/start/mining?min=0s&max=0s", func(e event) bool {
		r, err := parseResult(e)
		require.NoError(t, err)
		switch {
		case e.name == "done":
			return false
		case r.Node == address(victim):
			require.NotNil(t, r.Error)
		default:
			require.Nil(t, r.Error)
			others = append(others, r)
			_ = syscall.Kill(pid, syscall.SIGKILL) // after the first; then it is gone
		}
		return true
	}))
	require.Len(t, others, 2)
	requireReported(t, n, victim)
	n.signal(syscall.SIGTERM)
	require.Equal(t, 0, n.exitCode())
}

// acknowledged collects the blocks that a client was told of, by node.
type acknowledged struct {
	mu     sync.Mutex // guards blocks
	blocks map[string][]string
}

func (a *acknowledged) add(node, hash string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.blocks[node] = append(a.blocks[node], hash)
}

func (a *acknowledged) count() (sum int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, blocks := range a.blocks {
		sum += len(blocks)
	}
	return sum
}

// Everything is killed at once while all mine, again and again in the same
// folder. What somebody was told of is there the next time.
func TestKillEverythingWhileMining(t *testing.T) {
	t.Parallel()
	r := newRand(t)
	w := newWorld(t)
	args := []string{"--data", w.path("data"), "--genesis", w.lightGenesis("light")}
	port := freePorts(t, 4)
	known := &acknowledged{blocks: make(map[string][]string)}
	for range *rounds {
		n := w.launchAt(port, 3, args...).awaitReady()
		requireKnown(t, n, known)
		collecting := collect(n, known)
		before := known.count()
		eventually(t, func() bool { return known.count() > before+5 }, "nobody mines")
		killAll(n, r, upTo(r, 200*time.Millisecond))
		n.requireGone()
		collecting.Wait()
	}
	n := w.launchAt(port, 3, args...).awaitReady()
	requireKnown(t, n, known)
	t.Logf("%d blocks were acknowledged, the chain has %d", known.count(), len(requireOneChain(t, n.ports).Chain))
	n.stop()
}

// collect has all nodes mine, by way of the manager and by themselves, and
// collects what they say until they are cut off.
func collect(n *network, known *acknowledged) *sync.WaitGroup {
	var collecting sync.WaitGroup
	collecting.Go(func() {
		_ = events(n.port, "/start/mining?mode=race&continuous=true", func(e event) bool {
			r, err := parseResult(e)
			if err != nil {
				n.t.Error(err)
			} else if r.Error == nil {
				known.add(r.Node, r.Hash)
			}
			return true
		})
	})
	for _, port := range n.ports {
		collecting.Go(func() {
			for {
				mined, err := try[struct{ Block blockForm }](http.MethodPost, port, "/mine", nil)
				if err != nil {
					return
				}
				known.add(address(port), mined.Block.Hash)
			}
		})
	}
	return &collecting
}

// killAll kills the manager and every node in any order.
func killAll(n *network, r *rand.Rand, wait time.Duration) {
	timer := time.NewTimer(wait)
	<-timer.C
	pids := append(n.world.processes(), n.cmd.Process.Pid)
	r.Shuffle(len(pids), func(i, j int) { pids[i], pids[j] = pids[j], pids[i] })
	for _, pid := range pids {
		_ = syscall.Kill(pid, syscall.SIGKILL) // the manager's end may have come first
	}
	<-n.ended
}

// requireKnown checks that each node still has every block that it once
// acknowledged, and that all agree again. One more block decides between
// branches of equal work.
func requireKnown(t *testing.T, n *network, known *acknowledged) {
	t.Helper()
	for _, port := range n.ports {
		for _, hash := range known.blocks[address(port)] {
			require.Equal(t, hash, get[blockForm](t, port, "/blocks/"+hash).Hash)
		}
	}
	post[struct{}](t, n.ports[0], "/mine", nil)
	requireOneChain(t, n.ports)
}
