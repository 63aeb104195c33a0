package mining

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/theory"
	"networkmngr/internal/types"
)

// handClock is a clock that whoever waits for it sets on.
type handClock struct {
	now    time.Time
	waited []float64 // seconds, of every wait
}

func newHandClock() *handClock { return &handClock{now: time.Unix(1_000_000, 0)} }

func (c *handClock) clock() Clock {
	return Clock{
		Now: func() time.Time { return c.now },
		Wait: func(ctx context.Context, d time.Duration) error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			c.waited = append(c.waited, d.Seconds())
			c.now = c.now.Add(d)
			return nil
		},
	}
}

// TestPacedWaits holds mean, spread and shape of the waits against the
// exponential distribution.
func TestPacedWaits(t *testing.T) {
	const blocks, work, hashrate, mean = 20_000, 1 << 8, 51.2, 5.0
	c := newHandClock()
	p := &Paced{Hashrate: hashrate, Rand: newRand(t), Clock: c.clock(), Solver: CPU{}}
	var hashes uint64
	for range blocks {
		_, tried, err := p.Solve(t.Context(), types.Header{Bits: bitsOneBatch})
		require.NoError(t, err)
		hashes += tried
	}
	require.Len(t, c.waited, blocks)

	var sum, squares, late float64
	for _, seconds := range c.waited {
		sum += seconds
		squares += seconds * seconds
		if seconds > mean {
			late++
		}
	}
	// Six standard errors, so that a fair draw fails once in 10^8 runs. The
	// moments' variances are those of the exponential distribution.
	const sigmas = 6
	root := math.Sqrt(blocks)
	require.InDelta(t, mean, sum/blocks, sigmas*mean/root, "mean")
	require.InDelta(t, 2*mean*mean, squares/blocks, sigmas*math.Sqrt(20)*mean*mean/root, "mean square")
	require.InDelta(t, 1/math.E, late/blocks, sigmas*0.5/root, "share above the mean")
	require.InDelta(t, sum*hashrate, float64(hashes), blocks, "the hashes that the waits stand for")
}

// slowSolver proves a block at once, which takes a while by the clock.
type slowSolver struct {
	clock *handClock
	takes time.Duration
}

func (s slowSolver) Solve(_ context.Context, h types.Header) (types.Header, uint64, error) {
	s.clock.now = s.clock.now.Add(s.takes)
	return h, 1, nil
}

// Blocks come as often as the hash rate has them, however long their proofs take, as long as
// that is clearly less than the blocks may.
func TestPacedCountsTheTimeOfProofs(t *testing.T) {
	const blocks, hashrate, mean = 20_000, 51.2, 5.0
	for _, takes := range []float64{0.5, 2} {
		c := newHandClock()
		began := c.now
		p := &Paced{Hashrate: hashrate, Rand: newRand(t), Clock: c.clock(), Solver: slowSolver{c, time.Duration(takes * 1e9)}}
		var hashes uint64
		for range blocks {
			_, tried, err := p.Solve(t.Context(), types.Header{Bits: bitsOneBatch})
			require.NoError(t, err)
			hashes += tried
		}
		each := c.now.Sub(began).Seconds() / blocks
		require.InDelta(t, mean, each, 6*mean/math.Sqrt(blocks), "proofs of %v s", takes)
		require.InDelta(t, hashrate*each*blocks, float64(hashes), 0.01*hashrate*each*blocks)
	}
}

// Who stood still during a proof, for a night, owes hardly any blocks for that.
func TestPacedOwesNoNight(t *testing.T) {
	c := newHandClock()
	p := &Paced{Hashrate: 51.2, Rand: newRand(t), Clock: c.clock(), Solver: slowSolver{c, 8 * time.Hour}}
	mine := func() {
		t.Helper()
		_, _, err := p.Solve(t.Context(), types.Header{Bits: bitsOneBatch})
		require.NoError(t, err)
	}
	mine()
	p.Solver = slowSolver{c, 0}
	morning := c.now
	for range 100 {
		mine()
	}
	require.Greater(t, c.now.Sub(morning), 40*5*time.Second) // of a mean of five seconds each; ten are counted
}

