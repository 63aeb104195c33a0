package node

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/events"
	"networkmngr/internal/genesis"
	"networkmngr/internal/mining"
)

// Who asks for it is told each second what a search has done, and once that it is over.
func TestStatsOfMining(t *testing.T) {
	w := newWorld(t)
	n := w.node(func(c *Config) {
		c.Genesis = chaintest.Genesis(func(d *genesis.Description) { d.FloorBits, d.Time = "180fffff", past })
	})
	told := n.Events().Reader(1, events.Filter{Types: []events.Type{events.Stats{}.Type()}})
	defer told.Close()
	settings, _ := n.Mining()
	settings.Mode = mining.Continuous
	require.NoError(t, n.SetMining(settings))
	next := func() events.Stats {
		deadline := time.After(patience)
		for {
			more := told.More()
			if records := told.Next(); len(records) > 0 {
				return records[0].Data.(events.Stats)
			}
			select {
			case <-more:
			case <-deadline:
				require.Fail(t, "nothing was told")
			}
		}
	}
	stats := next()
	require.Positive(t, stats.Hashes)
	require.Positive(t, stats.Seconds) // a late tick makes the next interval short
	settings.Mode = mining.Off
	require.NoError(t, n.SetMining(settings))
	for stats.Hashes > 0 {
		stats = next()
	}
	require.Zero(t, stats.Hashes)
}
