package sim_test

import (
	"flag"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/sim"
)

var (
	seeds = flag.Uint64("seeds", 40, "how many stories to play")
	from  = flag.Uint64("from", 1, "the first story's seed")
)

const storyNodes = 10

// TestStories plays random stories of ten nodes with partitions, loss, crashes
// and liars. A failure names its seed; -from SEED -seeds 1 plays it again.
func TestStories(t *testing.T) {
	var mu sync.Mutex
	var stats sim.Stats
	t.Run("seeds", func(t *testing.T) {
		for seed := *from; seed < *from+*seeds; seed++ {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				played := play(t, sim.Story(seed, storyNodes))
				mu.Lock()
				defer mu.Unlock()
				stats.Add(played.Stats())
			})
		}
	})
	t.Logf("stories from %d on, %d of them:\n%s", *from, *seeds, stats)
}

func play(t *testing.T, story sim.Config) *sim.World {
	t.Helper()
	w, err := sim.New(story)
	require.NoError(t, err)
	assert.NoError(t, w.Run(), "replay: go test ./internal/sim -run TestStories -seeds 1 -from %d (%+v)", story.Seed, story)
	return w
}

// TestRepeatable: one seed, one story, to the last event.
func TestRepeatable(t *testing.T) {
	for seed := uint64(1); seed <= 5; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			story := sim.Story(seed, storyNodes)
			require.Equal(t, play(t, story).Trace(), play(t, story).Trace())
		})
	}
}
