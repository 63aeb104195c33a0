package node

import (
	"context"
	"sync"
)

// mailbox is a queue that never makes its sender wait: the loop that feeds a
// worker must not wait for it, as the worker waits for the loop.
type mailbox[T any] struct {
	mu    sync.Mutex // guards items
	items []T
	bell  chan struct{}
}

func newMailbox[T any]() *mailbox[T] { return &mailbox[T]{bell: make(chan struct{}, 1)} }

func (m *mailbox[T]) put(item T) {
	m.mu.Lock()
	m.items = append(m.items, item)
	m.mu.Unlock()
	select {
	case m.bell <- struct{}{}:
	default:
	}
}

// drain hands over every item in order until ctx ends, which is no error.
func (m *mailbox[T]) drain(ctx context.Context, handle func(T)) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-m.bell:
		}
		m.mu.Lock()
		items := m.items
		m.items = nil
		m.mu.Unlock()
		for _, item := range items {
			if ctx.Err() != nil {
				return nil
			}
			handle(item)
		}
	}
}
