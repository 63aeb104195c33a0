package protocol

import "networkmngr/internal/types"

// idSet remembers the last ids that were added, up to a number.
type idSet struct {
	max  int
	has  map[types.Hash]bool
	ring []types.Hash // in the order of adding, from next on once it is full
	next int
}

func newIDSet(most int) idSet { return idSet{max: most, has: make(map[types.Hash]bool)} }

// add is false if id was there.
func (s *idSet) add(id types.Hash) bool {
	if s.has[id] {
		return false
	}
	s.has[id] = true
	if len(s.ring) < s.max {
		s.ring = append(s.ring, id)
		return true
	}
	delete(s.has, s.ring[s.next])
	s.ring[s.next] = id
	s.next = (s.next + 1) % s.max
	return true
}

// remove forgets id. Its place in the ring is free once it comes round.
func (s *idSet) remove(id types.Hash) { delete(s.has, id) }

// distinct drops repeats, so that a list costs no more than what it names.
func distinct(ids []types.Hash) []types.Hash {
	seen := make(map[types.Hash]bool, len(ids))
	var list []types.Hash
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			list = append(list, id)
		}
	}
	return list
}
