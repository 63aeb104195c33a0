package consensus_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/consensus"
	"networkmngr/internal/genesis"
)

// miners mine at rate times the hash rate that keeps the block time at the floor.
// A share of them writes what lie returns, in Unix seconds and as far as clocks
// and the median time past allow, in the place of the time.
type miners struct {
	rate, share float64
	lie         func(now float64, s consensus.State) float64
}

// pace is what a run of blocks came to.
type pace struct {
	interval float64 // between two blocks, the mean in block times
	ahead    float64 // of an interval of one block time, seconds at the end
	hardest  float64 // most half-lives that a target after an honest block was below the floor
}

// mine lets the dev network settle, and then mines so many blocks on it.
func (m miners) mine(t *testing.T, random *rand.Rand, blocks int) pace {
	const settling = 500 // blocks
	p := genesis.Dev().Params
	now := float64(p.Time + 1_000_000)
	s := at(genesis.Dev().State(), uint32(now))
	var seen pace
	step := func() {
		now += random.ExpFloat64() * float64(p.BlockTime) / m.rate * math.Exp2(hardness(t, s))
		if random.Float64() < m.share {
			s = at(s, uint32(max(0, min(m.lie(now, s), now+p.MaxFuture().Seconds()))))
			return
		}
		s = at(s, uint32(now))
		seen.hardest = max(seen.hardest, hardness(t, s))
	}
	for range settling {
		step()
	}
	began := now
	for range blocks {
		step()
	}
	due := float64(blocks) * float64(p.BlockTime)
	seen.interval, seen.ahead = (now-began)/due, due-(now-began)
	return seen
}

func newRandom(t *testing.T) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// At the floor's own hash rate the schedule slides to each block that chance
// makes late, and blocks come some nine per cent later than a block time apart.
// Where the floor is half as hard as need be, that is over.
func TestPaceNearTheFloor(t *testing.T) {
	random := newRandom(t)
	for _, c := range []struct{ rate, interval float64 }{{0.5, 2.03}, {1, 1.09}, {1.5, 1}, {2, 1}} {
		got := miners{rate: c.rate}.mine(t, random, 20_000)
		require.InEpsilon(t, c.interval, got.interval, 0.05, "hash rate %g", c.rate)
	}
}

// Above the floor nothing drifts: after however many blocks, the chain is where
// it should be, give or take what a hundred blocks may be off.
func TestPaceAboveTheFloor(t *testing.T) {
	got := miners{rate: 8}.mine(t, newRandom(t), 100_000)
	require.Less(t, math.Abs(got.ahead), 120.0, "seconds, of 200,000")
}

// Three miners of ten who lie, in whatever way and for however long, never have
// blocks come quicker. Well above the floor they have them come no later either,
// and near it not twice as late; and but for what chance does, no target is more
// than a half-life harder than it would be without them.
func TestLiesDoNotSteerThePace(t *testing.T) {
	random, future := newRandom(t), math.Inf(1)
	lies := map[string]func(float64, consensus.State) float64{
		"ahead":  func(float64, consensus.State) float64 { return future },
		"behind": func(float64, consensus.State) float64 { return 0 },
		"any":    func(now float64, _ consensus.State) float64 { return now + 240*(random.Float64()-0.5) },
		"in turns": func(_ float64, s consensus.State) float64 {
			if s.Height/30%2 == 0 {
				return 0
			}
			return future
		},
		"ahead when it is easy": func(now float64, s consensus.State) float64 {
			if hardness(t, s) < 0.5 {
				return future
			}
			return now
		},
	}
	for _, c := range []struct{ rate, honest, slowest float64 }{{0.5, 2.03, 2}, {1, 1.09, 2}, {8, 1, 1.03}} {
		for name, lie := range lies {
			for _, share := range []float64{0.1, 0.3} {
				got := miners{rate: c.rate, share: share, lie: lie}.mine(t, random, 4000)
				text := fmt.Sprintf("hash rate %g, %g of it %s: %+v", c.rate, share, name, got)
				require.Greater(t, got.interval, 0.9*c.honest, text)
				require.Less(t, got.interval, c.slowest*c.honest, text)
				require.Less(t, got.hardest, max(0, math.Log2(c.rate))+1.9, text)
			}
		}
	}
}
