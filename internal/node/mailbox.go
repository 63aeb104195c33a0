package node

import (
	"context"
	"sync"
)

// bell tells one listener that something happened since it last listened. Who
// rings does not wait.
type bell chan struct{}

func newBell() bell { return make(bell, 1) }

func (b bell) ring() {
	select {
	case b <- struct{}{}:
	default:
	}
}

// mailbox is a queue that never makes its sender wait: the loop that feeds a
// worker must not wait for it, as the worker waits for the loop. It
// has no bound of its own; whoever keeps one says what bounds it.
type mailbox[T any] struct {
	mu    sync.Mutex // guards items
	items []T
	bell  bell
}

func newMailbox[T any]() *mailbox[T] { return &mailbox[T]{bell: newBell()} }

func (m *mailbox[T]) put(item T) {
	m.mu.Lock()
	m.items = append(m.items, item)
	m.mu.Unlock()
	m.bell.ring()
}

// drain hands over every item in order until ctx ends, which is no error.
func (m *mailbox[T]) drain(ctx context.Context, handle func(T)) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-m.bell:
		}
		for _, item := range m.takeAll() {
			if ctx.Err() != nil {
				return nil
			}
			handle(item)
		}
	}
}

func (m *mailbox[T]) takeAll() []T {
	m.mu.Lock()
	defer m.mu.Unlock()
	items := m.items
	m.items = nil
	return items
}
