package manager

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
)

// A node that goes back in several steps is named once, with the deepest.
func TestAReorgNamesANodeOnce(t *testing.T) {
	var told told
	for _, depth := range []int{1, 3, 2} {
		told.add(api.ReorgOfNode{Node: "n0", Depth: depth})
	}
	told.add(api.ReorgOfNode{Node: "n1", Depth: 1})
	require.Equal(t, []api.ReorgOfNode{{Node: "n0", Depth: 3}, {Node: "n1", Depth: 1}}, told.reorgs)
}
