package mining

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/types"
)

// A limited search does as many hashes as its rate allows, and no fewer, whatever
// the rate and however soon each block is found; time without a search is not
// saved up.
func TestLimitIsKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newHandClock()
		hashrate := rapid.Float64Range(1, 1e9).Draw(t, "hashrate")
		limit := NewLimit(hashrate, c.clock())
		if rapid.Bool().Draw(t, "used long ago") {
			require.NoError(t, limit.take(t.Context(), limit.slice()))
			c.now = c.now.AddDate(1, 0, 0)
		}
		began, hashes := c.now, uint64(0)
		blocks := rapid.IntRange(1, 50).Draw(t, "blocks")
		for i := range blocks {
			bits := rapid.SampledFrom([]uint32{bitsEasy, bitsOneBatch}).Draw(t, "bits")
			_, tried, err := CPU{Limit: limit}.Solve(t.Context(), types.Header{Time: uint32(i), Bits: bits})
			require.NoError(t, err)
			hashes += tried
		}
		allowed := hashrate * c.now.Sub(began).Seconds()
		rounding := 1 + 3e-9*hashrate*float64(blocks) // of Durations, to nanoseconds
		require.LessOrEqual(t, float64(hashes), allowed+float64(limit.slice())+rounding, "but for the first slice")
		require.GreaterOrEqual(t, float64(hashes), allowed-rounding)
	})
}

// The threads of a search share its limit.
func TestLimitIsOfAllThreads(t *testing.T) {
	const hashrate, threads = 500_000, 3
	clock := SystemClock()
	solver := CPU{Threads: threads, Limit: NewLimit(hashrate, clock)}
	began := clock.Now()
	_, hashes, err := solver.solve(t.Context(), types.Header{Bits: bitsOne}, 100_000)
	require.ErrorIs(t, err, ErrExhausted)
	require.EqualValues(t, 100_000, hashes)
	allowed := hashrate * clock.Now().Sub(began).Seconds()
	require.LessOrEqual(t, float64(hashes), allowed+threads*batchSize)
}

func TestLimitGivesBackWhatIsNotDone(t *testing.T) {
	c := newHandClock()
	limit := NewLimit(1000, c.clock())
	require.EqualValues(t, 20, limit.slice())
	require.NoError(t, limit.take(t.Context(), 20))
	_, hashes, err := CPU{Limit: limit}.Solve(newEndingContext(0), types.Header{Bits: bitsOne})
	require.Error(t, err)
	require.Zero(t, hashes)
	c.waited = nil
	require.NoError(t, limit.take(t.Context(), 20))
	require.InDelta(t, 0.02, c.waited[0], 1e-6, "only the first slice was done")
}
