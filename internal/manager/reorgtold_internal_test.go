package manager

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/types"
)

// A node that goes back in several steps is named once, with the deepest.
func TestAReorgNamesANodeOnce(t *testing.T) {
	t.Parallel()
	told := newTold([]types.NamedBlock{{}})
	to := events.BlockRef{Hash: types.Block{}.Hash()}
	for _, depth := range []int{1, 3, 2} {
		told.add("n0", events.Reorg{To: to, Depth: depth})
	}
	told.add("n1", events.Reorg{To: to, Depth: 1})
	require.Equal(t, []api.ReorgOfNode{{Node: "n0", Depth: 3}, {Node: "n1", Depth: 1}}, told.reorgs)
}

// What others have mined on the blocks of a reorg is of it too.
func TestAReorgToABlockAboveIsOfIt(t *testing.T) {
	t.Parallel()
	told, above := newTold([]types.NamedBlock{{}}), events.BlockRef{Hash: types.Hash{1}}
	told.connected(events.BlockConnected{BlockRef: events.BlockRef{Hash: types.Hash{2}}, Previous: types.Hash{3}})
	told.add("n0", events.Reorg{To: above, Depth: 1})
	require.Empty(t, told.reorgs, "nothing is known of that block")
	told.connected(events.BlockConnected{BlockRef: above, Previous: types.Block{}.Hash()})
	told.add("n0", events.Reorg{To: above, Depth: 1})
	require.Len(t, told.reorgs, 1)
}

// A tip of the same height is another one: the nodes have yet to leave it.
func TestTheTipOfBeforeIsNotReached(t *testing.T) {
	t.Parallel()
	tip := func(index uint64, id byte) api.NodeTip { return api.NodeTip{Index: &index, Hash: &types.Hash{id}} }
	mined := api.Tip{Index: 5, Hash: types.Hash{1}}
	require.True(t, reached(tip(5, 1), mined))
	require.True(t, reached(tip(6, 2), mined))
	require.False(t, reached(tip(5, 2), mined))
	require.False(t, reached(tip(4, 1), mined))
	require.True(t, reached(tip(5, 2), api.Tip{Index: 5}), "of any hash")
}
