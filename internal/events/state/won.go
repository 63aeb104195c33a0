package state

import (
	"cmp"
	"time"

	"networkmngr/internal/events"
	"networkmngr/internal/recent"
	"networkmngr/internal/types"
)

// mostWon bounds the blocks that are counted.
const mostWon = 20_000

// Won counts the blocks of a chain by who has mined them, since a node was told last to mine
// another way, by a plan or a strategy. A node that mines on after a stop or a new start as it
// did before was not told another way, and what a session has nodes do is none of it. Won is
// for one goroutine at a time.
type Won struct {
	since   time.Time         // zero while no node was told
	orders  map[string]Mining // by node: how it was told to mine last
	session bool
	blocks  recent.Map[types.Hash, wonBlock]
}

// wonBlock is a block as far as it is counted.
type wonBlock struct {
	previous types.Hash
	miner    types.Address
	at       time.Time // of the first word of it
}

// NewWon makes a Won that knows nothing yet.
func NewWon() *Won {
	w := &Won{orders: make(map[string]Mining)}
	w.forget()
	return w
}

// forget leaves the blocks of another network.
func (w *Won) forget() { w.blocks = recent.NewMap[types.Hash, wonBlock](mostWon) }

// Apply takes in the next event.
func (w *Won) Apply(e *events.Event) {
	if e.Node == "" {
		w.ofNetwork(e.Data)
		return
	}
	switch data := e.Data.(type) {
	case events.MiningStarted:
		w.order(e, Mining{Mode: data.Mode, Strategy: data.Strategy, Solver: data.Solver, Hashrate: data.Hashrate})
	case events.MiningChanged:
		w.order(e, Mining{Mode: data.Mode, Strategy: data.Strategy, Solver: data.Solver, Hashrate: data.Hashrate})
	case events.BlockMined:
		w.block(data.Hash, wonBlock{data.Previous, data.Miner, e.Time})
	case events.BlockConnected:
		w.block(data.Hash, wonBlock{data.Previous, data.Miner, e.Time})
	case events.TipMoved:
		for i := range data.Last {
			b := &data.Last[i]
			w.block(b.Hash, wonBlock{b.Previous, b.Miner, b.Found(e.Time)})
		}
	}
}

func (w *Won) ofNetwork(data events.Data) {
	switch data.(type) {
	case events.MiningStarted:
		w.session = true
	case events.MiningStopped, events.NetworkUp, events.NetworkDown:
		w.session = false
	case events.NetworkChanged:
		w.forget()
	}
}

// order takes in how a node mines from now on.
func (w *Won) order(e *events.Event, now Mining) {
	if w.session {
		return
	}
	before, told := w.orders[e.Node]
	now.Strategy = cmp.Or(now.Strategy, before.Strategy, events.Honest)
	w.orders[e.Node] = now
	if (!told || now != before) && e.Time.After(w.since) {
		w.since = e.Time
	}
}

// block takes in the first word of a block.
func (w *Won) block(hash types.Hash, b wonBlock) {
	if !w.blocks.Has(hash) {
		w.blocks.Add(hash, b)
	}
}

// Since is when a node was told last to mine another way; zero if none ever was.
func (w *Won) Since() time.Time { return w.since }

// On counts the blocks of the chain up to a tip that came since then, by the address that each
// pays.
func (w *Won) On(tip types.Hash) map[types.Address]int {
	counts := make(map[types.Address]int)
	for b, known := w.blocks.Get(tip); known && !b.at.Before(w.since); b, known = w.blocks.Get(b.previous) {
		counts[b.miner]++
	}
	return counts
}

// Best is the tip that most running nodes have, of equals the one with the most work; that of
// all nodes where none runs. Who withholds blocks does not count beside others. It is the zero
// block while no node has told of one.
func (s *State) Best() (best events.BlockRef) {
	most, work := 0, ""
	votes := make(map[types.Hash]int)
	for _, n := range s.voters() {
		votes[n.Tip.Hash]++
		if count := votes[n.Tip.Hash]; count > most || count == most && moreWork(n.Work, work) {
			best, most, work = *n.Tip, count, n.Work
		}
	}
	return best
}

// moreWork reports whether a decimal number is larger than another one.
func moreWork(a, b string) bool { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) > 0 }

// voters are the running nodes that withhold nothing, all that run where none is such, or all
// where none runs.
func (s *State) voters() []*Node {
	var known, running, open []*Node
	for i := range s.Nodes {
		n := &s.Nodes[i]
		if n.Tip == nil {
			continue
		}
		known = append(known, n)
		if n.State != Running {
			continue
		}
		running = append(running, n)
		if n.Withheld == 0 {
			open = append(open, n)
		}
	}
	for _, voters := range [][]*Node{open, running} {
		if len(voters) > 0 {
			return voters
		}
	}
	return known
}
