package command

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
)

// Every node leaves as many blocks as were asked for.
func testReorg(t *testing.T, n *liveNetwork) {
	height := *n.status().Nodes[0].Height
	got := decode[api.Reorg](t, n.run("reorg", "2", "--node=n1", "--json").fine().stdout)
	require.Equal(t, "n1", got.Node)
	require.EqualValues(t, height-2, got.Fork.Index)
	require.GreaterOrEqual(t, len(got.Blocks), 3)
	require.Positive(t, got.Hashes)
	require.Len(t, got.Reorgs, 3)
	for _, r := range got.Reorgs {
		require.Equal(t, 2, r.Depth)
	}
	until(t, "agreement", func() bool { return n.status().Agree })
	shown := n.run("reorg", "1").fine().stdout
	require.Regexp(t, `(?m)^aside block [0-9]+  [0-9a-f…]+  [0-9.]+ s$`, shown)
	require.Regexp(t, `(?m)^n2 +1 +[0-9]+$`, shown)
	require.Regexp(t, `n0 mined [2-9] blocks on block [0-9]+: [0-9]+ hashes`, shown)
	n.run("reorg", "900").ends(exitMisuse, "after the genesis block")
	n.run("reorg", "1", "--node=n9").ends(exitMisuse, "there is no node n9")
	until(t, "agreement", func() bool { return n.status().Agree })
}

// One node goes back by hand, the others stay, and it comes to them again.
func testDecide(t *testing.T, n *liveNetwork) {
	height := *n.status().Nodes[0].Height
	got := decode[api.Decided](t, n.run("invalidate", "n1", "2", "--json").fine().stdout)
	require.True(t, got.Invalidated)
	require.EqualValues(t, height-1, got.ReorgDepth)
	tips, err := clientOf(n.node(1)).Tips(t.Context(), 9)
	require.NoError(t, err)
	require.EqualValues(t, 1, tips.Tips[0].Index)
	require.True(t, tips.Tips[1].ByHand)
	require.EqualValues(t, height, *n.status().Nodes[0].Height)
	shown := n.run("invalidate", "n1", shortHash(got.Block.Hash)).fine().stdout
	require.Contains(t, shown, "its tip is still block 1\nto take that back: networkmngr reconsider n1 "+shortHash(got.Block.Hash)+"\n")
	shown = n.run("reconsider", "n1", shortHash(got.Block.Hash)).fine().stdout
	require.Regexp(t, "block 2, "+shortHash(got.Block.Hash)+", is not invalidated at n1 any more\n0 blocks left its main chain, [0-9]+ came to it; its tip is now block ", shown)
	shown = n.run("reconsider", "n1", shortHash(got.Block.Hash)).fine().stdout
	require.Contains(t, shown, "was not invalidated at n1, nor one on its branch\nits tip is still block ")
	until(t, "agreement", func() bool { return n.status().Agree })
	n.run("invalidate", "n1", "99999").ends(exitMisuse, "block 99999")
	n.run("invalidate", "n1", "0").ends(exitMisuse, "the genesis block cannot be invalidated")
	n.run("invalidate", "n9", "1").ends(exitMisuse, "there is no node n9")
}
