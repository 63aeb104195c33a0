package links_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/links"
	"networkmngr/internal/times"
	"networkmngr/internal/types"
)

// noon is when the tests' models begin.
var noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

func ms(n float64) times.Duration { return times.Duration(n * float64(time.Millisecond)) }

// anySeed is another one each time, and is printed.
func anySeed(t *testing.T) uint64 {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return seed
}

func TestNoFaultsNoTime(t *testing.T) {
	m := links.New(links.Link{}, 1, 0)
	for size := range 3 {
		leaves, due, dropped := m.Next(noon, size<<20)
		assert.Equal(t, []any{noon, noon, false}, []any{leaves, due, dropped})
	}
}

// TestTimes plays exact sequences: each frame is ready at a time, and leaves and arrives
// at others, in milliseconds.
func TestTimes(t *testing.T) {
	type frame struct {
		ready       float64
		size        int
		leaves, due float64
	}
	for name, test := range map[string]struct {
		link   links.Link
		frames []frame
	}{
		"delay": {links.Link{Delay: ms(30)}, []frame{{0, 9, 0, 30}, {1, 9e6, 1, 31}, {1, 0, 1, 31}}},
		"bandwidth": {links.Link{Bandwidth: 8e6}, []frame{ // a byte each microsecond
			{0, 1000, 1, 1}, {0, 2000, 3, 3}, {10, 1000, 11, 11}, {10.5, 1000, 12, 12}}},
		"both": {links.Link{Delay: ms(30), Bandwidth: 8e6}, []frame{{0, 1000, 1, 31}, {0, 1000, 2, 32}}},
		"burst": {links.Link{Bandwidth: 8e6, Burst: 2000}, []frame{
			{0, 1000, 0, 0}, {0, 1500, 0.5, 0.5}, {0.5, 1000, 1.5, 1.5}, {99, 2000, 99, 99}, {99, 100, 99.1, 99.1}}},
		"in flight": {links.Link{Delay: ms(1000)}, []frame{ // at most 64 MiB
			{0, 32 << 20, 0, 1000}, {0, 32 << 20, 0, 1000}, {1, 1, 1000, 2000}, {2, 64 << 20, 2000, 3000}, {3, 65 << 20, 3000, 4000}}},
		"in flight of a slow line": {links.Link{Delay: ms(60_000), Bandwidth: 80e3}, []frame{ // at most 1 MiB
			{0, 1 << 19, 52428.8, 112428.8}, {0, 1 << 19, 104857.6, 164857.6}, {0, 1 << 19, 157286.4, 217286.4}}},
	} {
		t.Run(name, func(t *testing.T) {
			at := func(ms float64) time.Time { return noon.Add(time.Duration(math.Round(ms * 1e6))) }
			m := links.New(test.link, 1, 0)
			for i, f := range test.frames {
				leaves, due, dropped := m.Next(at(f.ready), f.size)
				require.False(t, dropped)
				assert.WithinDuration(t, at(f.leaves), leaves, time.Microsecond, "frame %d leaves", i)
				assert.WithinDuration(t, at(f.due), due, time.Microsecond, "frame %d arrives", i)
			}
		})
	}
}

// anyLink draws a valid link.
func anyLink(t *rapid.T) links.Link {
	link := links.Link{
		Delay:     ms(rapid.SampledFrom([]float64{0, 0.2, 30, 5000}).Draw(t, "delay")),
		Bandwidth: rapid.SampledFrom([]links.Rate{0, 10e3, 8e6, 1e9}).Draw(t, "bandwidth"),
		Loss:      rapid.SampledFrom([]links.Share{0, 0.01, 0.5}).Draw(t, "loss"),
		Drop:      rapid.SampledFrom([]links.Share{0, 0.1, 1}).Draw(t, "drop"),
	}
	if rapid.Bool().Draw(t, "jitter") {
		link.Jitter = link.Delay
	}
	if link.Jitter > 0 {
		link.Shape = rapid.SampledFrom([]links.Shape{"", links.Uniform, links.Normal, links.Pareto}).Draw(t, "shape")
	}
	if link.Bandwidth > 0 {
		link.Burst = rapid.SampledFrom([]links.Size{0, 1500, 1 << 20}).Draw(t, "burst")
	}
	if link.Loss == 0 && rapid.Bool().Draw(t, "loss_burst") {
		link.LossBurst = links.LossBurst{P: 0.1, R: 0.3}
	}
	if rapid.Bool().Draw(t, "flap") {
		link.Flap = links.Flap{Every: ms(1000), For: ms(300)}
	}
	return link
}

