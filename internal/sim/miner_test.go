package sim

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/links"
	"networkmngr/internal/mining/strategy"
	"networkmngr/internal/theory"
	"networkmngr/internal/times"
	"networkmngr/internal/types"
)

// played runs five nodes, of which the first has a share alpha of the hash power, mines by
// a strategy, and is so far from the others that it loses each race (gamma 0). It returns
// the share of the main chain that is the first node's, and how many blocks were mined.
func played(t *testing.T, s strategy.Settings, alpha float64, blocks int) (share float64, mined int) {
	const mineIn = 10 * time.Second
	seed := rand.Uint64()
	t.Log("seed", seed)
	w, err := New(Settings{
		Seed: seed, Nodes: 5, Outbound: 4, FullRegistry: true, BlockTime: time.Second, Latency: time.Millisecond,
		MineIn: mineIn, Active: time.Duration(blocks) * mineIn,
		Miners: []Miner{{alpha, s}, {Share: (1 - alpha) / 4}, {Share: (1 - alpha) / 4}, {Share: (1 - alpha) / 4}, {Share: (1 - alpha) / 4}},
	})
	require.NoError(t, err)
	w.nodes[0].slow = 20 * time.Millisecond
	require.NoError(t, w.Run())
	return w.nodes[1].shareOf(t, w.nodes[0].account()), w.stats.Total["blocks mined"]
}

// shareOf is the share of the node's main chain that somebody mined.
func (n *node) shareOf(t *testing.T, miner types.Address) float64 {
	own, refs := 0, n.chain.MainChain(1, math.MaxInt)
	for _, ref := range refs {
		b, err := n.chain.Block(ref.ID)
		require.NoError(t, err)
		if b.Transactions[0].Recipient == miner {
			own++
		}
	}
	return float64(own) / float64(len(refs))
}

// A selfish miner's share of the main chain is what the law says, and not its share of
// the hash power; in the end, all agree.
func TestSelfishMinerHasTheLawsShare(t *testing.T) {
	t.Parallel()
	const alpha, blocks = 0.4, 8000
	got, mined := played(t, strategy.Settings{Name: strategy.Selfish}, alpha, blocks)
	// The standard deviation of one block's share at alpha 0.4 and gamma 0 is 1.388, by
	// renewal theory; what a delay of 1/500 of the interval adds is far below.
	deviation := 1.388 / math.Sqrt(float64(mined))
	law := theory.SelfishShare(alpha, 0)
	t.Logf("share %.4f of %d blocks, law %.4f, honest %.4f, standard deviation %.4f", got, mined, law, alpha, deviation)
	require.InDelta(t, law, got, 5*deviation) // less than to alpha
}

// Of two miners whose blocks take a fifth of the time from one to the next to reach the
// other, as many go stale as the law says.
func TestStaleRateIsTheLaws(t *testing.T) {
	t.Parallel()
	const mineIn, delay, blocks = 10 * time.Second, 2 * time.Second, 6000
	seed := rand.Uint64()
	t.Log("seed", seed)
	w, err := New(Settings{
		Seed: seed, Nodes: 2, Outbound: 1, FullRegistry: true, BlockTime: time.Second, MineIn: mineIn,
		Latency: time.Millisecond, Link: links.Link{Delay: times.Duration(delay)}, Active: blocks * mineIn,
	})
	require.NoError(t, err)
	require.NoError(t, w.Run())
	mined := float64(w.stats.Total["blocks mined"])
	got := 1 - float64(len(w.nodes[0].chain.MainChain(1, math.MaxInt)))/mined
	law := theory.Stale(delay.Seconds()/mineIn.Seconds(), theory.Concentration([]float64{1, 1}))
	deviation := math.Sqrt(law * (1 - law) / mined)
	t.Logf("%.4f of %.0f blocks are stale, law %.4f, standard deviation %.4f", got, mined, law, deviation)
	require.InDelta(t, law, got, 5*deviation)
}

// The other strategies are played to their ends, too, without anything that a run must
// not show; a stubborn one mines on branches that are not its node's main chain.
func TestEveryStrategyIsPlayed(t *testing.T) {
	for _, s := range []strategy.Settings{
		{Name: strategy.LeadStubborn}, {Name: strategy.ForkStubborn}, {Name: strategy.TrailStubborn, Trail: 3},
		{Name: strategy.Stubborn, Fork: true, Trail: 1}, {Name: strategy.Withhold, Blocks: 3},
	} {
		t.Run(string(s.Name), func(t *testing.T) {
			t.Parallel()
			share, _ := played(t, s.Normal(), 0.45, 1600)
			t.Logf("share %.3f", share)
			require.Greater(t, share, 0.05) // far below the laws, from which the share of so few blocks may differ much
		})
	}
}

// A miner that shows each block at once may still leave transfers out.
func TestAMinerOfEmptyBlocks(t *testing.T) {
	seed := rand.Uint64()
	t.Log("seed", seed)
	w, err := New(Settings{
		Seed: seed, Nodes: 2, Outbound: 1, FullRegistry: true, BlockTime: time.Second, Latency: time.Millisecond,
		MineIn: time.Second, Active: 20 * time.Second, Pending: 500, TransferIn: 100 * time.Millisecond, Burst: 3,
		Miners: []Miner{{0.5, strategy.Settings{Name: strategy.Empty}}, {Share: 0.5}},
	})
	require.NoError(t, err)
	require.NoError(t, w.Run())
	empty, held := 0, 0
	for _, ref := range w.nodes[1].chain.MainChain(1, math.MaxInt) {
		b, err := w.nodes[1].chain.Block(ref.ID)
		require.NoError(t, err)
		if b.Transactions[0].Recipient == w.nodes[0].account() {
			require.Len(t, b.Transactions, 1)
			empty++
		}
		held += len(b.Transactions) - 1
	}
	require.Positive(t, empty)
	require.Positive(t, held)
}

// A link that only dropped messages is one without faults in the end, not the one of the
// other settings.
func TestALinkThatStopsLosing(t *testing.T) {
	w, err := New(Settings{Nodes: 2, Outbound: 1, BlockTime: time.Second, Latency: time.Second, Link: links.Link{Drop: 0.1}})
	require.NoError(t, err)
	w.stopLosing()
	require.Zero(t, w.linkOf(w.nodes[0], w.nodes[1]))
}
