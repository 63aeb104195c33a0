package daemon

import (
	"context"
	"runtime"
	"runtime/metrics"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
)

// growth is by how many percent the heap may grow now.
func growth() uint64 {
	sample := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// A node that starts has more room, until there is garbage to collect.
func TestTheHeapGrowsAtTheStartOnly(t *testing.T) {
	t.Setenv("GOGC", "")
	usual := growth()
	growAtStart()
	require.EqualValues(t, startGrowth, growth())
	require.Eventually(t, func() bool {
		runtime.GC()
		return growth() == usual
	}, patience, time.Millisecond)
}

func TestWhoHasSetTheGrowthIsObeyed(t *testing.T) {
	usual := growth()
	t.Setenv("GOGC", "50") // which the runtime has read by now
	growAtStart()
	require.Equal(t, usual, growth())
}

// freed is how often memory was given back, if that was all that collected by force.
func freed() uint32 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.NumForcedGC / 2
}

// A node of many waits long until it learns of any other, and what it needs to know of them all
// comes then.
func TestMemoryIsGivenBackOnceThereArePeers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, before := events.NewLog(events.Config{Stream: "abc", Bytes: 1 << 20, Now: time.Now}), freed()
		go freeStarted(t.Context(), log)
		time.Sleep(alone - 1)
		log.Tell(events.PeerLinked{})
		time.Sleep(startUp - 1)
		require.Equal(t, before, freed())
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		require.Equal(t, before+1, freed())
	})
}

func TestANodeThatStaysAloneGivesMemoryBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, before := events.NewLog(events.Config{Stream: "abc", Bytes: 1 << 20, Now: time.Now}), freed()
		go freeStarted(t.Context(), log)
		time.Sleep(alone + startUp)
		synctest.Wait()
		require.Equal(t, before+1, freed())
	})
}

func TestANodeThatEndsGivesNothingBack(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	before := freed()
	freeStarted(ctx, events.NewLog(events.Config{Stream: "abc", Bytes: 1 << 20, Now: time.Now}))
	require.Equal(t, before, freed())
}
