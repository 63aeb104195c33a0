package core

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/mining"
	"networkmngr/internal/types"
)

// Who asks for a block that the chain would take only much later, as the node's clock is
// behind, is told so at once, also if the clock is set back meanwhile; for a few seconds
// the node waits.
func TestNobodyWaitsForAClockThatIsBehind(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, _ := begunRig(t, rapid.IntRange(1, 20).Draw(t, "height"))
		tip := r.chain.Tip()
		from := tip.Params().ValidFrom(types.Header{Time: tip.MedianTimePast() + 1})
		behind := time.Duration(rapid.IntRange(0, 7200).Draw(t, "seconds")) * time.Second
		set := func() { r.tell(Clock{Ahead: from.Sub(r.now) - behind}) }
		first := rapid.Bool().Draw(t, "the clock is behind first")
		if first {
			set()
		}
		on := rapid.SampledFrom([]types.Hash{{}, tip.ID}).Draw(t, "on")
		number := r.ask(func(number uint64) Input { return Mine{Number: number, Count: 1, From: on} })
		if !first {
			require.Equal(t, number, r.job.Call)
			set()
		}
		a, answered := r.answers[number]
		require.Equal(t, behind > patience, answered)
		if answered {
			require.ErrorIs(t, a.Err, mining.ErrClockBehind)
			require.Zero(t, r.job.Blocks, "nothing is searched for that nobody waits for")
		} else {
			require.Equal(t, number, r.job.Call)
		}
	})
}
