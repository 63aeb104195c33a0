package node

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// Strangers have all places. A newcomer that knows this node alone gets in, and who has
// brought a block stays, though he came last.
func TestANewcomerGetsInAmongStrangers(t *testing.T) {
	w := newWorld(t)
	n := w.node(func(c *Config) { c.MaxInbound = 2 })
	stranger, honest := w.attach(n), w.attach(n)
	w.relayed(n, honest)
	newcomer := w.node()
	_, err := newcomer.Register([]types.NodeInfo{n.Self()})
	require.NoError(t, err)
	w.awaitOneTip(n, newcomer)
	require.Error(t, <-stranger.gone)
	require.Empty(t, honest.gone)
	require.Len(t, n.Peers(), 2)
}
