package node

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTicksComeWhenTheEngineWantsThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tick := newTick()
		<-tick.timer.C
		tick.last = time.Now()
		for _, c := range []struct{ wake, want time.Duration }{
			{300 * time.Millisecond, 300 * time.Millisecond}, {time.Minute, tickMost}, {-time.Second, 0},
		} {
			began := time.Now()
			tick.set(began.Add(c.wake))
			<-tick.timer.C
			tick.last = time.Now()
			require.Equal(t, c.want, time.Since(began))
		}
		tick.set(time.Time{})
		began := time.Now()
		<-tick.timer.C
		require.Equal(t, tickMost, time.Since(began))
	})
}

func TestTicksComeThoughEventsDoNotEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tick := newTick()
		event := time.NewTicker(tickMost / 50)
		defer event.Stop()
		end := time.After(time.Minute)
		ticks := 0
		for {
			select {
			case <-end:
				require.GreaterOrEqual(t, ticks, 59)
				return
			case <-event.C:
				tick.set(time.Time{})
			case <-tick.timer.C:
				tick.last = time.Now()
				ticks++
				tick.set(time.Time{})
			}
		}
	})
}
