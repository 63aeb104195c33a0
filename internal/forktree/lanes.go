// Package forktree lays a tree of blocks out for the eye: the best chain is straight,
// branches stand in lanes beside it, and quiet stretches are folded. It is pure.
package forktree

import (
	"cmp"
	"slices"

	"networkmngr/internal/types"
)

// Block is what the layout needs to know of a block.
type Block struct {
	Hash, Previous types.Hash
	Height         uint64
}

// Lanes returns the lane of each block. In lane 0 are the ancestors of best, best, and
// what has been built on it. Every other block belongs to a branch, which goes on with
// the child that most is built on, of equals the one that came first; its lane lies
// beyond that of the block that it forks from, and is free from there to one height
// above the branch's end. So a block on the best tip moves no other one, and neither
// does a fork at the tip.
//
// Blocks are in the order in which they came; of two with one hash, the first counts. A
// block whose parent is missing begins a branch. If best is missing, the highest block
// takes its place.
func Lanes(blocks []Block, best types.Hash) map[types.Hash]int {
	t := newTree(blocks)
	t.straighten(best)
	for _, first := range t.branches() {
		t.place(first)
	}
	return t.lanes
}

// tree is blocks with what follows from them.
type tree struct {
	blocks   map[types.Hash]*Block
	order    []*Block // as they came
	children map[*Block][]*Block
	reach    map[*Block]uint64 // height of the highest block on top of one
	lanes    map[types.Hash]int
	free     []uint64 // height from which each lane is free
}

func newTree(blocks []Block) *tree {
	t := &tree{
		blocks: make(map[types.Hash]*Block), children: make(map[*Block][]*Block),
		reach: make(map[*Block]uint64), lanes: make(map[types.Hash]int),
	}
	for i := range blocks {
		b := &blocks[i]
		if t.blocks[b.Hash] == nil {
			t.blocks[b.Hash] = b
			t.order = append(t.order, b)
		}
	}
	t.grow()
	return t
}

// grow finds out what each block is built on, and how high.
func (t *tree) grow() {
	for _, b := range t.order {
		if parent := t.parent(b); parent != nil {
			t.children[parent] = append(t.children[parent], b)
		}
	}
	for _, b := range slices.SortedFunc(slices.Values(t.order), func(a, b *Block) int { return cmp.Compare(b.Height, a.Height) }) {
		t.reach[b] = max(t.reach[b], b.Height)
		if parent := t.parent(b); parent != nil {
			t.reach[parent] = max(t.reach[parent], t.reach[b])
		}
	}
}

// parent is nil if it is missing. One at another height is none: whoever goes from
// parent to parent comes to an end.
func (t *tree) parent(b *Block) *Block {
	if parent := t.blocks[b.Previous]; parent != nil && parent.Height+1 == b.Height {
		return parent
	}
	return nil
}

// heir is the child that a branch goes on with; nil for none.
func (t *tree) heir(b *Block) (heir *Block) {
	for _, child := range t.children[b] {
		if heir == nil || t.reach[child] > t.reach[heir] {
			heir = child
		}
	}
	return heir
}

// straighten takes the best chain into lane 0.
func (t *tree) straighten(best types.Hash) {
	tip := t.blocks[best]
	if tip == nil {
		tip = t.highest()
	}
	for b := tip; b != nil; b = t.parent(b) {
		t.lanes[b.Hash] = 0
	}
	for b := tip; b != nil; b = t.heir(b) {
		t.lanes[b.Hash] = 0
	}
}

func (t *tree) highest() (highest *Block) {
	for _, b := range t.order {
		if highest == nil || b.Height > highest.Height {
			highest = b
		}
	}
	return highest
}

// branches are the first blocks of all branches, the lowest first. Nothing but the best
// chain has its place yet.
func (t *tree) branches() (firsts []*Block) {
	straight := func(b *Block) bool { _, placed := t.lanes[b.Hash]; return placed }
	for _, b := range t.order {
		parent := t.parent(b)
		if !straight(b) && (parent == nil || straight(parent) || t.heir(parent) != b) {
			firsts = append(firsts, b)
		}
	}
	slices.SortStableFunc(firsts, func(a, b *Block) int { return cmp.Compare(a.Height, b.Height) })
	return firsts
}

// place finds a lane for a branch. Those that begin lower have theirs.
func (t *tree) place(first *Block) {
	lane := 1
	if parent := t.parent(first); parent != nil {
		lane = t.lanes[parent.Hash] + 1
	}
	fork := first.Height - min(1, first.Height)
	for lane < len(t.free) && t.free[lane] > fork {
		lane++
	}
	for len(t.free) <= lane {
		t.free = append(t.free, 0)
	}
	const end, air = 1, 1
	t.free[lane] = t.reach[first] + end + air
	for b := first; b != nil; b = t.heir(b) {
		t.lanes[b.Hash] = lane
	}
}
