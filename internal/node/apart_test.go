package node

import (
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/consensus"
	"networkmngr/internal/events"
	"networkmngr/internal/logging/logtest"
)

// A node whose clock is ahead mines by that clock, and the others take its
// blocks for ones from the future.
func TestWallTimeIsThatOfTheNodesClock(t *testing.T) {
	const ahead = 3 * time.Hour
	w := newWorld(t)
	early, onTime := w.node(func(c *Config) { c.Now = func() time.Time { return time.Now().Add(ahead) } }), w.node()
	introduce(early, onTime)
	w.awaitPeers(1, early, onTime)
	mined := early.mine(1)[0]
	require.InDelta(t, ahead.Seconds(), time.Until(time.Unix(int64(mined.Time), 0)).Seconds(), 60)
	told := early.Events().Reader(1, events.Filter{Types: []events.Type{"block-mined"}})
	defer told.Close()
	e := told.Next()[0].Event
	require.InDelta(t, ahead.Seconds(), e.Claimed.Sub(e.Time).Seconds(), 60)
	_, err := onTime.Chain().AddBlocks(mined)
	require.ErrorIs(t, err, consensus.ErrTimeTooNew)
	require.Zero(t, onTime.Chain().Tip().Height)
}

// Two labs on one genesis never meet, though each is told of the other.
func TestLabsOnOneGenesisDoNotMeet(t *testing.T) {
	w := newWorld(t)
	var log logtest.Buffer
	of := func(lab string) func(*Config) {
		return func(c *Config) {
			c.Lab, c.Logger = lab, hclog.New(&hclog.LoggerOptions{Output: &log, Level: hclog.Warn})
		}
	}
	first, second := w.nodes(2, of("0a1b2c3d")), w.nodes(2, of("4e5f6071"))
	introduce(append(first, second...)...)
	w.awaitPeers(1, append(first, second...)...)
	w.until("a reason", func() bool { return log.String() != "" })
	require.Contains(t, log.String(), "peer is of another lab, or speaks another version than /networkmngr/1/")
	first[0].mine(2)
	second[0].mine(1)
	require.EqualValues(t, 2, w.awaitOneTip(first...).Height)
	require.EqualValues(t, 1, w.awaitOneTip(second...).Height)
	for _, n := range append(first, second...) {
		require.Len(t, n.Peers(), 1)
	}
}
