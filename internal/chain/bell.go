package chain

import "sync"

// bells rings for every listener without waiting for any: a listener that has
// not answered the last ring hears one ring for both.
type bells struct {
	mu   sync.Mutex // guards all
	all  map[int]chan struct{}
	next int
}

func (b *bells) add() (<-chan struct{}, func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.all == nil {
		b.all = make(map[int]chan struct{})
	}
	id, bell := b.next, make(chan struct{}, 1)
	b.all[id] = bell
	b.next++
	return bell, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.all, id)
	}
}

func (b *bells) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, bell := range b.all {
		select {
		case bell <- struct{}{}:
		default:
		}
	}
}
