package mining

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// newPaced waits on no clock; waited gets every wait in seconds.
func newPaced(t *testing.T, waited *[]float64) *Paced {
	return &Paced{
		HashRate: 1e6, Work: 5e6, Rand: newRand(t), Solver: CPU{},
		Wait: func(_ context.Context, d time.Duration) error {
			*waited = append(*waited, d.Seconds())
			return nil
		},
	}
}

// TestPacedWaits holds mean, spread and shape of the waits against the
// exponential distribution.
func TestPacedWaits(t *testing.T) {
	const blocks, mean = 20_000, 5.0
	var waited []float64
	p := newPaced(t, &waited)
	for range blocks {
		_, err := p.Solve(t.Context(), types.Header{Bits: bitsEasy})
		require.NoError(t, err)
	}
	require.Len(t, waited, blocks)

	var sum, squares, late float64
	for _, seconds := range waited {
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
}

func TestPacedReallySolves(t *testing.T) {
	var waited []float64
	p := newPaced(t, &waited)
	h := randomHeader(p.Rand, bitsOneBatch)
	got, err := p.Solve(t.Context(), h)
	require.NoError(t, err)
	require.True(t, solved(got))
	h.Nonce = got.Nonce
	require.Equal(t, h, got)
}

func TestPacedStopsWithItsContext(t *testing.T) {
	p := newPaced(t, new([]float64))
	p.Solver = nil // must not be reached
	p.Wait = func(ctx context.Context, _ time.Duration) error {
		<-ctx.Done()
		return ctx.Err()
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := p.Solve(ctx, types.Header{Bits: bitsEasy})
	require.ErrorIs(t, err, context.Canceled)
}

func TestPacedWithoutHashRateWaitsForEver(t *testing.T) {
	p := newPaced(t, new([]float64))
	p.HashRate = 0
	require.Equal(t, time.Duration(math.MaxInt64), p.draw())
}