// TestOrderIsKept sends frames over any link, which becomes any other one on the way:
// none leaves before it is ready, arrives before it leaves, or overtakes another one;
// and after a change of the link none arrives later than the change says.
func TestOrderIsKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		link := anyLink(t)
		require.NoError(t, link.Validate())
		m := links.New(link, rapid.Uint64().Draw(t, "seed"), 0)
		now, left, arrived := noon, noon, noon
		for range rapid.IntRange(1, 50).Draw(t, "frames") {
			now = now.Add(time.Duration(rapid.IntRange(0, 100).Draw(t, "pause")) * time.Millisecond)
			if rapid.IntRange(0, 9).Draw(t, "change") == 0 {
				horizon := m.Set(now, anyLink(t))
				left = now // what was on the line has left
				if arrived.After(horizon) {
					arrived = horizon
				}
			}
			leaves, due, dropped := m.Next(now, rapid.IntRange(0, 100_000).Draw(t, "size"))
			require.False(t, leaves.Before(now) || leaves.Before(left), "leaves %s, after %s", leaves, left)
			require.False(t, due.Before(leaves), "due %s, left %s", due, leaves)
			left = leaves
			if !dropped {
				require.False(t, due.Before(arrived), "due %s, the last one %s", due, arrived)
				arrived = due
			}
		}
	})
}

// extra sends count frames of size bytes, each alone on the link, and tells in
// milliseconds how much later than the delay each arrives, sorted.
func extra(link links.Link, seed uint64, size, count int) []float64 {
	m := links.New(link, seed, 0)
	waits, now := make([]float64, count), noon
	for i := range waits {
		leaves, due, _ := m.Next(now, size)
		waits[i] = float64(due.Sub(leaves)-time.Duration(link.Delay)) / float64(time.Millisecond)
		now = due.Add(time.Minute)
	}
	slices.Sort(waits)
	return waits
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, value := range values {
		sum += value
	}
	return sum / float64(len(values))
}

func deviation(values []float64) float64 {
	of, sum := mean(values), 0.0
	for _, value := range values {
		sum += (value - of) * (value - of)
	}
	return math.Sqrt(sum / float64(len(values)))
}

const draws = 20_000

// TestLossIsDelay compares what lost packets cost with what follows from the model: of
// n packets, each lost by chance p, with a round trip of 60 ms and timeouts of 200 ms.
func TestLossIsDelay(t *testing.T) {
	seed := anySeed(t)
	for _, test := range []struct {
		size           int
		loss           links.Share
		mean, p95, p99 float64
	}{
		{500, 0.01, 2, 0, 200},
		{20_000, 0.001, 1.4, 0, 60},
		{20_000, 0.01, 14, 60, 200},
		{20_000, 0.05, 64, 200, 260},
		{1_000_000, 0.01, 80, 260, 260},
	} {
		waits := extra(links.Link{Delay: ms(30), Loss: test.loss}, seed, test.size, draws)
		within := 5*deviation(waits)/math.Sqrt(draws) + 0.02*test.mean
		assert.InDelta(t, test.mean, mean(waits), within, "mean of %d bytes at %s", test.size, test.loss)
		// A quantile that lies near a step may be on either side of it by chance, as far as
		// five standard errors.
		quantile := func(want float64, at float64) {
			off := 5 * math.Sqrt(at*(1-at)/draws)
			low, high := waits[int((at-off)*draws)], waits[int(min((at+off)*draws, draws-1))]
			assert.True(t, low <= want && want <= high, "quantile %v of %d bytes at %s: %v to %v, want %v", at, test.size, test.loss, low, high, want)
		}
		quantile(test.p95, 0.95)
		quantile(test.p99, 0.99)
	}
}

