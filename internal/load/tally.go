package load

import (
	"slices"
	"sync"
	"time"

	"networkmngr/internal/types"
)

// late is how far behind its schedule a transfer counts as late.
const late = 100 * time.Millisecond

// tally counts what has become of every transfer. Its methods may be called
// from any goroutine.
type tally struct {
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
	// contents what blocks hold, as a reorg takes it out again.
	inBlocks map[types.Hash]time.Time
	contents map[types.Hash][]types.Hash
}

func newTally() *tally {
	return &tally{
		sentAt: make(map[types.Hash]time.Time), refusals: make(map[string]int),
		inBlocks: make(map[types.Hash]time.Time), contents: make(map[types.Hash][]types.Hash),
	}
}

// do holds the lock.
func (t *tally) do(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f()
}

func (t *tally) started(delay time.Duration) { t.do(func() { t.delays = append(t.delays, delay) }) }

func (t *tally) accepted(id types.Hash, began time.Time) {
	t.do(func() {
		t.sentAt[id] = began
		t.answers = append(t.answers, time.Since(began))
	})
}

func (t *tally) wronglyAccepted() { t.do(func() { t.wrong++ }) }

func (t *tally) refused(code string, k kind) {
	t.do(func() {
		t.refusals[code]++
		if k == good {
			t.good++
		}
	})
}

func (t *tally) failed(err error) { t.do(func() { t.failures++; t.failure = err }) }

// added takes a block of the main chain in, which was seen now.
func (t *tally) added(b *types.Block, now time.Time) {
	var ids []types.Hash
	for i := range b.Transactions {
		if b.Transactions[i].Kind == types.Transfer {
			ids = append(ids, b.Transactions[i].ID())
		}
	}
	t.do(func() {
		t.contents[b.Hash()] = ids
		for _, id := range ids {
			t.inBlocks[id] = now
		}
	})
}

// reverted takes a block back.
func (t *tally) reverted(block types.Hash) {
	t.do(func() {
		for _, id := range t.contents[block] {
			delete(t.inBlocks, id)
		}
		delete(t.contents, block)
	})
}

// missing lists what is accepted and in no block.
func (t *tally) missing() (ids []types.Hash) {
	t.do(func() {
		for id := range t.sentAt {
			if t.inBlocks[id].IsZero() {
				ids = append(ids, id)
			}
		}
	})
	return ids
}

func (t *tally) progress(elapsed time.Duration) (p Progress) {
	t.do(func() {
		p = Progress{Elapsed: elapsed, Sent: len(t.delays), Accepted: len(t.sentAt)}
		for id := range t.sentAt {
			if !t.inBlocks[id].IsZero() {
				p.Included++
			}
		}
		for _, delay := range t.delays {
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
