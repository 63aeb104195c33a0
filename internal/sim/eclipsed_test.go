package sim

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A miner all of whose links are an attacker's that passes nothing on mines for nothing:
// once it is back with the others, none of its blocks is on the main chain.
func TestAnEclipsedMinersBlocksAreAllStale(t *testing.T) {
	const mineIn, blocks = 10 * time.Second, 200
	seed := rand.Uint64()
	t.Log("seed", seed)
	miners := make([]Miner, 5, 7)
	for i := range miners {
		miners[i].Share = 0.2
	}
	w, err := New(Settings{
		Seed: seed, Nodes: 7, Outbound: 6, FullRegistry: true, BlockTime: time.Second, Latency: time.Millisecond,
		MineIn: mineIn, Active: blocks * mineIn, Miners: append(miners, Miner{}, Miner{}),
	})
	require.NoError(t, err)
	require.NoError(t, w.startAll())
	victim, attackers, honest := w.nodes[0], w.nodes[5:], w.nodes[1:5]
	for _, n := range append(attackers, victim) {
		w.groups[n.number] = 1
	}
	for _, l := range w.sortedLinks() {
		if !w.reachable(l.a, l.b) {
			w.unlink(l)
		}
	}
	w.runActive()
	require.Equal(t, 1.0, victim.shareOf(t, victim.account()), "it has heard of no other's blocks")
	// Of 200 blocks a fifth is the victim's: five standard deviations less is 11.
	require.GreaterOrEqual(t, int(victim.chain.Tip().Height), 11)
	for _, n := range victim.links {
		require.Contains(t, []int{5, 6}, n.a+n.b-victim.number, "all links are the attacker's")
	}
	w.endFaults()
	w.advance(w.now.Add(restFor), w.agreed)
	for _, n := range append(honest, victim) {
		require.Zero(t, n.shareOf(t, victim.account()))
	}
}