// TestLossBoundsTheRate compares the rate of a long transfer with Mathis' formula.
func TestLossBoundsTheRate(t *testing.T) {
	for loss, want := range map[links.Share]float64{0.001: 6.2e6, 0.01: 1.96e6, 0.05: 0.876e6} {
		m := links.New(links.Link{Delay: ms(30), Bandwidth: 1e9, Loss: loss}, 1, 0)
		var leaves time.Time
		const frames, size = 1000, 10_000
		for range frames {
			leaves, _, _ = m.Next(noon, size)
		}
		assert.InEpsilon(t, want, frames*size*8/leaves.Sub(noon).Seconds(), 0.02, "bit/s at %s", loss)
	}
	m := links.New(links.Link{Delay: ms(30), Loss: 0.01}, 1, 0)
	leaves, _, _ := m.Next(noon, 14_000)
	assert.Equal(t, noon, leaves, "a window leaves at once")
}

// TestBurstsBoundTheRate: a sender halves its window once for packets that are lost in a row, and
// so with 0.25/0.26 in the good state of which a hundredth ends there, not with all that are lost.
func TestBurstsBoundTheRate(t *testing.T) {
	m := links.New(links.Link{Delay: ms(30), Bandwidth: 1e9, LossBurst: links.LossBurst{P: 0.01, R: 0.25}}, 1, 0)
	var leaves time.Time
	const frames, size = 1000, 10_000
	for range frames {
		leaves, _, _ = m.Next(noon, size)
	}
	want := 1200 * 8 * math.Sqrt(1.5) / (0.06 * math.Sqrt(0.01*0.25/0.26))
	assert.InEpsilon(t, want, frames*size*8/leaves.Sub(noon).Seconds(), 0.02)
}

// TestSilenceIsNoRest: a line that had to be silent, or waited for what was in flight, sends a
// burst at once afterwards, and not what it has missed.
func TestSilenceIsNoRest(t *testing.T) {
	link := links.Link{Bandwidth: 8e6, Burst: 2000, Flap: links.Flap{Every: ms(1000), For: ms(900)}}
	m := links.New(link, 0, 0)
	silent := noon.Truncate(time.Second) // where the flap of pair 0 begins
	var left []float64
	for range 4 {
		leaves, _, _ := m.Next(silent, 1000)
		left = append(left, float64(leaves.Sub(silent))/1e6)
	}
	assert.InDeltaSlice(t, []float64{900, 900, 901, 902}, left, 1e-3)
	m = links.New(links.Link{Bandwidth: 100e9, Delay: ms(1000)}, 1, 0)
	m.Next(noon, 64<<20)
	first, _, _ := m.Next(noon, 1<<20)
	second, _, _ := m.Next(noon, 1<<20)
	assert.Greater(t, first.Sub(noon), time.Second)
	assert.InDelta(t, (1<<20)*8/100e9, second.Sub(first).Seconds(), 1e-9)
}

// TestBurstsLoseInARow counts packets of one frame each: the share that is lost, and how
// many in a row. So many packets are lost in some 4,800 rows of four on average, with a
// deviation of √12: a tenth is five standard errors of the share, and more of the rows.
func TestBurstsLoseInARow(t *testing.T) {
	burst := links.LossBurst{P: 0.01, R: 0.25}
	m := links.New(links.Link{LossBurst: burst}, anySeed(t), 0)
	const packets = 500_000
	lost, rows, last := 0, 0, false
	for i := range packets {
		at := noon.Add(time.Duration(i) * time.Hour)
		_, due, _ := m.Next(at, 1)
		if is := due.After(at); is {
			lost++
			if !last {
				rows++
			}
			last = true
		} else {
			last = false
		}
	}
	assert.InEpsilon(t, 0.01/0.26, float64(lost)/packets, 0.1, "share of the lost")
	assert.InEpsilon(t, 4, float64(lost)/float64(rows), 0.1, "lost in a row")
}

