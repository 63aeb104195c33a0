package load

import (
	"slices"
	"sync"
	"time"

	"networkmngr/internal/types"
)

// late is how far behind its schedule a transfer counts as late.
const late = 100 * time.Millisecond

// results accounts for every transfer. Its methods may be called from any
// goroutine.
type results struct {
	mu       sync.Mutex               // guards what follows
	sentAt   map[types.Hash]time.Time // of the accepted ones, the moment before
	answers  []time.Duration          // of the accepted ones
	delays   []time.Duration          // behind the schedule, of all
	refusals map[string]int           // by code
	good     int                      // refused transfers that break no rule by themselves
	wrong    int                      // accepted ones that do
	failures int
	failure  error // the last one

	// inBlocks says when a transfer of the main chain was seen there, and
	// contents what each block holds, for when a reorg disconnects it.
	inBlocks map[types.Hash]time.Time
	contents map[types.Hash][]types.Hash
}

func newResults() *results {
	return &results{
		sentAt: make(map[types.Hash]time.Time), refusals: make(map[string]int),
		inBlocks: make(map[types.Hash]time.Time), contents: make(map[types.Hash][]types.Hash),
	}
}

// do holds the lock.
func (r *results) do(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}

func (r *results) started(delay time.Duration) { r.do(func() { r.delays = append(r.delays, delay) }) }

func (r *results) accepted(id types.Hash, began time.Time) {
	r.do(func() {
		r.sentAt[id] = began
		r.answers = append(r.answers, time.Since(began))
	})
}

func (r *results) wronglyAccepted() { r.do(func() { r.wrong++ }) }

func (r *results) refused(code string, k kind) {
	r.do(func() {
		r.refusals[code]++
		if k == good {
			r.good++
		}
	})
}

func (r *results) failed(err error) { r.do(func() { r.failures++; r.failure = err }) }

// added notes a block of the main chain, seen now.
func (r *results) added(b *types.Block, now time.Time) {
	var ids []types.Hash
	for i := range b.Transactions {
		if b.Transactions[i].Kind == types.Transfer {
			ids = append(ids, b.Transactions[i].ID())
		}
	}
	r.do(func() {
		r.contents[b.Hash()] = ids
		for _, id := range ids {
			r.inBlocks[id] = now
		}
	})
}

// reverted notes that a block left the main chain.
func (r *results) reverted(block types.Hash) {
	r.do(func() {
		for _, id := range r.contents[block] {
			delete(r.inBlocks, id)
		}
		delete(r.contents, block)
	})
}

// missing lists accepted transfers that are in no block.
func (r *results) missing() (ids []types.Hash) {
	r.do(func() {
		for id := range r.sentAt {
			if r.inBlocks[id].IsZero() {
				ids = append(ids, id)
			}
		}
	})
	return ids
}

func (r *results) progress(elapsed time.Duration) (p Progress) {
	r.do(func() {
		p = Progress{Elapsed: elapsed, Sent: len(r.delays), Accepted: len(r.sentAt)}
		for id := range r.sentAt {
			if !r.inBlocks[id].IsZero() {
				p.Included++
			}
		}
		for _, delay := range r.delays {
			if delay > late {
				p.Late++
			}
		}
	})
	return p
}

// quantiles are of some durations.
func quantiles(durations []time.Duration) Quantiles {
	if len(durations) == 0 {
		return Quantiles{}
	}
	sorted := slices.Sorted(slices.Values(durations))
	at := func(share float64) float64 {
		return sorted[int(share*float64(len(sorted)-1)+0.5)].Seconds()
	}
	return Quantiles{P50: at(0.50), P99: at(0.99), Max: at(1)}
}
