package mailbox

import (
	"context"
	"sync"

	"networkmngr/internal/types"
)

// Mailbox is a queue that never makes its sender wait: the loop that feeds a worker
// must not wait for it, as the worker waits for the loop. It has no bound of its
// own; whoever keeps one says what bounds it. Its senders take turns; see Turns.
// All methods may be called from any goroutine.
type Mailbox[T any] struct {
	bell Bell

	mu    sync.Mutex // guards queue
	queue Turns[T]
}

// New makes an empty mailbox.
func New[T any]() *Mailbox[T] { return new(Mailbox[T]) }

// Put adds an item of a sender, who is the zero NodeID where there is only one.
func (m *Mailbox[T]) Put(from types.NodeID, item T) {
	m.mu.Lock()
	m.queue.Put(from, item)
	m.mu.Unlock()
	m.bell.Ring()
}

// Drop removes all items of a sender.
func (m *Mailbox[T]) Drop(from types.NodeID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.queue.Drop(from)
}

// Take removes the next item; it is false if there is none.
func (m *Mailbox[T]) Take() (T, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.queue.Take()
}

// TakeAll removes every item.
func (m *Mailbox[T]) TakeAll() (items []T) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for item, ok := m.queue.Take(); ok; item, ok = m.queue.Take() {
		items = append(items, item)
	}
	return items
}

// Filled yields at once, and each time that items have come, until ctx ends.
func (m *Mailbox[T]) Filled(ctx context.Context) func(yield func() bool) { return m.bell.Rings(ctx) }

// Drain hands over every item in order until ctx ends, which is no error.
func (m *Mailbox[T]) Drain(ctx context.Context, handle func(T)) error {
	for range m.Filled(ctx) {
		for item, ok := m.Take(); ok && ctx.Err() == nil; item, ok = m.Take() {
			handle(item)
		}
	}
	return nil
}
