package node

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	wallclock "networkmngr/internal/clock"
	"networkmngr/internal/mining"
)

// by has a node go by a clock.
func by(c *wallclock.Clock) func(*Config) { return func(config *Config) { config.Now = c.Now } }

// jump sets a node's clock while it runs.
func (r *running) jump(c *wallclock.Clock, offset time.Duration) {
	r.t.Helper()
	require.NoError(r.t, c.Set(wallclock.Change{Offset: &offset}))
	r.ClockChanged()
}

// A clock may fall back behind what its node has mined: the chain stays, through a
// restart too, and grows again once the clock is right.
func TestAClockThatJumpsBackBehindTheChain(t *testing.T) {
	const day = 24 * time.Hour
	w, wall := newWorld(t), new(wallclock.Clock)
	config := testConfig(t)
	by(wall)(&config)
	n := w.open(config)
	n.jump(wall, day)
	n.mine(11) // as many as the median time is of
	tip := n.tip()
	n.jump(wall, 0)
	n.stop()
	n = w.open(config)
	require.Equal(t, tip, n.tip())
	require.NoError(t, n.SetMining(mining.Settings{Mode: mining.Continuous, Blocks: 1, Power: mining.Power{Threads: 1}}))
	w.until("a search", func() bool { _, achieved := n.Mining(); return achieved.Searching })
	require.Equal(t, tip, n.tip(), "every block would be from the future")
	n.jump(wall, day)
	w.awaitHeight(12, n)
}

// Blocks from the future are nobody's fault: once a clock that was behind is right, its
// node has them, from the peer that it has had all the time.
func TestAClockThatIsSetRight(t *testing.T) {
	const behind = 3 * time.Hour
	w, wall := newWorld(t), new(wallclock.Clock)
	require.NoError(t, wall.Set(wallclock.Change{Offset: new(-behind)}))
	onTime, late := w.node(), w.node(by(wall))
	introduce(onTime, late)
	w.awaitPeers(1, onTime, late)
	onTime.mine(2)
	_, err := late.Resolve(t.Context())
	require.NoError(t, err)
	require.Zero(t, late.Chain().Tip().Height)
	require.Len(t, late.Peers(), 1, "it has kept its peer")
	late.jump(wall, 0)
	onTime.mine(1)
	require.EqualValues(t, 3, w.awaitOneTip(onTime, late).Height)
}

// What waits is as old as the clock says: a jump ahead ends the time of what peers
// sent, at once, and not that of what clients posted. Nothing is younger than new.
func TestMempoolWhenTheClockJumps(t *testing.T) {
	w, wall := newWorld(t), new(wallclock.Clock)
	posted, jumps := w.node(), w.node(by(wall))
	introduce(posted, jumps)
	w.awaitPeers(1, posted, jumps)
	transfers := pay(0, 3)
	posted.submit(transfers...)
	w.awaitPending(transfers, jumps)
	jumps.jump(wall, -time.Hour)
	entries, _ := jumps.Pool().Entries(0, 3)
	require.Len(t, entries, 3)
	for _, e := range entries {
		require.Zero(t, e.Age)
	}
	jumps.jump(wall, 25*time.Hour)
	w.until("the end of their time", func() bool { return !jumps.Pool().Has(transfers[0].ID()) })
	w.awaitPending(transfers, posted)
	own := pay(0, 1)
	jumps.submit(own...)
	jumps.jump(wall, 100*time.Hour)
	require.NoError(t, jumps.Alive(t.Context()))
	w.awaitPending(own, jumps)
}

// A clock that drifts is followed, however little it has gained between two inputs.
func TestTheCoreFollowsADrift(t *testing.T) {
	w, wall := newWorld(t), new(wallclock.Clock)
	n := w.node(by(wall))
	require.NoError(t, wall.Set(wallclock.Change{Drift: new(wallclock.MaxDrift)}))
	w.until("a second", func() bool { return wall.Offset() > time.Second })
	n.ClockChanged()
	var ahead time.Duration
	require.True(t, n.ask(func() { ahead = n.ahead }))
	require.Greater(t, ahead, time.Second)
	n.mine(3)
}
