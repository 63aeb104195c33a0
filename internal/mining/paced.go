package mining

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// Paced finds blocks as often as a miner that hashes Hashrate times a second,
// whatever this machine can do: it waits a time drawn from the exponential
// distribution whose mean is the work of the header's target divided by
// Hashrate, and only then has Solver find the header's nonce.
//
// The proof of work stays real, and its time comes on top of the wait: a paced
// hash rate near to the machine's own is not reached. As the exponential
// distribution has no memory, giving up for another header and drawing again
// neither gains nor loses anything.
type Paced struct {
	Hashrate float64 // hashes a second that it stands for; at 0 no block is ever found
	Rand     *rand.Rand
	Clock    Clock
	Solver   Solver

	due *types.Hash // block on which the wait for the next one is over; nil for none
}

// Solve implements [Solver]. The hashes are those that the wait stands for. An
// error of Clock.Wait is returned as it is.
func (p *Paced) Solve(ctx context.Context, h types.Header) (types.Header, uint64, error) {
	target, ok := consensus.TargetFromBits(h.Bits)
	if !ok {
		return types.Header{}, 0, fmt.Errorf("%w: %08x", ErrTarget, h.Bits)
	}
	work := consensus.WorkOf(target)
	hashes, err := p.wait(ctx, h.Previous, work.Float64())
	if err != nil {
		return types.Header{}, hashes, err
	}
	solved, _, err := p.Solver.Solve(ctx, h)
	if err == nil {
		p.due = nil
	}
	return solved, hashes, err
}

// wait lets the time of one block's search pass. It is over at once where it was
// over before on the same block, and the proof was cut short.
func (p *Paced) wait(ctx context.Context, previous types.Hash, work float64) (hashes uint64, err error) {
	if p.due != nil && *p.due == previous {
		return 0, nil
	}
	began := p.Clock.Now()
	if err = p.Clock.Wait(ctx, p.draw(work)); err == nil {
		p.due = &previous
	}
	return uint64(p.Hashrate * max(p.Clock.Now().Sub(began), 0).Seconds()), err
}

// draw returns how long the next block takes, at most the longest Duration.
func (p *Paced) draw(work float64) time.Duration {
	nanoseconds := p.Rand.ExpFloat64() * work / p.Hashrate * float64(time.Second)
	if nanoseconds < math.MaxInt64 {
		return time.Duration(nanoseconds)
	}
	return math.MaxInt64
}
