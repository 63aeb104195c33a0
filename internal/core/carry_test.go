package core_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/core"
	"networkmngr/internal/types"
)

// Of what joins the main chain, a write returns what was stored before: not what it brings
// itself, and whatever else it brings of the same height.
func TestWriteReturnsWhatWasStoredBefore(t *testing.T) {
	c := newHost(t).chain
	root := c.Tip()
	side, other := chaintest.Branch(root, types.NamedAddress("bob"), 2), chaintest.Next(root, types.NamedAddress("carol"))
	for _, blocks := range [][]types.Block{{chaintest.Next(root, alice)}, {side[0]}} {
		require.Empty(t, core.Write{Blocks: blocks}.To(c).Joined)
	}
	done := core.Write{Blocks: []types.Block{other, side[1]}}.To(c)
	require.NoError(t, done.Err)
	require.Len(t, done.Change.Update.Applied, 2)
	require.Len(t, done.Joined, 1)
	require.Equal(t, side[0].Hash(), done.Joined[0].Hash())
}
