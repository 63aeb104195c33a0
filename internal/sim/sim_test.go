package sim_test

import (
	"flag"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/sim"
)

var (
	seeds = flag.Uint64("seeds", 40, "how many stories to play")
	from  = flag.Uint64("from", 1, "the first story's seed")
)

// TestStories plays random stories of ten nodes with partitions, loss and
// crashes. A failure names its seed; -from SEED -seeds 1 plays it again.
func TestStories(t *testing.T) {
	for seed := *from; seed < *from+*seeds; seed++ {
		w, err := sim.New(sim.Story(seed, 10))
		require.NoError(t, err)
		require.NoError(t, w.Run())
	}
}

// TestRepeatable: one seed, one story, to the last event.
func TestRepeatable(t *testing.T) {
	play := func() string {
		w, err := sim.New(sim.Story(7, 10))
		require.NoError(t, err)
		require.NoError(t, w.Run())
		return w.Trace()
	}
	require.Equal(t, play(), play())
}
