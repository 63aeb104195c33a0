package main_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Half of the nodes are killed at once. The rest is one network, and takes the others back.
func TestHalfIsKilled(t *testing.T) {
	t.Parallel()
	const amount = 12
	w := newWorld(t)
	n := w.launch(amount, "--no-manager-registry", "--peers-out=4", "--data", w.path("data"), "--genesis", w.lightGenesis("light")).awaitReady()
	for _, port := range n.ports {
		n.awaitRemembered(port)
	}
	random := newRand(t)
	order := random.Perm(amount)
	var killed, left []int
	for i, at := range order {
		if i < amount/2 {
			killed = append(killed, n.ports[at])
		} else {
			left = append(left, n.ports[at])
		}
	}
	pids := make([]int, len(killed))
	for i, port := range killed {
		pids[i] = n.pid(port)
	}
	for _, pid := range pids {
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	}
	eventually(t, func() bool { return linked(left) }, "those that are left are no network")
	get[struct{}](t, left[0], "/mine")
	requireOneChain(t, left)

	for _, port := range killed {
		post[object](t, n.port, "/nodes/"+strconv.Itoa(port)+"/restart", nil)
	}
	eventually(t, func() bool { return linked(n.ports) }, "the others are not taken back")
	get[struct{}](t, killed[0], "/mine")
	requireOneChain(t, n.ports)
	n.signal(syscall.SIGTERM)
	require.Zero(t, n.exitCode())
	n.requireGone()
}

// awaitRemembered waits until a node has others on disk.
func (n *network) awaitRemembered(port int) {
	n.t.Helper()
	eventually(n.t, func() bool {
		known, _ := os.ReadFile(filepath.Join(n.world.path("data", "node-"+strconv.Itoa(port)), "nodes.json"))
		return strings.Contains(string(known), "127.0.0.1:")
	}, "node %d remembers nobody", port)
}

// linked reports whether nodes are one network by their links among each other.
func linked(ports []int) bool {
	links := make(map[string][]string) // by address
	for _, port := range ports {
		peers, err := try[struct {
			Peers []struct {
				Address string `json:"address"`
			} `json:"peers"`
		}](http.MethodGet, port, "/peers", nil)
		if err != nil {
			return false
		}
		links[address(port)] = nil
		for _, p := range peers.Peers {
			links[address(port)] = append(links[address(port)], p.Address)
		}
	}
	return reached(links, address(ports[0])) == len(ports)
}

// reached counts the nodes that there are links to from one of them, over others, too.
func reached(links map[string][]string, from string) int {
	seen, next := map[string]bool{from: true}, []string{from}
	for len(next) > 0 {
		at := next[0]
		next = next[1:]
		for _, peer := range links[at] {
			if _, ours := links[peer]; ours && !seen[peer] {
				seen[peer] = true
				next = append(next, peer)
			}
		}
	}
	return len(seen)
}
