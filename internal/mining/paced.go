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
// The proof of work stays real, and its time counts for the next block: the miner
// that Paced stands for has found its block by then, and hashes on. So a paced hash rate
// is reached as long as this machine proves blocks clearly faster than they are due. As the
// exponential distribution has no memory, giving up for another header and drawing again
// neither gains nor loses anything.
type Paced struct {
	Hashrate float64 // hashes a second that it stands for; at 0 no block is ever found
	Rand     *rand.Rand
	Clock    Clock
	Solver   Solver

	due    *types.Hash   // block on which the wait for the next one is over; nil for none
	since  time.Time     // when that was
	proved time.Duration // of proofs, that no wait has counted yet
}

// maxProved bounds Paced.proved, in means of the wait: a process that stood still during a
// proof is not to owe hundreds of blocks then.
const maxProved = 2

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
		most := duration(maxProved * work.Float64() / p.Hashrate)
		p.due, p.proved = nil, min(p.proved+max(p.Clock.Now().Sub(p.since), 0), most)
	}
	return solved, hashes, err
}

// wait lets the time of one block's search pass. It is over at once where it was
// over before on the same block, and the proof was cut short.
func (p *Paced) wait(ctx context.Context, previous types.Hash, work float64) (hashes uint64, err error) {
	if p.due != nil && *p.due == previous {
		return 0, nil
	}
	began, next := p.Clock.Now(), p.draw(work)
	counted := min(p.proved, next)
	p.proved -= counted
	err = p.Clock.Wait(ctx, next-counted)
	now := p.Clock.Now()
	if err == nil {
		p.due, p.since = &previous, now
	}
	return uint64(p.Hashrate * (counted + max(now.Sub(began), 0)).Seconds()), err
}

// draw returns how long the next block takes, at most the longest Duration.
func (p *Paced) draw(work float64) time.Duration {
	return duration(p.Rand.ExpFloat64() * work / p.Hashrate)
}

// duration returns seconds as a Duration, at most the longest.
func duration(seconds float64) time.Duration {
	nanoseconds := seconds * float64(time.Second)
	if nanoseconds < math.MaxInt64 {
		return time.Duration(nanoseconds)
	}
	return math.MaxInt64
}
