// Package recent remembers the last of many things.
package recent

import (
	"iter"
	"slices"
)

// Set is the members that were added last, up to a number; see New.
type Set[T comparable] struct {
	max     int
	members map[T]bool
	ring    []T // in the order of adding, from next on once it is full
	next    int
}

// New makes an empty set that holds max members, 1 or more.
func New[T comparable](max int) Set[T] { return Set[T]{max: max, members: make(map[T]bool)} }

// Has reports whether v is a member.
func (s *Set[T]) Has(v T) bool { return s.members[v] }

// Len counts the members.
func (s *Set[T]) Len() int { return len(s.members) }

// Add returns false if v is a member already. In a full set, the oldest one gives way.
func (s *Set[T]) Add(v T) bool {
	if s.members[v] {
		return false
	}
	s.members[v] = true
	if len(s.ring) < s.max {
		s.ring = append(s.ring, v)
		return true
	}
	delete(s.members, s.ring[s.next])
	s.ring[s.next] = v
	s.next = (s.next + 1) % s.max
	return true
}

// Remove forgets v. Its place in the ring is free once it comes round.
func (s *Set[T]) Remove(v T) { delete(s.members, v) }

// All yields the members, the oldest first.
func (s *Set[T]) All() iter.Seq[T] {
	return func(yield func(T) bool) {
		for _, v := range slices.Concat(s.ring[s.next:], s.ring[:s.next]) {
			if s.members[v] && !yield(v) {
				return
			}
		}
	}
}
