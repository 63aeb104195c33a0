package sim_test

import (
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/links"
	"networkmngr/internal/sim"
)

// TestMain lets garbage pile up longer: a scenario makes a lot of it, and keeps
// little.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	os.Exit(m.Run())
}

const (
	// defaultSeeds are as many as take a few seconds. scripts/test plays many more.
	defaultSeeds = 16
	// enoughSeeds are so many that every part of a scenario happens.
	enoughSeeds = 48
)

var (
	seeds = flag.Uint64("seeds", defaultSeeds, "how many scenarios to play")
	from  = flag.Uint64("from", 1, "the first scenario's seed")
)

const scenarioNodes = 10

// covered is what must happen in the scenarios, and more than once.
var covered = []string{
	"blocks mined", "transfers posted", "transfers on the chain", "transfers put back by a reorg",
	"reorgs of five blocks and more", "partitions", "links reset", "messages lost", "messages lost with their link",
	"crashes", "crashes in the middle of a download", "crashes in the middle of a verification",
	"compact blocks filled from the mempool", "sent protocol.GetBlockTransactions",
	"steps of downloads from several peers", "transfers refused: sequence-gap",
	"resolves", "peers dropped after a trial", "invalid blocks found", "offences",
	"adversaries banned: bad block", "adversaries banned: bad body", "adversaries banned: bad header",
	"adversaries banned: bad transfer", "adversaries banned: garbage",
	"adversaries banned: flood of questions", "adversaries banned: flood of news",
	"adversaries dropped: false claim", "adversaries dropped: flood", "adversaries dropped: silent", "adversaries dropped: withheld blocks",
}

// TestScenarios plays random scenarios of ten nodes and more with partitions, loss,
// crashes and adversaries. A failure names its seed; -from SEED -seeds 1 plays it
// again. With -v it tells what happened in all of them.
func TestScenarios(t *testing.T) {
	var mu sync.Mutex
	var stats sim.Stats
	t.Run("seeds", func(t *testing.T) {
		for seed := *from; seed < *from+*seeds; seed++ {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				w := play(t, sim.Scenario(seed, scenarioNodes))
				mu.Lock()
				defer mu.Unlock()
				stats.Add(w.Stats())
			})
		}
	})
	t.Logf("%d scenarios from %d on:\n%s", *seeds, *from, stats)
	for _, what := range covered {
		if *seeds >= enoughSeeds {
			assert.Greater(t, stats.Total[what], 1, what)
		}
	}
}

func play(t *testing.T, scenario sim.Settings) *sim.World {
	t.Helper()
	w, err := sim.New(scenario)
	require.NoError(t, err)
	assert.NoError(t, w.Run(), "replay: go test ./internal/sim -run TestScenarios -seeds 1 -from %d (%+v)", scenario.Seed, scenario)
	return w
}

// regressionSeeds are scenarios that failed, or fail again once a mistake of the
// past is made anew. Should Scenario change, others must be looked for.
var regressionSeeds = map[string]uint64{
	"headers announced a block before it was verified, and honest nodes barred each other": 7,
	"blocks whose parents were withheld stayed in memory for ever":                         95,
	"the end of a feeler was taken for an honest node that is dropped":                     959,
	"a transfer from before a crash came back while another with its number was checked":   1116,
}

func TestRegressions(t *testing.T) {
	for mistake, seed := range regressionSeeds {
		t.Run(mistake, func(t *testing.T) {
			t.Parallel()
			scenario := sim.Scenario(seed, scenarioNodes)
			scenario.Active = max(scenario.Active, 2*time.Minute) // as long as scenarios were when they failed
			play(t, scenario)
		})
	}
}

// TestLongCutHeals: nodes that found enough peers on their side of a cut still
// find those of the other side once it is over.
func TestLongCutHeals(t *testing.T) {
	t.Parallel()
	w := play(t, sim.Settings{
		Seed: 1, Nodes: 30, Outbound: 3, FullRegistry: true, Active: 5 * time.Minute,
		BlockTime: 4 * time.Second, MineIn: 4 * time.Second, TransferIn: 5 * time.Second, Burst: 1,
		Latency: 20 * time.Millisecond, CutIn: 10 * time.Second, CutFor: time.Hour,
	})
	require.Greater(t, w.Stats().Most["depth of a reorg"], 10)
}

// TestRepeatable: one seed, one scenario, to the last event.
func TestRepeatable(t *testing.T) {
	for seed := uint64(1); seed <= 4; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			scenario := sim.Scenario(seed, scenarioNodes)
			require.Equal(t, play(t, scenario).Trace(), play(t, scenario).Trace())
		})
	}
}

// TestNothingNeedsReminders: on links that lose nothing but what is on its way when they
// end, all that is announced comes everywhere although nobody tells of it again with a
// ping: many transfers at once while blocks are found, and nodes that die or lose links.
func TestNothingNeedsReminders(t *testing.T) {
	few := min(max(*seeds/4, 1), 16) // as each takes several times as long as one by chance
	for seed := *from; seed < *from+few; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			play(t, sim.Settings{
				Seed: seed, Nodes: 10, Outbound: 3, FullRegistry: true, Active: 40 * time.Second, PingIn: time.Hour,
				BlockTime: 2 * time.Second, MineIn: 2 * time.Second, TransferIn: 500 * time.Millisecond, Burst: 40,
				Latency: 5 * time.Millisecond, ResetIn: 2 * time.Second, CrashIn: 10 * time.Second, DownFor: 2 * time.Second,
			})
		})
	}
}

// TestPresets plays each link that people know, the same as on real nodes: slow, lossy or
// silent once a minute, all nodes agree in the end, and no block takes longer than it may.
func TestPresets(t *testing.T) {
	for name, link := range links.Presets() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := play(t, sim.Settings{
				Seed: 1, Nodes: 6, Outbound: 3, FullRegistry: true, Active: 3 * time.Minute,
				BlockTime: 8 * time.Second, MineIn: 8 * time.Second, TransferIn: 5 * time.Second, Burst: 3,
				Latency: 20 * time.Millisecond, Link: link,
			})
			require.Greater(t, w.Stats().Total["blocks mined"], 10)
		})
	}
}
