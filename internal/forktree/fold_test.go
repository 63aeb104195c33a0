package forktree

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// chainOf is a chain of blocks at heights from low to high.
func chainOf(low, high uint64) []Block {
	blocks := []Block{{Hash: hash("first"), Height: low}}
	for h := low + 1; h <= high; h++ {
		blocks = append(blocks, child(blocks[len(blocks)-1], 0))
	}
	return blocks
}

// written is rows as "0 … 37 … 38 39".
func written(rows []Row) string {
	var words []string
	for _, r := range rows {
		words = append(words, fmt.Sprint(r.Low))
		if r.Folded() {
			words = append(words, fmt.Sprintf("…%d", r.High))
		}
	}
	return strings.Join(words, " ")
}

func TestRows(t *testing.T) {
	require.Empty(t, Rows(nil, nil, nil, 3))
	for _, test := range []struct {
		why       string
		low, high uint64
		tips      []uint64
		stale     []uint64
		want      string
	}{
		{"a short chain", 0, 3, nil, nil, "0 1 2 3"},
		{"four quiet heights are shown", 0, 6, nil, nil, "0 1 2 3 4 5 6"},
		{"five are folded", 0, 7, nil, nil, "0 …4 5 6 7"},
		{"only some heights are known", 100, 200, nil, nil, "100 …197 198 199 200"},
		{"around a tip", 0, 30, []uint64{20}, nil, "0 …18 19 20 21 22 …27 28 29 30"},
		{"around a branch", 0, 30, nil, []uint64{10, 11}, "0 …7 8 9 10 11 12 13 14 …27 28 29 30"},
		{"at the ground", 0, 12, []uint64{0}, []uint64{1}, "0 1 2 3 4 …9 10 11 12"},
	} {
		t.Run(test.why, func(t *testing.T) {
			blocks := chainOf(test.low, test.high)
			var tips []types.Hash
			for _, height := range test.tips {
				tips = append(tips, blocks[height-test.low].Hash)
			}
			best := blocks[len(blocks)-1].Hash
			on := blocks[0]
			for i, height := range test.stale {
				if i == 0 {
					on = blocks[height-1-test.low]
				}
				on = child(on, 1)
				blocks = append(blocks, on)
			}
			require.Equal(t, test.want, written(Rows(blocks, Lanes(blocks, best), tips, 3)))
		})
	}
}

// Every height is in one row, whatever is known of it.
func TestRowsLeaveNoHeightOut(t *testing.T) {
	overTrees(t, func(t *testing.T, r *rand.Rand, blocks []Block, best Block) {
		last := r.IntN(20)
		rows := Rows(blocks, Lanes(blocks, best.Hash), []types.Hash{best.Hash}, last)
		next := blocks[0].Height
		for _, row := range rows {
			require.Equal(t, next, row.Low)
			require.True(t, !row.Folded() || row.Heights() > longest, row)
			next = row.High + 1
		}
		require.Equal(t, best.Height+1, next)
	})
}

// Heights that are far apart, of which nothing is known, cost nothing.
func TestRowsOfHeightsFarApart(t *testing.T) {
	blocks := append(chainOf(0, 2), Block{Hash: hash("far"), Height: 1 << 60})
	require.Equal(t, fmt.Sprintf("0 1 2 3 4 5 …%d %d", uint64(1<<60-1), uint64(1<<60)), written(Rows(blocks, Lanes(blocks, hash("far")), nil, 1)))
}
