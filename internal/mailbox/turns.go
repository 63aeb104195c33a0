package mailbox

import (
	"slices"

	"networkmngr/internal/types"
)

// Turns is a queue in which each peer's items stay in order and peers take
// turns, so that who fills it holds up nobody else. It has no bound of its own. The
// zero value is empty; one goroutine at a time.
type Turns[T any] struct {
	waiting map[types.NodeID][]T
	order   []types.NodeID // of those that have something waiting, the next first
}

// Put adds an item of a peer.
func (q *Turns[T]) Put(from types.NodeID, item T) {
	if q.waiting == nil {
		q.waiting = make(map[types.NodeID][]T)
	}
	if len(q.waiting[from]) == 0 {
		q.order = append(q.order, from)
	}
	q.waiting[from] = append(q.waiting[from], item)
}

// Take removes the next item; it is false if there is none.
func (q *Turns[T]) Take() (item T, ok bool) {
	if len(q.order) == 0 {
		return item, false
	}
	from := q.order[0]
	q.order = q.order[1:]
	items := q.waiting[from]
	item = items[0]
	clear(items[:1]) // lets go of it
	if len(items) == 1 {
		delete(q.waiting, from)
	} else {
		q.waiting[from] = items[1:]
		q.order = append(q.order, from)
	}
	return item, true
}

// Drop removes all items of a peer.
func (q *Turns[T]) Drop(from types.NodeID) {
	if len(q.waiting[from]) > 0 {
		delete(q.waiting, from)
		q.order = slices.DeleteFunc(q.order, func(id types.NodeID) bool { return id == from })
	}
}
