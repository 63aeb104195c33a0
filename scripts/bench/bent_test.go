//go:build linux

package main

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
	"networkmngr/internal/types"
)

// found is a block that a node has found on another one; 0 is genesis.
func found(node string, id, on byte) mined {
	return mined{events.BlockMined{BlockRef: events.BlockRef{Hash: types.Hash{id}}, Previous: types.Hash{on}}, node}
}

func TestMainChain(t *testing.T) {
	blocks := []mined{found("n0", 1, 0), found("n1", 2, 1), found("n0", 3, 1), found("n0", 4, 3)}
	require.Equal(t, []mined{blocks[0], blocks[2], blocks[3]}, mainChain(blocks, types.Hash{4}))
	require.Empty(t, mainChain(blocks, types.Hash{9}))
}

// Two races: others go on upon the selfish one's block in the first, and upon their own in
// the second. What follows without a race counts for nothing.
func TestGammaOf(t *testing.T) {
	blocks := []mined{
		found("n0", 1, 0), found("n1", 2, 0), found("n2", 3, 1),
		found("n0", 4, 3), found("n1", 5, 3), found("n1", 6, 5), found("n2", 7, 6),
	}
	gamma, races := gammaOf(blocks, "n0")
	require.Equal(t, 2, races)
	require.Equal(t, 0.5, gamma)
	_, races = gammaOf(blocks[5:], "n0")
	require.Zero(t, races)
	require.Equal(t, 1.0, lonely(blocks, "n0"))
	require.Equal(t, 5.0/6, lonely(append(blocks, found("n2", 8, 5)), "n0"), "two on one parent")
}

func TestShareOfAChainWithItsError(t *testing.T) {
	var chain []mined
	for i := range byte(200) { // each part of ten has four
		node := "n1"
		if i%5 < 2 {
			node = "n0"
		}
		chain = append(chain, found(node, i+1, i))
	}
	share, deviation := batches(chain, "n0")
	require.InDelta(t, 0.4, share, 1e-9)
	require.InDelta(t, 0, deviation, 1e-9)
	for i := range 100 {
		chain[i].node = "n0" // ten parts have all, ten have four of ten
	}
	share, deviation = batches(chain, "n0")
	require.InDelta(t, 0.7, share, 1e-9)
	require.InDelta(t, 0.3078/4.4721, deviation, 1e-3) // of twenty at 0.7 ± 0.3
}

func TestLawsHaveAnInterval(t *testing.T) {
	require.True(t, byLaw("x", 60, 1000, 0.05, "").holds)
	require.False(t, byLaw("x", 90, 1000, 0.05, "").holds)
	require.Contains(t, byLaw("x", 60, 1000, 0.05, "").markdown(), "| x | 6.00 % (60 of 1000) | 5.00 ± 2.76 % | ✓ |")
}

func TestAchievedReadsBenchmarks(t *testing.T) {
	for line, holds := range map[string]bool{
		"BenchmarkAchievedDelay/1ms-2      120  1848384 ns/op  84.84 %-late  0.8484 ms-late  56.66 ms-late-at-most":  true,
		"BenchmarkAchievedDelay/1ms        120  2848384 ns/op  184.84 %-late  1.8484 ms-late  56.66 ms-late-at-most": false,
		"BenchmarkAchievedDelay/5s-2         1  5001848 ns/op  2.9 %-late  145.2 ms-late  145.2 ms-late-at-most":     true,
		"BenchmarkAchievedRate/10kbit/s-2  100  1 ns/op  -2.5 %-off  0.1 %-off-as-said":                              true,
		"BenchmarkAchievedRate/10kbit/s-2  100  1 ns/op  -3.5 %-off  0.1 %-off-as-said":                              false,
		"BenchmarkAchievedRate/10kbit/s-2  100  1 ns/op":                                                             false, // no figure
	} {
		f, ok := achieved(line)
		require.True(t, ok, line)
		require.Equal(t, holds, f.holds, "%s: %s", line, f.measured)
	}
	_, ok := achieved("PASS")
	require.False(t, ok)
}

// Who waits in vain for what is measured is told of which row it is, and for how long.
func TestBentRowsAreBounded(t *testing.T) {
	endless := bentPart{"endless", time.Microsecond, func(ctx context.Context, _ *bench) ([]bentRow, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	_, err := endless.rows(t.Context(), nil)
	require.ErrorContains(t, err, "it has not ended within 1µs")
	for _, p := range bending {
		require.Positive(t, p.within, p.name)
	}
}
