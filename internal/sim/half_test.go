package sim

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// oneNetwork reports whether peers lead from the first of some nodes to all others of them.
func oneNetwork(nodes []*node) bool {
	reached := map[*node]bool{nodes[0]: true}
	for next := nodes[:1:1]; len(next) > 0; next = next[1:] {
		for _, n := range nodes {
			if !reached[n] && n.hasPeer(next[0].id) && next[0].hasPeer(n.id) {
				reached[n] = true
				next = append(next, n)
			}
		}
	}
	return len(reached) == len(nodes)
}

// awaitOneNetwork returns after how long nodes are one network, and fails after ten seconds.
func (w *World) awaitOneNetwork(t *testing.T, nodes []*node) (took time.Duration) {
	t.Helper()
	const step, most = 100 * time.Millisecond, 10 * time.Second
	for ; !oneNetwork(nodes); took += step {
		require.Less(t, took, most, "seed %d: the %d nodes that are up are no network", w.config.Seed, len(nodes))
		w.pass(step)
	}
	return took
}

// Half of fifty nodes are killed at once. The rest is one network within ten seconds, and takes
// the others back.
func TestHalfOfFiftyIsKilled(t *testing.T) {
	const amount = 50
	for seed := uint64(1); seed <= 8; seed++ {
		w, err := New(Settings{Seed: seed, Nodes: amount, Outbound: 4, Latency: 5 * time.Millisecond, BlockTime: 10 * time.Second})
		require.NoError(t, err)
		require.NoError(t, w.startAll())
		w.awaitOneNetwork(t, w.nodes)
		w.pass(time.Minute) // until they know more than those that they began with

		killed, left := []*node{}, []*node{}
		for i, number := range rand.New(rand.NewPCG(seed, 50)).Perm(amount) {
			if n := w.nodes[number]; i < amount/2 {
				n.crash()
				killed = append(killed, n)
			} else {
				left = append(left, n)
			}
		}
		rest := w.awaitOneNetwork(t, left)
		for _, n := range killed {
			w.up(n)
		}
		all := w.awaitOneNetwork(t, w.nodes)
		require.Empty(t, w.violations, "seed %d", seed)
		t.Logf("seed %d: the rest is one network after %s, with the others after %s", seed, rest, all)
	}
}