// TestShapes compares mean and deviation of each shape with what it promises.
func TestShapes(t *testing.T) {
	seed := anySeed(t)
	for shape, want := range map[links.Shape]float64{"": 20 / math.Sqrt(3), links.Uniform: 20 / math.Sqrt(3), links.Normal: 20, links.Pareto: 20} {
		waits := extra(links.Link{Delay: ms(100), Jitter: ms(20), Shape: shape}, seed, 100, draws)
		errors := 5.0 // standard ones
		if shape == links.Pareto {
			errors = 10 // whose third moment is infinite: one draw may move the mean
		}
		assert.InDelta(t, 0, mean(waits), errors*20/math.Sqrt(draws), "mean of %q", shape)
		if shape != links.Pareto {
			assert.InEpsilon(t, want, deviation(waits), 0.03, "deviation of %q", shape)
		}
	}
	uniform := extra(links.Link{Delay: ms(100), Jitter: ms(20)}, seed, 100, draws)
	assert.True(t, uniform[0] >= -20 && uniform[0] < -19.9 && uniform[draws-1] <= 20 && uniform[draws-1] > 19.9)
	pareto := extra(links.Link{Delay: ms(100), Jitter: ms(20), Shape: links.Pareto}, seed, 100, draws)
	assert.InDelta(t, -20/math.Sqrt(3), pareto[0], 0.1, "the earliest")
	assert.Greater(t, pareto[draws-1], 100.0, "the latest of a long tail")
	// Of Pareto's law with exponent 3, whose deviation is √3/2 of the least value and whose mean
	// is 3/2 of it: the quantiles are five standard errors of theirs away at most.
	least := 20 / (math.Sqrt(3) / 2)
	assert.InDelta(t, least*(math.Cbrt(2)-1.5), pareto[draws/2], 0.35, "the median")
	assert.InDelta(t, least*(math.Cbrt(10)-1.5), pareto[draws*9/10], 1.8, "nine in ten")
	normal := extra(links.Link{Delay: ms(20), Jitter: ms(20), Shape: links.Normal}, seed, 100, draws)
	assert.InDelta(t, -20, normal[0], 0, "none is early beyond the delay")
}

func TestDropsAShareOfFrames(t *testing.T) {
	m := links.New(links.Link{Delay: ms(30), Drop: 0.1}, anySeed(t), 0)
	gone := 0
	for range draws {
		if _, _, dropped := m.Next(noon, 100); dropped {
			gone++
		}
	}
	assert.InDelta(t, 0.1*draws, gone, 5*math.Sqrt(0.09*draws))
}

// TestEachFaultHasItsOwnChances removes one fault after the other: what the others do
// stays as it was.
func TestEachFaultHasItsOwnChances(t *testing.T) {
	all := links.Link{Delay: ms(100), Jitter: ms(50), Loss: 0.1, Drop: 0.3}
	run := func(link links.Link) (delays []time.Duration, drops []bool) {
		m := links.New(link, 7, 3)
		for i := range 200 {
			at := noon.Add(time.Duration(i) * time.Hour)
			_, due, dropped := m.Next(at, 1000)
			delays, drops = append(delays, due.Sub(at)), append(drops, dropped)
		}
		return delays, drops
	}
	delays, drops := run(all)
	without := all
	without.Drop = 0
	same, _ := run(without)
	assert.Equal(t, delays, same, "delays without drops")
	without = all
	without.Jitter, without.Loss = 0, 0
	_, sameDrops := run(without)
	assert.Equal(t, drops, sameDrops, "drops without jitter and loss")
	without = all
	without.Loss = 0
	faster, _ := run(without)
	unlike := 0
	for i := range delays {
		if delays[i] != faster[i] {
			unlike++
			assert.GreaterOrEqual(t, delays[i]-faster[i], 200*time.Millisecond, "without loss, nothing else changes")
		}
	}
	assert.NotZero(t, unlike)
}

