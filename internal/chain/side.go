package chain

import (
	"cmp"
	"container/heap"
	"slices"
)

// standing is what a tree knows of a block besides its header. Every block of the
// main chain is stored and applied.
type standing struct {
	status status
	// applied: it was on the main chain since the tree was made. It then stays in
	// the tree, as whoever follows the tip may stand there.
	applied bool
	byHand  bool // it or an ancestor was invalidated by hand: no branch with it can win
	size    int  // of the stored block, in bytes; a View does not know it
}

// barred reports whether the block cannot be on the main chain.
func (s standing) barred() bool { return s.status == invalid || s.byHand }

// side are the nodes that are not on the main chain.
type side struct {
	all    map[*blockNode]standing
	blocks int // of them that are stored, but for those that are off by hand
	bytes  int // of these
	byHand int // stored, and off by hand: they stay, whatever the limits are
}

func newSide() side { return side{all: make(map[*blockNode]standing)} }

func (s *side) has(e *blockNode) bool {
	_, here := s.all[e]
	return here
}

func (s *side) put(e *blockNode, now standing) {
	s.count(s.all[e], -1)
	s.all[e] = now
	s.count(now, 1)
}

func (s *side) remove(e *blockNode) {
	s.count(s.all[e], -1)
	delete(s.all, e)
}

// count follows a block that comes, or with -1 goes.
func (s *side) count(at standing, sign int) {
	switch {
	case at.status != stored:
	case at.byHand:
		s.byHand += sign
	default:
		s.blocks += sign
		s.bytes += sign * at.size
	}
}

// headers is how many are kept without their blocks.
func (s *side) headers() int { return len(s.all) - s.blocks - s.byHand }

// heaviestStored is the stored block with the most work that may be on the main chain
// and that use wants, of equals the one with the smallest id, or nil.
func (s *side) heaviestStored(use func(*blockNode) bool) (best *blockNode) {
	for e, at := range s.all {
		if at.status == stored && !at.byHand && use(e) && (best == nil || lighter(best, e)) {
			best = e
		}
	}
	return best
}

// above lists the nodes above height, parents before children.
func (s *side) above(height uint64) []*blockNode {
	var list []*blockNode
	for e := range s.all {
		if e.Height > height {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, byHeight)
	return list
}

// byHeight orders nodes so that parents come before children, and chance has no
// part in it.
func byHeight(a, b *blockNode) int {
	return cmp.Or(cmp.Compare(a.Height, b.Height), a.ID.Compare(b.ID))
}

// byWork orders nodes by work, the lightest first, so that chance has no part in it.
func byWork(a, b *blockNode) int { return cmp.Or(a.work.Cmp(&b.work), b.ID.Compare(a.ID)) }

func lighter(a, b *blockNode) bool { return byWork(a, b) < 0 }

// heavierFirst is byWork the other way round.
func heavierFirst(a, b *blockNode) int { return byWork(b, a) }

// lightest is a heap of nodes, the lightest first.
type lightest []*blockNode

func (h lightest) Len() int           { return len(h) }
func (h lightest) Less(i, j int) bool { return lighter(h[i], h[j]) }
func (h lightest) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *lightest) Push(e any)        { *h = append(*h, e.(*blockNode)) }
func (h *lightest) Pop() any {
	last := len(*h) - 1
	e := (*h)[last]
	*h = (*h)[:last]
	return e
}

// prune drops block nodes of a part of the tree, the lightest end of a branch first,
// until that is enough or what is left must stay. The part holds with a block node
// its parent too.
func prune(part map[*blockNode]standing, stays func(*blockNode) bool, enough func() bool, drop func(*blockNode)) {
	children := make(map[*blockNode]int)
	for e := range part {
		children[e.parent]++
	}
	var ends lightest
	for e := range part {
		if children[e] == 0 && !stays(e) {
			ends = append(ends, e)
		}
	}
	heap.Init(&ends)
	for len(ends) > 0 && !enough() {
		e := heap.Pop(&ends).(*blockNode)
		drop(e)
		children[e.parent]--
		if _, in := part[e.parent]; in && children[e.parent] == 0 && !stays(e.parent) {
			heap.Push(&ends, e.parent)
		}
	}
}
