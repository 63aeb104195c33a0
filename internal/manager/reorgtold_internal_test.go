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
	told, above := newTold([]types.NamedBlock{{}}), events.BlockRef{Hash: types.Hash{1}}
	told.connected(events.BlockConnected{BlockRef: events.BlockRef{Hash: types.Hash{2}}, Previous: types.Hash{3}})
	told.add("n0", events.Reorg{To: above, Depth: 1})
	require.Empty(t, told.reorgs, "nothing is known of that block")
	told.connected(events.BlockConnected{BlockRef: above, Previous: types.Block{}.Hash()})
	told.add("n0", events.Reorg{To: above, Depth: 1})
	require.Len(t, told.reorgs, 1)
}
