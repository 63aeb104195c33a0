package forktree

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

func hash(name string) types.Hash { return types.DoubleSHA256([]byte(name)) }

// grown is a tree that is written down as blocks on blocks: "b<a" is b on top of a.
func grown(words ...string) (blocks []Block) {
	heights := map[string]uint64{}
	for _, word := range words {
		name, on := word[:1], ""
		if len(word) > 1 {
			on = word[2:]
			heights[name] = heights[on] + 1
		}
		blocks = append(blocks, Block{Hash: hash(name), Previous: hash(on), Height: heights[name]})
	}
	return blocks
}

// lanesOf is the lane of each block by name, of those that are wanted: "a0 b1" are two.
func lanesOf(blocks []Block, best, wanted string) string {
	lanes := Lanes(blocks, hash(best))
	var words []string
	for word := range strings.FieldsSeq(wanted) {
		words = append(words, fmt.Sprintf("%c%d", word[0], lanes[hash(word[:1])]))
	}
	return strings.Join(words, " ")
}

func TestLanes(t *testing.T) {
	text, err := os.ReadFile("testdata/lanes.json") // which the dashboard's layout is held to, too
	require.NoError(t, err)
	var cases []struct{ Why, Tree, Best, Lanes string }
	require.NoError(t, json.Unmarshal(text, &cases))
	for _, test := range cases {
		t.Run(test.Why, func(t *testing.T) {
			require.Equal(t, test.Lanes, lanesOf(grown(strings.Fields(test.Tree)...), test.Best, test.Lanes))
		})
	}
	require.NotEmpty(t, cases)
	require.Empty(t, Lanes(nil, types.Hash{}))
}

func TestAChildComesBeforeItsParent(t *testing.T) {
	blocks := grown("a", "b<a", "c<b")
	slices.Reverse(blocks)
	require.Equal(t, "a0 b0 c0", lanesOf(blocks, "c", "a0 b0 c0"))
}

// A block that claims another height than its parent allows ends no program.
func TestHeightsThatDoNotFit(t *testing.T) {
	loop := []Block{{Hash: hash("a"), Previous: hash("b"), Height: 5}, {Hash: hash("b"), Previous: hash("a"), Height: 5}, {Hash: hash("c"), Previous: hash("c")}}
	require.Len(t, Lanes(loop, hash("a")), 3)
}

// randomTree is a tree as racing miners make it, and its best tip: of the highest blocks
// the first.
func randomTree(r *rand.Rand) (blocks []Block, best Block) {
	blocks = []Block{{Hash: hash("genesis"), Height: uint64(r.IntN(3))}}
	best = blocks[0]
	for i := range 50 + r.IntN(250) {
		parent := best
		if r.IntN(4) == 0 {
			parent = blocks[max(0, len(blocks)-1-r.IntN(12))]
		}
		b := child(parent, i)
		blocks = append(blocks, b)
		if b.Height > best.Height {
			best = b
		}
	}
	return blocks, best
}

func child(of Block, number int) Block {
	return Block{Hash: hash(fmt.Sprint(of.Hash, number)), Previous: of.Hash, Height: of.Height + 1}
}

// overTrees runs a check over many random trees.
func overTrees(t *testing.T, check func(*testing.T, *rand.Rand, []Block, Block)) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	for i := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, i))
		blocks, best := randomTree(r)
		check(t, r, blocks, best)
	}
}

func TestNoTwoBlocksShareAPlace(t *testing.T) {
	overTrees(t, func(t *testing.T, r *rand.Rand, blocks []Block, _ Block) {
		if r.IntN(2) == 0 { // some of the tree may be unknown
			blocks = blocks[r.IntN(len(blocks)):]
		}
		lanes := Lanes(blocks, blocks[r.IntN(len(blocks))].Hash)
		require.Len(t, lanes, len(blocks))
		taken := map[[2]uint64]bool{}
		for _, b := range blocks {
			at := [2]uint64{b.Height, uint64(lanes[b.Hash])}
			if taken[at] {
				require.Fail(t, "two blocks in one place", "%v", at)
			}
			taken[at] = true
		}
	})
}

func TestTheBestChainIsStraight(t *testing.T) {
	overTrees(t, func(t *testing.T, _ *rand.Rand, blocks []Block, best Block) {
		byHash := make(map[types.Hash]Block)
		for _, b := range blocks {
			byHash[b.Hash] = b
		}
		lanes := Lanes(blocks, best.Hash)
		straight := 0
		for b, known := best, true; known; b, known = byHash[b.Previous] {
			require.Zero(t, lanes[b.Hash])
			straight++
		}
		for _, lane := range lanes {
			if lane == 0 {
				straight--
			}
		}
		require.Zero(t, straight, "nothing else is in its lane")
	})
}

// A line from a fork to the first block of a branch goes past nothing of the same lane.
func TestALaneIsFreeFromTheForkOn(t *testing.T) {
	overTrees(t, func(t *testing.T, _ *rand.Rand, blocks []Block, best Block) {
		lanes := Lanes(blocks, best.Hash)
		at := map[[2]uint64]types.Hash{}
		for _, b := range blocks {
			at[[2]uint64{b.Height, uint64(lanes[b.Hash])}] = b.Hash
		}
		for _, b := range blocks {
			parent, known := lanes[b.Previous]
			if lane := lanes[b.Hash]; known && lane != parent {
				require.Greater(t, lane, parent)
				_, taken := at[[2]uint64{b.Height - 1, uint64(lane)}]
				require.False(t, taken)
			}
		}
	})
}

func TestABlockOnTheBestTipMovesNobody(t *testing.T) {
	overTrees(t, func(t *testing.T, _ *rand.Rand, blocks []Block, best Block) {
		before := Lanes(blocks, best.Hash)
		next := child(best, -1)
		requireUnmoved(t, before, Lanes(append(blocks, next), best.Hash))
		requireUnmoved(t, before, Lanes(append(blocks, next), next.Hash))
	})
}

func TestAForkAtTheTipMovesNobody(t *testing.T) {
	overTrees(t, func(t *testing.T, _ *rand.Rand, blocks []Block, best Block) {
		before := Lanes(blocks, best.Hash)
		at := slices.IndexFunc(blocks, func(b Block) bool { return b.Hash == best.Previous })
		requireUnmoved(t, before, Lanes(append(blocks, child(blocks[at], -1)), best.Hash))
	})
}

// requireUnmoved allows for one block more.
func requireUnmoved(t *testing.T, before, after map[types.Hash]int) {
	require.Len(t, after, len(before)+1)
	maps.DeleteFunc(after, func(h types.Hash, _ int) bool { _, known := before[h]; return !known })
	require.True(t, maps.Equal(before, after))
}

func BenchmarkLanes(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	blocks, best := randomTree(r)
	for len(blocks) < 500 {
		best = child(best, len(blocks))
		blocks = append(blocks, best)
	}
	for b.Loop() {
		Lanes(blocks[:500], best.Hash)
	}
}
