package mailbox

import (
	"context"
	"sync"
)

// Bell wakes all who wait for it. It costs nothing while nobody does, and who rings
// waits for none of them. The zero value is ready. Its methods may be called from any
// goroutine.
type Bell struct {
	mu   sync.Mutex
	rung chan struct{} // closes with the next ring; nil while nobody waits
}

// Wait returns a channel that closes with the next ring. A listener asks for it before
// it looks at what the bell tells of, so that it misses nothing.
func (b *Bell) Wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rung == nil {
		b.rung = make(chan struct{})
	}
	return b.rung
}

// Ring wakes all who wait.
func (b *Bell) Ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rung != nil {
		close(b.rung)
		b.rung = nil
	}
}

// Rings yields at once, as the bell may have been rung before, and whenever it has
// been rung since it last did, until ctx ends.
func (b *Bell) Rings(ctx context.Context) func(yield func() bool) {
	return func(yield func() bool) {
		for ctx.Err() == nil {
			rung := b.Wait()
			if !yield() {
				return
			}
			select {
			case <-ctx.Done():
			case <-rung:
			}
		}
	}
}
