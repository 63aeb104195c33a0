package sim

import (
	"math"
	"time"

	"github.com/holiman/uint256"

	"networkmngr/internal/consensus"
	"networkmngr/internal/core"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// What a node is to keep whatever others do: a block that an honest peer has is
// verified here so soon after a sound link has it, besides what the way takes
// and the blocks before it.
const (
	maxTipDelay     = 2 * time.Second
	maxMessages     = 6                       // messages that may go to and fro for a block
	maxBlockDelay   = 10 * time.Millisecond   // for each block that is missing before it
	batchSize       = 128                     // blocks that come for one question
	maxPendingDelay = time.Minute             // for what is pending to be everywhere
	maxResolve      = 1100 * time.Millisecond // a peer may be stuck for a second
)

// expectation is that a node soon has as much work as an honest peer had.
type expectation struct {
	link   *link
	since  time.Time
	work   uint256.Int
	broken bool
}

// expectTipAtPeers expects the tip of n at all nodes that are on terms with it.
func (n *node) expectTipAtPeers() {
	for _, other := range n.world.honest() {
		if other != n {
			n.expectTipAt(other)
		}
	}
}

// expectTipAt expects the tip of n at a peer that lacks it, if the link between
// them is sound and both are on terms. A node whose clock is wrong may have to
// wait until a block is no longer from the future.
func (n *node) expectTipAt(other *node) {
	w, tip := n.world, n.seen
	if n.plays() || other.plays() || w.config.Skew > 0 || other.adversary != nil || !other.up() || !w.isSound(n, other) ||
		!n.hasPeer(other.id) || !other.hasPeer(n.id) {
		return
	}
	theirs := other.chain.Tip()
	if !tip.Work.Gt(&theirs.Work) {
		return
	}
	p := &expectation{link: n.link(other), since: w.now, work: tip.Work}
	other.expectations = append(other.expectations, p)
	w.background(w.maxDelay(n, other, tip, theirs), other.thisBoot(func() { other.checkExpectation(n, p) }))
}

// maxDelay is how long a tip may take from one node to another.
func (w *World) maxDelay(from, to *node, tip, theirs consensus.State) time.Duration {
	missing := time.Duration(from.missing(tip, theirs))
	way := w.longestWay(from, to)
	d := maxTipDelay + (maxMessages+2*(missing/batchSize))*way + missing*maxBlockDelay
	_, y := w.way(from, to)
	if y.left.After(w.now) {
		d += y.left.Sub(w.now)
	}
	return d
}

// missing is how many blocks of a chain of n the other one lacks.
func (n *node) missing(tip, theirs consensus.State) uint64 {
	updates, _, err := n.chain.UpdatesSince(theirs.ID)
	if err == nil {
		return uint64(len(updates.Applied))
	}
	return tip.Height // they are on a branch that is not known here
}

// checkExpectation finds an expectation broken if what it rests on has held until now.
func (n *node) checkExpectation(from *node, p *expectation) {
	w, tip := n.world, n.chain.Tip()
	if !tip.Work.Lt(&p.work) || !p.holds(w, from, n) {
		return
	}
	p.broken = true
	w.violation("node %d is at height %d, and lacks what node %d had %s ago", n.number, tip.Height, from.number, w.now.Sub(p.since))
}

func (p *expectation) holds(w *World, from, to *node) bool {
	return from.link(to) == p.link && w.isSound(from, to)
}

// checkExpectations ends the expectations that the tip keeps, and notes how long they
// took.
func (n *node) checkExpectations() {
	tip, w := n.chain.Tip(), n.world
	open := n.expectations[:0]
	for _, p := range n.expectations {
		switch {
		case tip.Work.Lt(&p.work):
			open = append(open, p)
		case !p.link.lost && !p.link.down || p.broken:
			w.slowest = max(w.slowest, w.now.Sub(p.since))
		}
	}
	clear(n.expectations[len(open):])
	n.expectations = open
}

// hello is how a frame begins that ends a handshake.
var hello = protocol.Encode(protocol.Hello{})[0]

// pong is how a frame begins that answers a ping.
var pong = protocol.Encode(protocol.Pong{})[0]

func (n *node) notePong(ev core.Received) {
	if other := n.world.byID[ev.Peer]; other != nil && len(ev.Frame) > 0 && ev.Frame[0] == pong {
		n.linkEnd(other).pong = true
	}
}

// linkEnd is this node's end of its link with another one; of none if there is none.
func (n *node) linkEnd(other *node) *linkEnd {
	l := n.link(other)
	switch {
	case l == nil:
		return new(linkEnd)
	case l.a == n.number:
		return &l.ends[0]
	default:
		return &l.ends[1]
	}
}

// greeted expects, of two nodes that have just come on terms, each one's tip at the other.
func (n *node) greeted(ev core.Received) {
	if other := n.world.byID[ev.Peer]; len(ev.Frame) > 0 && ev.Frame[0] == hello && other.adversary == nil && other.up() {
		other.expectTipAt(n)
		n.expectTipAt(other)
		other.expectPendingAt(n)
	}
}

// expectPendingAt expects all that is pending here at a node that has just come.
func (n *node) expectPendingAt(other *node) {
	ids := n.pool.IDs(math.MaxInt)
	if len(ids) == 0 || n.world.config.Skew > 0 {
		return
	}
	p := &expectation{link: n.link(other), since: n.world.now}
	n.world.background(maxPendingDelay, other.thisBoot(func() { other.checkPending(n, p, ids) }))
}

// checkPending finds an expectation of pending transfers broken if both nodes are on
// one tip, by which what is pending is judged, and n lacks some of what is pending
// at the other one still and would take it: after a crash a client may have posted
// something else in its place, or spent its coins otherwise.
func (n *node) checkPending(from *node, p *expectation, ids []types.Hash) {
	if !p.holds(n.world, from, n) || n.chain.Tip().ID != from.chain.Tip().ID || n.seen != from.seen {
		return
	}
	missing := 0
	for _, id := range ids {
		if t, has := from.pool.Get(id); has && from.isPending(&t) && !n.pool.Has(id) && n.wouldTake(t) {
			missing++
		}
	}
	if missing > 0 {
		n.world.violation("node %d lacks %d transfers of %d that node %d had %s ago", n.number, missing, len(ids), from.number, maxPendingDelay)
	}
}
