package news

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
	"networkmngr/internal/types"
)

// Of a block whose miner is not known, as a node that could not read it tells of it, no news
// names one: neither its own line, nor the one of a fork, a reorg or many blocks.
func TestUnknownMinersAreNotNamed(t *testing.T) {
	r := read(t, 2)
	connected := func(n byte, index uint64, on byte) events.BlockConnected {
		return events.BlockConnected{BlockRef: events.BlockRef{Hash: types.Hash{n}, Index: index}, Previous: types.Hash{on}}
	}
	r.node(0, connected(1, 1, 99))
	r.node(1, connected(2, 1, 99))
	r.node(1, events.Reorg{From: events.BlockRef{Hash: types.Hash{1}, Index: 1}, To: events.BlockRef{Hash: types.Hash{2}, Index: 1}, Depth: 1})
	r.pass(time.Minute)
	for n := byte(3); n < 13; n++ {
		r.node(0, connected(n, uint64(n-1), n-1))
	}
	r.pass(time.Minute)
	require.Equal(t, []string{
		"block 1", "block 1", "? fork: somebody and somebody each have a block 1", "? reorg of 1 block on n1, to block 1",
		"block 2", "block 3", "block 4", "block 5", "block 6", "5 blocks more up to 11",
	}, r.said)
}

// A node that stays apart as a block is from the future for it has that told.
func TestBlocksFromTheFutureAreNews(t *testing.T) {
	r := read(t, 7)
	r.node(6, events.BlockTooNew{BlockRef: events.BlockRef{Hash: types.Hash{11}, Index: 11}, Seconds: 3*3600 - 0.2})
	require.Equal(t, []string{"? block 11 is 3h0m0s in the future for n6, which does not take it: do the clocks differ?"}, r.said)
}
