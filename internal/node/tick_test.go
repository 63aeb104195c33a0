package node

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTicksSlowDownWhenNothingHappens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tick := newTick()
		tick.hurry()
		for _, pause := range []time.Duration{200, 400, 800, 1000, 1000} {
			began := time.Now()
			<-tick.timer.C
			require.Equal(t, pause*time.Millisecond, time.Since(began))
			tick.slow()
		}
		tick.hurry()
		began := time.Now()
		<-tick.timer.C
		require.Equal(t, tickFirst, time.Since(began))
	})
}

func TestTicksComeThoughEventsDoNotEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tick := newTick()
		event := time.NewTicker(tickFirst / 10)
		defer event.Stop()
		end := time.After(time.Minute)
		ticks := 0
		for {
			select {
			case <-end:
				require.Greater(t, ticks, 100)
				return
			case <-event.C:
				tick.hurry()
			case <-tick.timer.C:
				ticks++
				tick.slow()
			}
		}
	})
}
