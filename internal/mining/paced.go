package mining

import (
	"context"
	"math"
	"math/rand/v2"
	"time"

	"networkmngr/internal/types"
)

// Paced finds blocks as often as a miner that hashes HashRate times a second
// at a difficulty of Work, whatever this machine can do: it waits a time drawn
// from the exponential distribution with mean Work/HashRate seconds, and only
// then has Solver find the header's nonce.
//
// The proof of work stays real, and its time comes on top of the wait. So
// Paced is for networks whose own difficulty is so low that Solver takes next
// to no time; h.Bits has no part in the wait. Miners that share one Work find
// blocks in proportion to their hash rates, every Work/(sum of hash rates)
// seconds together. As the exponential distribution has no memory, giving up
// for a new tip and drawing again neither gains nor loses anything.
//
// A Paced serves one Solve at a time, as Rand does.
type Paced struct {
	HashRate float64 // simulated hashes a second; at 0 no block is ever found
	Work     float64 // hashes that a block takes on average
	Rand     *rand.Rand
	// Wait returns nil after the duration, or ctx's error when ctx ends first.
	// It is the clock, so that time can be virtual.
	Wait   func(context.Context, time.Duration) error
	Solver Solver
}

// Solve implements [Solver]; an error of Wait is returned as it is.
func (p *Paced) Solve(ctx context.Context, h types.Header) (types.Header, error) {
	if err := p.Wait(ctx, p.draw()); err != nil {
		return types.Header{}, err
	}
	return p.Solver.Solve(ctx, h)
}

// draw gives how long the next block takes, at most the longest Duration.
func (p *Paced) draw() time.Duration {
	nanoseconds := p.Rand.ExpFloat64() * p.Work / p.HashRate * float64(time.Second)
	if nanoseconds < math.MaxInt64 {
		return time.Duration(nanoseconds)
	}
	return math.MaxInt64
}
