package forktree

import (
	"maps"
	"slices"

	"networkmngr/internal/types"
)

const (
	nearBranch = 2 // heights around a block beside the best chain that are shown
	nearTip    = 1 // heights around a tip that are shown
	// longest is how many heights in a row are shown though nothing has happened there.
	longest = 4
)

// Row is one height, or several that are folded into one.
type Row struct{ Low, High uint64 }

// Folded reports whether the row stands for several heights.
func (r Row) Folded() bool { return r.High > r.Low }

// Heights is how many heights the row stands for.
func (r Row) Heights() uint64 { return r.High - r.Low + 1 }

// Rows returns the rows of a layout, the lowest first. What is near a block beside the
// best chain or near a tip has a row for each height, and so have the last heights; of
// what else there is, runs of more than four heights are folded.
func Rows(blocks []Block, lanes map[types.Hash]int, tips []types.Hash, last int) []Row {
	shown := make(map[uint64]bool)
	show := func(height, near uint64) {
		for h := height - min(near, height); h <= height+near; h++ {
			shown[h] = true
		}
	}
	var heights []uint64
	for _, b := range blocks {
		heights = append(heights, b.Height)
		if lanes[b.Hash] > 0 {
			show(b.Height, nearBranch)
		}
		if slices.Contains(tips, b.Hash) {
			show(b.Height, nearTip)
		}
	}
	if len(heights) == 0 {
		return nil
	}
	low, high := slices.Min(heights), slices.Max(heights)
	for h := high; h >= low && high-h < uint64(last); h-- {
		shown[h] = true
		if h == 0 {
			break
		}
	}
	return rows(low, high, slices.Sorted(maps.Keys(shown)))
}

// rows are those from low to high, of which some are shown in any case.
func rows(low, high uint64, shown []uint64) []Row {
	var rows []Row
	next := low
	for _, h := range shown {
		if h < low || h > high {
			continue
		}
		rows = append(rows, quiet(next, h)...)
		rows = append(rows, Row{h, h})
		next = h + 1
	}
	return append(rows, quiet(next, high+1)...)
}

// quiet are the rows from a height up to another one that is not among them.
func quiet(from, to uint64) []Row {
	if to-from > longest {
		return []Row{{from, to - 1}}
	}
	var rows []Row
	for h := from; h < to; h++ {
		rows = append(rows, Row{h, h})
	}
	return rows
}
