// Package recent remembers the last of many things.
package recent

import "iter"

// Map is what was added last, up to a number of keys; see NewMap.
type Map[K comparable, V any] struct {
	max    int
	values map[K]V
	ring   []K // in the order of adding, from next on once it is full
	next   int
}

// NewMap makes an empty map that holds max keys, 1 or more.
func NewMap[K comparable, V any](max int) Map[K, V] {
	return Map[K, V]{max: max, values: make(map[K]V)}
}

// Get returns the value of a key; false if there is none.
func (m *Map[K, V]) Get(key K) (V, bool) {
	value, ok := m.values[key]
	return value, ok
}

// Has reports whether there is a key.
func (m *Map[K, V]) Has(key K) bool {
	_, ok := m.values[key]
	return ok
}

// Len counts the keys.
func (m *Map[K, V]) Len() int { return len(m.values) }

// Add returns false, and changes nothing, if the key is there. Where there are as many
// as there may be, the oldest gives way.
func (m *Map[K, V]) Add(key K, value V) bool {
	if m.Has(key) {
		return false
	}
	m.values[key] = value
	m.place(key)
	return true
}

// place gives a key that is new the place of the oldest, which may be its own from
// before it was removed.
func (m *Map[K, V]) place(key K) {
	if len(m.ring) < m.max {
		m.ring = append(m.ring, key)
		return
	}
	oldest := m.ring[m.next]
	m.ring[m.next] = key
	m.next = (m.next + 1) % m.max
	if oldest != key {
		delete(m.values, oldest)
	}
}

// Remove forgets a key. Its place is free once it comes round; if the key is added again
// before, that is its place still.
func (m *Map[K, V]) Remove(key K) { delete(m.values, key) }

// All yields the keys, the oldest first; one that was removed and added again, twice.
func (m *Map[K, V]) All() iter.Seq[K] {
	return func(yield func(K) bool) {
		for i := range m.ring {
			if key := m.ring[(m.next+i)%len(m.ring)]; m.Has(key) && !yield(key) {
				return
			}
		}
	}
}

// Set is a Map of which the keys are all.
type Set[T comparable] struct{ Map[T, struct{}] }

// NewSet makes an empty set that holds max members, 1 or more.
func NewSet[T comparable](max int) Set[T] { return Set[T]{NewMap[T, struct{}](max)} }

// Add is Map.Add, and looks v up only once, as there is no value to keep.
func (s *Set[T]) Add(v T) bool {
	before := len(s.values)
	if s.values[v] = struct{}{}; len(s.values) == before {
		return false
	}
	s.place(v)
	return true
}
