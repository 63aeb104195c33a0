package core

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// What is done about one effect of the engine may engage it again, at any depth, and none
// of those that follow is lost, nor of those of before.
func TestEngagedWhileEngaged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newRig(t).machine
		want, got := 0, 0
		ids, deepest := rapid.SliceOfN(rapid.Byte(), 1, 8).Draw(t, "nodes"), rapid.IntRange(0, 3).Draw(t, "deepest")
		var engage func(depth int)
		engage = func(depth int) {
			var nodes []types.NodeInfo
			for at, id := range ids {
				nodes = append(nodes, types.NodeInfo{ID: types.NodeID{id, byte(at), byte(want), byte(depth)}, P2P: []string{"there"}})
			}
			effects := m.engine.Handle(m.now, protocol.Learned{Nodes: nodes})
			want += len(effects)
			m.each(effects, func(effect Effect) {
				require.IsType(t, Dial{}, effect)
				got++
				if depth < deepest {
					engage(depth + 1)
				}
			})
		}
		engage(0)
		require.Equal(t, want, got)
		require.Empty(t, m.acts)
	})
}
