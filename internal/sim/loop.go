package sim

import (
	"time"

	"networkmngr/internal/core"
)

// What a node's one loop spends on an input: of the order that the benchmarks of
// internal/protocol measure (BenchmarkDecode, BenchmarkScan, BenchmarkHeaders).
const (
	eventCost  = time.Microsecond       // of decoding a small frame
	scanCost   = 300 * time.Nanosecond  // of comparing one pending transfer with short ids
	headerCost = 2800 * time.Nanosecond // of taking one header
)

// workSpan is the time in which the loop must be idle for half of it.
const workSpan = 10 * time.Second

// work is an input that waits for the loop.
type work struct {
	what  string
	input core.Input
	frame *frame // that brought it, or nil
}

// inbox gives the loop an input, after those that wait already.
func (n *node) inbox(what string, in core.Input, f *frame) {
	h := work{what, in, f}
	if !n.up() {
		h.over(n)
		return
	}
	if len(n.waiting) > 0 || n.world.now.Before(n.busyUntil) {
		n.waiting = append(n.waiting, h)
		if len(n.waiting) == 1 {
			n.world.at(n.busyUntil, n.turn)
		}
		return
	}
	n.deal(h)
}

// goOn deals with what waits, until the loop is busy again.
func (n *node) goOn() {
	for n.taken < len(n.waiting) {
		if n.world.now.Before(n.busyUntil) {
			n.world.at(n.busyUntil, n.turn)
			return
		}
		h := n.waiting[n.taken]
		n.taken++
		n.deal(h)
		if !n.up() {
			return
		}
	}
	clear(n.waiting)
	n.waiting, n.taken = n.waiting[:0], 0
}

func (n *node) deal(h work) {
	f := h.frame
	if f != nil && f.link.down {
		h.over(n)
		return
	}
	heeded := f != nil && f.then != nil && n.up() && n.hasPeer(f.from.id) // and not about to be dropped
	n.handle(h.what, h.input)
	h.over(n)
	if heeded {
		f.then()
	}
}

// over ends the frame, if there is one.
func (h *work) over(n *node) {
	if h.frame != nil {
		n.world.read(h.frame)
	}
}

// spend keeps the loop busy for what an input cost, of what the core has done since
// before.
func (n *node) spend(before core.Work) {
	now := n.core.Work()
	cost := eventCost + time.Duration(now.Scanned-before.Scanned)*scanCost + time.Duration(now.Headers-before.Headers)*headerCost
	n.busyUntil = n.world.now.Add(cost)
	n.atWork += cost
	n.checkWork()
}

// checkWork wants the loop to have time left, in every ten seconds.
func (n *node) checkWork() {
	w := n.world
	if over := w.now.Sub(n.workSince); over >= workSpan {
		n.busiest = max(n.busiest, float64(n.atWork)/float64(over))
		if n.atWork > over/2 {
			w.violation("node %d spent %s of %s on what its peers sent", n.number, n.atWork, over)
		}
		n.atWork, n.workSince = 0, w.now
	}
}
