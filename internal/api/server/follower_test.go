package server_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/types"
)

func hashesOf(blocks []types.Block) (hashes []types.Hash) {
	for i := range blocks {
		hashes = append(hashes, blocks[i].Hash())
	}
	return hashes
}

// mainChain is what a follower should know, from a height on.
func (h *harness) mainChain(from uint64) (hashes []types.Hash) {
	for _, ref := range h.node.chain.MainChain(from, 1000) {
		hashes = append(hashes, ref.ID)
	}
	return hashes
}

// follow returns what has happened up to the tip, which may come in parts.
func follow(t *testing.T, f *client.Follower) (all client.Moves) {
	t.Helper()
	for {
		moves, err := f.Next(t.Context())
		require.NoError(t, err)
		require.LessOrEqual(t, len(moves.Added), 2*api.MaxRows)
		if len(moves.Added) == 0 {
			return all
		}
		all.Reverted, all.Added = append(all.Reverted, moves.Reverted...), append(all.Added, moves.Added...)
	}
}

func TestFollow(t *testing.T) {
	h := start(t)
	h.extend(2)
	f, err := client.Follow(t.Context(), h.client.Node)
	require.NoError(t, err)
	next := func() client.Moves {
		moves := follow(t, f)
		require.Equal(t, h.node.chain.Tip().Height, f.Height())
		return moves
	}
	require.Zero(t, next())
	for _, count := range []int{1, 3, 230} { // more than two pages
		before := f.Height()
		h.extend(count)
		moves := next()
		require.Empty(t, moves.Reverted)
		require.Equal(t, h.mainChain(before+1), hashesOf(moves.Added))
		require.Zero(t, next())
	}
}

// A reorg is told, also one from below the start of the following.
func TestFollowAReorg(t *testing.T) {
	h := start(t)
	h.extend(2)
	f, err := client.Follow(t.Context(), h.client.Node)
	require.NoError(t, err)
	h.extend(3)
	moves := follow(t, f)
	seen := h.mainChain(2)
	require.Equal(t, seen[1:], hashesOf(moves.Added))

	_, err = h.node.chain.Replace(rival(130))
	require.NoError(t, err)
	moves = follow(t, f)
	require.ElementsMatch(t, seen, moves.Reverted)
	require.Equal(t, seen[3], moves.Reverted[0], "the highest first")
	require.Equal(t, h.mainChain(1), hashesOf(moves.Added[len(moves.Added)-130:]))
	h.extend(1)
	moves = follow(t, f)
	require.Len(t, moves.Added, 1)
}