func TestChancesFollowFromTheSeed(t *testing.T) {
	a, b := types.NodeID{1}, types.NodeID{2}
	link := links.Link{Delay: ms(100), Jitter: ms(100)}
	first := func(pair, nth uint64) time.Time {
		_, due, _ := links.New(link, pair, nth).Next(noon, 1)
		return due
	}
	forth, back := links.PairSeed(42, a, b), links.PairSeed(42, b, a)
	assert.Equal(t, first(forth, 0), first(links.PairSeed(42, a, b), 0))
	assert.NotEqual(t, first(forth, 0), first(back, 0), "the other direction")
	assert.NotEqual(t, first(forth, 0), first(forth, 1), "the next link")
	assert.NotEqual(t, first(forth, 0), first(links.PairSeed(43, a, b), 0), "another run")
}

// A seed that is set again goes on where it was, and another one begins anew.
func TestReseed(t *testing.T) {
	link := links.Link{Delay: ms(100), Jitter: ms(100)}
	next := func(m *links.Model) time.Time {
		_, due, _ := m.Next(noon.Add(time.Hour), 1)
		return due
	}
	same, other, plain := links.New(link, 1, 1), links.New(link, 1, 1), links.New(link, 1, 1)
	for _, m := range []*links.Model{same, other, plain} {
		m.Next(noon, 1)
	}
	same.Reseed(1, 1)
	other.Reseed(2, 1)
	third := next(plain)
	assert.Equal(t, third, next(same))
	assert.NotEqual(t, third, next(other))
	assert.Equal(t, link, other.Link())
}

// TestFlapIsSilent sends a frame each 10 ms over a link that is silent for 300 ms of
// each second.
func TestFlapIsSilent(t *testing.T) {
	link := links.Link{Flap: links.Flap{Every: ms(1000), For: ms(300)}}
	pair := anySeed(t)
	m, next := links.New(link, pair, 0), links.New(link, pair, 1)
	held := 0
	for i := range 1000 {
		at := noon.Add(time.Duration(i) * 10 * time.Millisecond)
		leaves, due, _ := m.Next(at, 1000)
		assert.Equal(t, leaves, due)
		assert.Equal(t, leaves, link.Ready(at, pair))
		again, _, _ := next.Next(at, 1000)
		assert.Equal(t, leaves, again, "the next link of the pair is silent at the same times")
		if leaves.After(at) {
			held++
			assert.LessOrEqual(t, leaves.Sub(at), 300*time.Millisecond)
		}
	}
	assert.InDelta(t, 300, held, 10)
	assert.NotEqual(t, link.Ready(noon, 1), link.Ready(noon, 700e6+1), "pairs differ")
}

// TestSetTakesEffectAtOnce heals a slow link: what is in flight arrives at once, and in
// order.
func TestSetTakesEffectAtOnce(t *testing.T) {
	m := links.New(links.Link{Delay: ms(5000), Bandwidth: 80e3}, 1, 0)
	for range 10 {
		m.Next(noon, 10_000) // a second on the line
	}
	later := noon.Add(3 * time.Second)
	assert.Equal(t, later, m.Set(later, links.Link{}))
	leaves, due, _ := m.Next(noon, 10_000)
	assert.Equal(t, []time.Time{later, later}, []time.Time{leaves, due}, "one that was ready before the change")

	m = links.New(links.Link{Delay: ms(10)}, 1, 0)
	_, before, _ := m.Next(noon, 1)
	horizon := m.Set(noon, links.Link{Delay: ms(500)})
	assert.Equal(t, noon.Add(500*time.Millisecond), horizon)
	_, after, _ := m.Next(noon, 1)
	assert.Equal(t, []time.Duration{10 * time.Millisecond, 500 * time.Millisecond}, []time.Duration{before.Sub(noon), after.Sub(noon)})
}
