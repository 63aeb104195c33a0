package theory

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// What textbooks and R's prop.test(correct = FALSE) have.
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		count, of int
		low, high float64
	}{
		{0, 10, 0, 0.2775328}, {5, 10, 0.2365931, 0.7634069}, {10, 10, 0.7224672, 1}, {1, 100, 0.0017674, 0.0544862}, {0, 0, 0, 1},
	} {
		i := Wilson(c.count, c.of)
		require.InDelta(t, c.low, i.Low, 1e-6)
		require.InDelta(t, c.high, i.High, 1e-6)
	}
}

// The tables of the chi-squared distribution: the values that 5 % and 1 % exceed.
func TestTailOfChiSquared(t *testing.T) {
	for freedom, exceeded := range map[int][2]float64{
		1: {3.841459, 6.634897}, 2: {5.991465, 9.210340}, 5: {11.070498, 15.086272}, 8: {15.507313, 20.090235}, 30: {43.772972, 50.892181},
	} {
		require.InDelta(t, 0.05, chiSquaredTail(exceeded[0], freedom), 1e-7, "%d", freedom)
		require.InDelta(t, 0.01, chiSquaredTail(exceeded[1], freedom), 1e-7, "%d", freedom)
		require.Equal(t, 1.0, chiSquaredTail(0, freedom))
	}
}

func TestWhichTestOfFairness(t *testing.T) {
	equal := []float64{1, 1, 1}
	f := TestFairness([]int{30, 20, 10}, equal)
	require.Equal(t, ChiSquared, f.Test)
	require.InDelta(t, 10, f.Statistic, 1e-12)
	require.InDelta(t, math.Exp(-5), *f.P, 1e-12, "two degrees of freedom")
	require.Equal(t, Exact, TestFairness([]int{20, 1}, []float64{9, 1}).Test, "two are expected of the second")
	for _, few := range []Fairness{
		TestFairness([]int{10, 9}, equal[:2]), TestFairness([]int{50}, equal[:1]), TestFairness(nil, nil),
		TestFairness([]int{20, 20}, []float64{1, 0}), TestFairness([]int{200, 200}, []float64{0, 0}),
	} {
		require.Equal(t, TooFew, few.Test)
		require.Nil(t, few.P)
	}
}

// With two outcomes, it is the exact binomial test: R's binom.test(7, 20, 0.1).
func TestExactOne(t *testing.T) {
	f := TestFairness([]int{7, 13}, []float64{0.1, 0.9})
	require.Equal(t, Exact, f.Test)
	require.InDelta(t, 0.002386089, *f.P, 1e-8)
	require.InDelta(t, 1, exactTail([]int{2, 2, 2}, []float64{2, 2, 2}), 1e-9, "the likeliest of all")
	require.InDelta(t, 0.5, exactTail([]int{2, 0}, []float64{1, 1}), 1e-9, "two heads or two tails")
}

func TestConcentrationAndStale(t *testing.T) {
	require.InDelta(t, 1.0/6, Concentration([]float64{2, 2, 2, 2, 2, 2}), 1e-12)
	require.Equal(t, 1.0, Concentration([]float64{7}))
	require.Equal(t, 1.0, Concentration(nil))
	require.InDelta(t, 0.07576, Stale(0.1, 1.0/6), 1e-5)
	require.Zero(t, Stale(0.1, 1), "who mines alone makes no fork")
}

// An event simulation that knows nothing of the formula: miners who hear of each
// block after the same delay, and keep the first of equals.
func TestStaleAgainstASimulation(t *testing.T) {
	const blocks, seed = 120_000, 11
	for _, c := range []struct {
		shares []float64
		x      float64
	}{
		{[]float64{1, 1, 1, 1, 1, 1}, 0.1}, {[]float64{1, 1, 1, 1, 1, 1}, 1.0 / 60}, {[]float64{1, 1}, 0.2},
		{[]float64{30, 29, 12, 11, 8, 5, 3, 1, 1}, 0.05},
	} {
		t.Logf("seed %d", seed)
		random := rand.New(rand.NewPCG(seed, 0))
		seen := float64(simulate(random, c.shares, c.x, blocks)) / blocks
		law := Stale(c.x, Concentration(c.shares))
		require.InDelta(t, law, seen, 4*math.Sqrt(law/blocks), "%v", c)
	}
}

// simulated is a block of a simulation.
type simulated struct {
	parent, height, miner int
	at                    float64
}

// simulate counts the stale blocks of so many mined, one in a unit of time, which reach
// the other miners after a delay.
func simulate(random *rand.Rand, shares []float64, delay float64, count int) (stale int) {
	chain := []simulated{{parent: -1, miner: -1, at: -2 * delay}}
	tips := make([]int, len(shares)) // by miner
	known := make([]int, len(shares))
	now := 0.0
	for range count {
		now += random.ExpFloat64()
		m := draw(random, shares)
		for ; known[m] < len(chain) && chain[known[m]].at+delay <= now; known[m]++ {
			if chain[known[m]].height > chain[tips[m]].height {
				tips[m] = known[m]
			}
		}
		chain = append(chain, simulated{tips[m], chain[tips[m]].height + 1, m, now})
		tips[m] = len(chain) - 1
	}
	best := 0
	for i, b := range chain {
		if b.height > chain[best].height {
			best = i
		}
	}
	return count - chain[best].height
}

func draw(random *rand.Rand, shares []float64) int {
	sum := 0.0
	for _, s := range shares {
		sum += s
	}
	at := random.Float64() * sum
	for i, s := range shares {
		if at -= s; at < 0 {
			return i
		}
	}
	return len(shares) - 1
}

// As many samples of an exponential law exceed the limits as the paper says, and
// nearly all of another law.
func TestMemorylessOnes(t *testing.T) {
	const samples, size, seed = 2000, 50, 5
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	exceed := map[string]int{}
	times := make([]float64, size)
	for range samples {
		for i := range times {
			times[i] = 3 * random.ExpFloat64()
		}
		if m := TestMemoryless(times); m.Distance >= m.Limit {
			exceed["exponential"]++
		}
		for i := range times {
			times[i] = 1 + random.Float64()
		}
		if m := TestMemoryless(times); m.Level == "< 1 %" {
			exceed["uniform"]++
		}
	}
	require.InDelta(t, 0.05*samples, exceed["exponential"], 4*math.Sqrt(0.05*0.95*samples))
	require.Greater(t, exceed["uniform"], samples*99/100)
	require.Empty(t, TestMemoryless(times[:fewest-1]).Level)
	require.Empty(t, TestMemoryless(make([]float64, 30)).Level)
}

func TestMeansAndQuantiles(t *testing.T) {
	mean, within := MeanInterval([]float64{1, 2, 3, 4, 5})
	require.Equal(t, 3.0, mean)
	require.InDelta(t, 3-1.95996*math.Sqrt(0.5), within.Low, 1e-4)
	require.True(t, within.Holds(mean))
	require.False(t, within.Holds(5))
	mean, within = MeanInterval([]float64{7})
	require.Equal(t, Interval{mean, mean}, within)
	require.Zero(t, Mean(nil))
	values := []float64{1, 2, 3, 4}
	for share, want := range map[float64]float64{0: 1, 0.5: 2, 0.51: 3, 0.9: 4, 1: 4} {
		require.Equal(t, want, Quantile(values, share), "%v", share)
	}
	require.Zero(t, Quantile(nil, 0.5))
	require.InDelta(t, 0.195996, ExponentialError(100), 1e-6)
	require.InDelta(t, 1-1/math.E, ExponentialBelow(2, 2), 1e-12)
}
