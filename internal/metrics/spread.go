package metrics

import (
	"time"

	"networkmngr/internal/recent"
	"networkmngr/internal/types"
)

// followed is how many blocks are followed on their way, the last ones.
const followed = 500

// spread follows blocks on their way from node to node.
type spread struct {
	lives  map[string]int // of the nodes that are up, by name
	begun  int            // lives so far
	blocks recent.Map[types.Hash, *block]
}

// block is one block on its way.
type block struct {
	since time.Time    // when its first node had it
	begun int          // lives so far, at that time
	of    int          // nodes that were up then
	at    map[int]bool // lives that it came to; nil once it came to all of of
	count int          // of them, at first
	stale bool         // a reorg undid it
}

func newSpread() spread {
	return spread{lives: make(map[string]int), blocks: recent.NewMap[types.Hash, *block](followed)}
}

// begin says that a node is up, in a new life.
func (s *spread) begin(node string) {
	s.begun++
	s.lives[node] = s.begun
}

// end says that a node is up no more.
func (s *spread) end(node string) { delete(s.lives, node) }

// arrival is what a block's coming to a node means.
type arrival struct {
	first        bool          // the block is new
	counts       bool          // the node was up when it was, and gets it for the first time
	after        time.Duration // of its first node
	half, ninety bool          // so many of the nodes that were up have it now, and had it not before
}

// arrive says that a block has come to a node's main chain.
func (s *spread) arrive(id types.Hash, node string, at time.Time) arrival {
	life, up := s.lives[node]
	b, known := s.blocks.Get(id)
	if !known {
		b = &block{since: at, begun: s.begun, of: len(s.lives), at: make(map[int]bool)}
		s.blocks.Add(id, b)
	}
	if !up || life > b.begun || b.at == nil || b.at[life] {
		return arrival{first: !known}
	}
	b.at[life] = true
	b.count++
	a := arrival{first: !known, counts: true, after: max(at.Sub(b.since), 0)}
	a.half, a.ninety = b.count == share(b.of, 50), b.count == share(b.of, 90)
	if b.count == b.of {
		b.at = nil // no more is to come of it
	}
	return a
}

// share is how many of all are so many in a hundred, at least.
func share(of, percent int) int { return (of*percent + 99) / 100 }

// leave says that a reorg has undone a block on a node, and reports whether that is news.
func (s *spread) leave(id types.Hash) bool {
	b, known := s.blocks.Get(id)
	if !known || b.stale {
		return false
	}
	b.stale = true
	return true
}
