package sim

import (
	"iter"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/mempool"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// What a node's one loop spends on an event: of the order that the benchmarks of
// internal/protocol measure (BenchmarkDecode, BenchmarkScan, BenchmarkHeaders).
const (
	eventCost  = time.Microsecond       // of decoding a small frame
	scanCost   = 300 * time.Nanosecond  // of comparing one pending transfer with short ids
	headerCost = 2800 * time.Nanosecond // of taking one header
)

// workSpan is the time in which the loop must be idle for half of it.
const workSpan = 10 * time.Second

// happening is an event that waits for the loop.
type happening struct {
	what  string
	event protocol.Event
	frame *frame // that brought it, or nil
}

// inbox gives the loop an event, after those that wait already.
func (n *node) inbox(what string, ev protocol.Event, f *frame) {
	h := happening{what, ev, f}
	if !n.up() {
		h.over(n)
		return
	}
	if len(n.waiting) > 0 || n.world.now.Before(n.busyUntil) {
		n.waiting = append(n.waiting, h)
		if len(n.waiting) == 1 {
			n.world.at(n.busyUntil, n.thisLife(n.goOn))
		}
		return
	}
	n.deal(h)
}

// goOn deals with what waits, until the loop is busy again.
func (n *node) goOn() {
	for len(n.waiting) > 0 {
		if n.world.now.Before(n.busyUntil) {
			n.world.at(n.busyUntil, n.thisLife(n.goOn))
			return
		}
		h := n.waiting[0]
		n.waiting = n.waiting[1:]
		n.deal(h)
		if !n.up() {
			return
		}
	}
}

func (n *node) deal(h happening) {
	f := h.frame
	if f != nil && f.link.down {
		h.over(n)
		return
	}
	heeded := f != nil && f.then != nil && n.up() && n.hasPeer(f.from.id) // and not about to be dropped
	n.handle(h.what, h.event)
	h.over(n)
	if heeded {
		f.then()
	}
}

// over ends the frame, if there is one.
func (h *happening) over(n *node) {
	if h.frame != nil {
		n.world.read(h.frame)
	}
}

// spend keeps the loop busy for what an event cost.
func (n *node) spend() {
	cost := eventCost + time.Duration(n.scanned)*scanCost + time.Duration(n.headers)*headerCost
	n.scanned, n.headers = 0, 0
	n.busyUntil = n.world.now.Add(cost)
	n.atWork += cost
}

// checkWork wants the loop to have time left, in every ten seconds.
func (n *node) checkWork() {
	w := n.world
	if over := w.now.Sub(n.workSince); over >= workSpan {
		n.busiest = max(n.busiest, float64(n.atWork)/float64(over))
		if n.atWork > over/2 {
			w.fault("node %d spent %s of %s on what its peers sent", n.number, n.atWork, over)
		}
		n.atWork, n.workSince = 0, w.now
	}
}

// priced is a node's chain, whose headers cost time.
type priced struct {
	*chain.Chain
	node *node
}

func (p priced) AddHeaders(headers []types.Header) error {
	p.node.headers += len(headers)
	return p.Chain.AddHeaders(headers)
}

// pricedPool is a node's mempool, whose scans cost time.
type pricedPool struct {
	*mempool.Synced
	node *node
}

func (p pricedPool) All() iter.Seq2[types.Hash, types.Transaction] {
	p.node.scanned += p.Len()
	return p.Pool.All()
}

func (p pricedPool) IDs(limit int) []types.Hash {
	ids := p.Pool.IDs(limit)
	p.node.scanned += len(ids)
	return ids
}