func TestPacedReallySolves(t *testing.T) {
	p := &Paced{Hashrate: 1e6, Rand: newRand(t), Clock: newHandClock().clock(), Solver: CPU{}}
	h := randomHeader(p.Rand, bitsOneBatch)
	got, _, err := p.Solve(t.Context(), h)
	require.NoError(t, err)
	require.True(t, solved(got))
	h.Nonce = got.Nonce
	require.Equal(t, h, got)
}

func TestPacedStopsWithItsContext(t *testing.T) {
	p := &Paced{Hashrate: 1e6, Rand: newRand(t), Clock: newHandClock().clock()} // its Solver must not be reached
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := p.Solve(ctx, types.Header{Bits: bitsEasy})
	require.ErrorIs(t, err, context.Canceled)
}

// Where the proof is cut short, as by a new template, the block is owed: nothing
// is waited for again. On another tip it is lost, like anybody's.
func TestPacedWaitsOnceForABlock(t *testing.T) {
	c := newHandClock()
	p := &Paced{Hashrate: 1e6, Rand: newRand(t), Clock: c.clock(), Solver: CPU{}}
	h := randomHeader(p.Rand, bitsOne)
	solve := func(looks int32) error {
		p.Solver = CPU{}
		_, _, err := p.Solve(pausing{t.Context(), newEndingContext(looks)}, h)
		return err
	}
	require.ErrorIs(t, solve(1), context.Canceled)
	require.Len(t, c.waited, 1)
	h.MerkleRoot[0]++
	require.ErrorIs(t, solve(1), context.Canceled)
	require.Len(t, c.waited, 1, "the time of that block has passed")
	h.Previous[0]++
	require.ErrorIs(t, solve(1), context.Canceled)
	require.Len(t, c.waited, 2, "that is another block")
	h.Bits = bitsEasy
	require.NoError(t, solve(2))
	require.NoError(t, solve(3))
	require.Len(t, c.waited, 3)
}

// pausing is a context that ends for who searches, and not for who waits.
type pausing struct {
	context.Context
	search *endingContext
}

func (c pausing) Err() error { return c.search.Err() }

func TestPacedWithoutHashrateWaitsForEver(t *testing.T) {
	p := &Paced{Rand: newRand(t)}
	require.Equal(t, time.Duration(math.MaxInt64), p.draw(1))
}

// last is the last wait, in seconds.
func last(c *handClock) float64 { return c.waited[len(c.waited)-1] }

// Six paced miners with shares 50-30-10-5-3-2 find as many of 2,000 blocks each as chance
// allows: who has waited least finds a block, and the others begin anew.
func TestPacedMinersHaveTheirShares(t *testing.T) {
	const blocks, total = 2000, 100.0
	shares := []float64{50, 30, 10, 5, 3, 2}
	random := newRand(t)
	clocks, miners := make([]*handClock, len(shares)), make([]*Paced, len(shares))
	for i, share := range shares {
		clocks[i] = newHandClock()
		miners[i] = &Paced{Hashrate: total * share / 100, Rand: random, Clock: clocks[i].clock(), Solver: CPU{}}
	}
	found := make([]int, len(shares))
	for range blocks {
		first := 0
		for i, miner := range miners {
			_, _, err := miner.Solve(t.Context(), types.Header{Bits: bitsOneBatch})
			require.NoError(t, err)
			if last(clocks[i]) < last(clocks[first]) {
				first = i
			}
		}
		found[first]++
	}
	fairness := theory.TestFairness(found, shares)
	t.Logf("%v of %d, P %v", found, blocks, *fairness.P)
	require.Equal(t, theory.ChiSquared, fairness.Test)
	require.Greater(t, *fairness.P, 1e-5, "which a fair draw is below once in 10^5 runs")
}
