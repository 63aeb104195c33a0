package mining

import (
	"context"
	"sync"
	"time"
)

const (
	// batchSize is how many nonces are tried between two looks at the context
	// and at the other threads: half a millisecond's work with SHA
	// instructions, under two without.
	batchSize = 4096
	// slice is how long a limited search may take for what it then does at once,
	// if that is less than a batch.
	slice = 20 * time.Millisecond
)

// Limit keeps real hashing to a rate: searches do a slice of hashes at full
// speed, and pause until that slice's time has passed. A nil Limit is none.
// Several threads, and searches one after the other, may share a Limit.
type Limit struct {
	hashrate float64 // hashes a second
	clock    Clock

	mu   sync.Mutex // guards free
	free time.Time  // when the time of all hashes that were taken has passed
}

// NewLimit returns a limit of so many hashes a second, more than 0.
func NewLimit(hashrate float64, clock Clock) *Limit {
	return &Limit{hashrate: hashrate, clock: clock}
}

// slice is how many hashes are to be taken together.
func (l *Limit) slice() uint64 {
	if l == nil {
		return batchSize
	}
	return uint64(min(max(l.hashrate*slice.Seconds(), 1), batchSize))
}

// take returns once n more hashes may be done, or with ctx's error.
func (l *Limit) take(ctx context.Context, n uint64) error {
	if l == nil {
		return nil
	}
	pause := l.reserve(n)
	if pause <= 0 {
		return nil
	}
	err := l.clock.Wait(ctx, pause)
	if err != nil {
		l.giveBack(n)
	}
	return err
}

// reserve takes n hashes, and returns how long to wait before doing them.
func (l *Limit) reserve(n uint64) time.Duration {
	now := l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.free.Before(now) {
		l.free = now // time without a search is not saved up
	}
	pause := l.free.Sub(now)
	l.free = l.free.Add(l.time(n))
	return pause
}

// giveBack says that n of the hashes taken were not done.
func (l *Limit) giveBack(n uint64) {
	if l == nil || n == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.free = l.free.Add(-l.time(n))
}

// time is how long n hashes take at the limit's rate.
func (l *Limit) time(n uint64) time.Duration {
	return time.Duration(float64(n) / l.hashrate * float64(time.Second))
}
