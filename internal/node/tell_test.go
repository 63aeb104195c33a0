package node

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
)

// Of the blocks that a node had last, nobody may have heard before it was ended by force.
func TestANodeThatStartsTellsOfItsLastBlocks(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	n := w.open(config)
	blocks := n.mine(toldAtStart + 1)
	n.stop()
	told := w.open(config).Events().Reader(1, events.Filter{Types: []events.Type{events.TipMoved{}.Type()}})
	defer told.Close()
	<-told.More()
	start := told.Next()[0].Data.(events.TipMoved)
	require.Len(t, start.Last, toldAtStart)
	for i, last := range start.Last {
		b := blocks[i+1]
		require.Equal(t, b.Hash(), last.Hash)
		require.EqualValues(t, i+2, last.Index)
		require.Equal(t, []any{b.Header.Previous, n.Account(), 1, b.Header.Time}, []any{last.Previous, last.Miner, last.Transactions, last.Timestamp})
		require.Equal(t, b.Size(), last.Size)
	}
	require.Equal(t, start.BlockRef, start.Last[toldAtStart-1].BlockRef)
}

func TestANodeWithoutBlocksTellsOfNone(t *testing.T) {
	w := newWorld(t)
	told := w.node().Events().Reader(1, events.Filter{Types: []events.Type{events.TipMoved{}.Type()}})
	defer told.Close()
	<-told.More()
	require.Empty(t, told.Next()[0].Data.(events.TipMoved).Last)
}
