package mailbox

import (
	"context"
	"sync"
)

// Bell tells one listener that something happened since it last listened. Who
// rings does not wait. The zero value is no bell; see NewBell.
type Bell chan struct{}

// NewBell makes a bell that nobody has rung.
func NewBell() Bell { return make(Bell, 1) }

// Ring rings the bell. A listener that has not answered the last ring hears one
// ring for both.
func (b Bell) Ring() {
	select {
	case b <- struct{}{}:
	default:
	}
}

// Rings yields each time that the bell was rung, until ctx ends.
func (b Bell) Rings(ctx context.Context) func(yield func() bool) {
	return func(yield func() bool) {
		for {
			select {
			case <-ctx.Done():
				return
			case <-b:
			}
			if !yield() {
				return
			}
		}
	}
}

// Bells rings for any number of listeners, and waits for none. The zero value has
// none yet. All methods may be called from any goroutine.
type Bells struct {
	mu  sync.Mutex // guards all
	all map[Bell]bool
}

// Add returns a bell of a new listener, and a function that takes it away.
func (b *Bells) Add() (<-chan struct{}, func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.all == nil {
		b.all = make(map[Bell]bool)
	}
	bell := NewBell()
	b.all[bell] = true
	return bell, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.all, bell)
	}
}

// Ring rings for every listener.
func (b *Bells) Ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for bell := range b.all {
		bell.Ring()
	}
}
