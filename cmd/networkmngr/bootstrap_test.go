package main_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// trio is a bootstrap node and two nodes that have it as their seed.
type trio struct {
	*world
	ports    [3]int // the bootstrap node's first
	programs [3]*program
}

func newTrio(t *testing.T) *trio {
	first := freePorts(t, 3)
	return &trio{world: newWorld(t), ports: [3]int{first, first + 1, first + 2}}
}

// launch starts one of the three, and waits until it answers.
func (r *trio) launch(i int, args ...string) {
	r.t.Helper()
	port := strconv.Itoa(r.ports[i])
	args = append([]string{"-p", port, "--data", r.path("data", port)}, args...)
	if i == 0 {
		r.programs[i] = r.start("networkmngr", append([]string{"bootstrap"}, args...)...)
	} else {
		r.programs[i] = r.start("node", append(args, "--threads", "1")...)
	}
	r.awaitAnswer(i)
}

func (r *trio) awaitAnswer(i int) {
	r.t.Helper()
	eventually(r.t, func() bool {
		_, err := try[struct{}](http.MethodGet, r.ports[i], "/healthz", nil)
		return err == nil || r.programs[i].hasEnded()
	}, "%d does not answer", r.ports[i])
}

// seeded are the arguments of a node that knows the seed.
func (r *trio) seeded(i int) []string {
	if i == 0 {
		return nil
	}
	return []string{"--seeds", address(r.ports[0])}
}

// awaitLinked waits until the two nodes are each other's peers, and nobody else is known.
func (r *trio) awaitLinked() {
	r.t.Helper()
	for i := 1; i <= 2; i++ {
		eventually(r.t, func() bool {
			peers, err := try[struct{ Count int }](http.MethodGet, r.ports[i], "/peers", nil)
			return err == nil && peers.Count == 1
		}, "node %d has no peer", i)
		places := get[[]object](r.t, r.ports[i], "/nodes/")
		require.Len(r.t, places, 1, "the bootstrap node is no peer")
		require.EqualValues(r.t, r.ports[3-i], places[0]["port"])
	}
}

func (r *trio) end() {
	r.t.Helper()
	end(r.t, r.programs[:])
	r.requireTidy()
}

// In whichever order they start, the nodes meet.
func TestStartInAnyOrder(t *testing.T) {
	t.Parallel()
	for _, order := range [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		t.Run(fmt.Sprint(order), func(t *testing.T) {
			r := newTrio(t)
			for _, i := range order {
				r.launch(i, r.seeded(i)...)
			}
			r.awaitLinked()
			eventually(t, func() bool { return len(get[[]object](t, r.ports[0], "/nodes/")) == 2 }, "the seed does not know both")
			r.end()
		})
	}
}

// Nodes that have met need the seed no more, not even after a kill; and the seed, killed
// too, still knows them.
func TestTheSeedDies(t *testing.T) {
	t.Parallel()
	r := newTrio(t)
	genesis := []string{"--genesis", r.lightGenesis("light")}
	r.launch(0)
	r.launch(1, append(r.seeded(1), genesis...)...)
	r.launch(2, append(r.seeded(2), genesis...)...)
	r.awaitLinked()
	eventually(t, func() bool { return len(get[[]object](t, r.ports[0], "/nodes/")) == 2 }, "the seed does not know both")
	told := get[[]object](t, r.ports[0], "/nodes/")
	r.programs[0].kill()
	get[struct{}](t, r.ports[1], "/mine")
	requireOneChain(t, r.ports[1:])

	eventually(t, func() bool {
		known, _ := os.ReadFile(filepath.Join(r.path("data", strconv.Itoa(r.ports[1])), "nodes.json"))
		return strings.Contains(string(known), address(r.ports[2]))
	}, "the node does not remember the other one")
	r.programs[1].kill()
	r.launch(1) // without the seed
	r.awaitLinked()
	get[struct{}](t, r.ports[1], "/mine")
	requireOneChain(t, r.ports[1:])

	r.launch(0)
	require.Equal(t, told, get[[]object](t, r.ports[0], "/nodes/"))
	r.end()
}

// "node --bootstrap" is the same, and a bootstrap node refuses what it has no use for.
func TestNodeAsBootstrapNode(t *testing.T) {
	t.Parallel()
	r := newTrio(t)
	port := strconv.Itoa(r.ports[0])
	r.programs[0] = r.start("node", "--bootstrap", "-p", port, "--data", r.path("data"))
	r.awaitAnswer(0)
	require.Equal(t, "a bootstrap node, which knows 0 nodes", post[object](t, r.ports[0], "/", nil)["message"])
	second := r.start("node", "--bootstrap", "-p", strconv.Itoa(r.ports[1]), "--data", r.path("data"))
	require.Equal(t, 2, second.exitCode())
	require.Contains(t, second.stderr.String(), "in use by another process")
	for _, flag := range []string{"--peers=127.0.0.1:1", "--seeds=127.0.0.1:1", "--genesis=x"} {
		refused := r.start("node", "--bootstrap", "-p", strconv.Itoa(r.ports[1]), "--data", r.path("other"), flag)
		require.Equal(t, 2, refused.exitCode())
		require.Contains(t, refused.stderr.String(), "nobody's peer")
	}
	post[object](t, r.ports[0], "/shutdown", nil)
	require.Zero(t, r.programs[0].exitCode())
	r.requireTidy()
}

// Any node is a seed for others, of which it becomes a peer.
func TestANodeAsSeed(t *testing.T) {
	t.Parallel()
	r := newTrio(t)
	r.launch(2, "--seeds", address(r.ports[1])) // which does not answer yet
	r.launch(1)
	r.awaitLinked()
	end(t, r.programs[1:])
	r.requireTidy()
}
