package daemon

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
)

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
