package httpserver

import "sync"

// Slots bound what clients hold at one time, such as connections. Clients on this
// machine have as many as all strangers together, so that strangers cannot keep
// them out, and share them freely: a program that runs here needs no connections to
// do harm. No other origin has more than a quarter of the strangers' slots.
// Methods may be called from any goroutine.
type Slots struct {
	each int // for this machine, and for strangers

	mu        sync.Mutex // guards what follows
	taken     map[Origin]int
	strangers int // slots that they have taken
}

// NewSlots returns so many slots for this machine, and as many for strangers.
func NewSlots(each int) *Slots {
	return &Slots{each: each, taken: make(map[Origin]int)}
}

// Acquire takes a slot for a client, if one is free for its origin.
func (p *Slots) Acquire(from Origin) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.full(from) || from.stranger() && p.strangers >= p.each {
		return false
	}
	p.change(from, 1)
	return true
}

// Release returns a slot that was taken.
func (p *Slots) Release(from Origin) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.change(from, -1)
}

// Taken counts the slots that clients hold.
func (p *Slots) Taken() (slots int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, held := range p.taken {
		slots += held
	}
	return slots
}

// Frees reports whether a client that finds no slot would find one if another
// client left.
func (p *Slots) Frees(newcomer, other Origin) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return newcomer == other || newcomer.stranger() && other.stranger() && !p.full(newcomer)
}

// full reports whether an origin has all slots that it may have.
func (p *Slots) full(from Origin) bool {
	limit := p.each
	if from.stranger() {
		limit = max(p.each/4, 1)
	}
	return p.taken[from] >= limit
}

func (p *Slots) change(from Origin, by int) {
	p.taken[from] += by
	if p.taken[from] == 0 {
		delete(p.taken, from)
	}
	if from.stranger() {
		p.strangers += by
	}
}
