package node

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Nodes that do not relay mine apart, though they are linked, until one is asked to
// catch up.
func TestNodesThatDoNotRelay(t *testing.T) {
	w := newWorld(t)
	nodes := w.nodes(2, func(c *Config) { c.NoRelay = true })
	one, other := nodes[0], nodes[1]
	one.mine(1)
	introduce(nodes...)
	w.awaitPeers(1, nodes...)
	met, err := other.AwaitPeer(t.Context(), one.Self().ID)
	require.NoError(t, err)
	require.True(t, met)
	require.Zero(t, other.Chain().Tip().Height, "to meet is not to catch up")
	require.EqualValues(t, 2, one.mine(1)[0].Height())
	require.EqualValues(t, 1, other.mine(1)[0].Height())

	change, err := one.Resolve(t.Context())
	require.NoError(t, err)
	require.False(t, change.Moved, "the other has less work")
	change, err = other.Resolve(t.Context())
	require.NoError(t, err)
	require.True(t, change.Moved)
	require.Equal(t, one.tip(), other.tip())
	require.EqualValues(t, 2, one.Chain().Tip().Height)
}
