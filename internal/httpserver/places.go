package httpserver

import "sync"

// Places bound what clients hold at one time, such as connections. Clients on this
// machine have as many as all strangers together, so that strangers cannot keep
// them out, and share them freely: a program that runs here needs no connections to
// do harm. No other origin has more than a quarter of the strangers' places.
// Methods may be called from any goroutine.
type Places struct {
	each int // for this machine, and for strangers

	mu        sync.Mutex // guards what follows
	taken     map[Origin]int
	strangers int // places that they have taken
}

// NewPlaces returns each places for this machine, and as many for strangers.
func NewPlaces(each int) *Places {
	return &Places{each: each, taken: make(map[Origin]int)}
}

// Take takes a place for a client, if one is free for its origin.
func (p *Places) Take(from Origin) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.full(from) || from.stranger() && p.strangers >= p.each {
		return false
	}
	p.change(from, 1)
	return true
}

// Leave returns a place that was taken.
func (p *Places) Leave(from Origin) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.change(from, -1)
}

// Helps reports whether a client that finds no place would find one if another
// client left.
func (p *Places) Helps(newcomer, other Origin) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return newcomer == other || newcomer.stranger() && other.stranger() && !p.full(newcomer)
}

// full reports whether an origin has all places that it may have.
func (p *Places) full(from Origin) bool {
	most := p.each
	if from.stranger() {
		most = max(p.each/4, 1)
	}
	return p.taken[from] >= most
}

func (p *Places) change(from Origin, by int) {
	p.taken[from] += by
	if p.taken[from] == 0 {
		delete(p.taken, from)
	}
	if from.stranger() {
		p.strangers += by
	}
}
