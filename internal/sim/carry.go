package sim

import (
	"errors"
	"slices"
	"time"

	"networkmngr/internal/core"
	"networkmngr/internal/transport"
	"networkmngr/internal/types"
)

// handle gives the core an input and does what it wants done.
func (n *node) handle(what string, in core.Input) {
	if !n.up() {
		return
	}
	if n.adversary != nil {
		n.note(what, in)
		n.adversary.handle(in)
		return
	}
	before := n.core.Work()
	effects := n.step(what, in)
	n.spend(before)
	n.wakeLater()
	n.observe(in, effects)
	for _, effect := range effects {
		n.carry(effect)
	}
}

// step is an input that the core handles now.
func (n *node) step(what string, in core.Input) []core.Effect {
	n.note(what, in)
	return n.core.Handle(n.world.now, in)
}

// note adds an input to the trace.
func (n *node) note(what string, in core.Input) {
	if r, ok := in.(core.Received); ok {
		n.world.note(what, n.number, r.Peer[:], r.Frame)
	} else {
		n.world.note(what, n.number)
	}
}

func (n *node) carry(effect core.Effect) {
	switch e := effect.(type) {
	case core.Send:
		n.checkPassOn(e.Message)
		n.world.stats.sent[e.Frame[0]].add(e.Message, len(e.Frame))
		n.send(e.Peer, e.Frame)
	case core.Serve:
		n.later(n.world.exponential(time.Millisecond), func() { n.serve(e) })
	case core.Drop:
		n.drop(e)
	case core.Faster:
		n.credit(e.Peer, func(merits *transport.Inbound) { merits.Ping = e.Lowest })
	case core.Novelty:
		n.credit(e.Peer, func(merits *transport.Inbound) { merits.LastTransfer = n.world.now })
	case core.Dial:
		n.world.dial(n, e.Node)
	case core.Write:
		n.validation.write(n, e)
	case core.Keep:
		n.secret = e.Kept
	case core.Follow:
		n.follow(e)
	case core.Admit:
		n.validation.admit(n, e)
	case core.Discard:
		n.validation.turns.Drop(e.Peer)
	case core.Persist:
		n.persist(e)
	case core.Answer:
		n.answered(e)
	case core.Job:
		n.job = e.Job
	case core.Tell:
		n.told(e.Data)
	case core.Fail:
		n.world.violation("node %d: %v", n.number, e.Err)
	}
}

// ask brings the core what question makes of a number, and calls then with the
// answer.
func (n *node) ask(what string, question func(number uint64) core.Input, then func(core.Answer)) {
	n.asked++
	n.answers[n.asked] = then
	n.inbox(what, question(n.asked), nil)
}

func (n *node) answered(a core.Answer) {
	if then := n.answers[a.Number]; then != nil {
		delete(n.answers, a.Number)
		then(a)
	}
}

// serve looks up an answer and sends it frame by frame, as the link has room.
func (n *node) serve(s core.Serve) {
	frames, err := s.Frames(n.chain, n.pool.Get)
	if err != nil {
		n.inbox("served", core.Served{Peer: s.Peer, Number: s.Number, Err: err}, nil)
		return
	}
	n.sendAll(s, slices.Collect(frames))
}

func (n *node) sendAll(s core.Serve, frames [][]byte) {
	if len(frames) == 0 {
		n.inbox("served", core.Served{Peer: s.Peer, Number: s.Number}, nil)
		return
	}
	n.world.awaitRoom(n, n.world.byID[s.Peer], func() {
		n.observeServed(frames[0])
		n.send(s.Peer, frames[0])
		n.sendAll(s, frames[1:])
	})
}

// send puts a frame into the queue of a link. A link whose queue has no room
// for it ends, as its peer is too slow, and so does the one with the longest queue
// where all together are too long.
func (n *node) send(to types.NodeID, bytes []byte) {
	w, other := n.world, n.world.byID[to]
	if _, way := w.way(n, other); way != nil && way.queued+len(bytes)+transport.FrameOverhead > linkConfig.MaxQueue {
		n.cutOff(other)
		return
	}
	w.send(n, other, bytes, nil)
	if n.held > linkConfig.MaxQueued {
		n.relieve()
	}
}

// relieve ends the link on which most waits.
func (n *node) relieve() {
	w := n.world
	var longest *node
	most := 0
	for _, other := range w.nodes {
		if _, way := w.way(n, other); way != nil && way.queued > most {
			longest, most = other, way.queued
		}
	}
	if longest != nil {
		n.cutOff(longest)
	}
}

// cutOff ends the link with a peer that is too slow.
func (n *node) cutOff(other *node) {
	if other.adversary == nil {
		n.checkDrop(other, transport.ErrSlow)
	}
	n.world.unlink(n.link(other))
}

// hold counts bytes that wait on links, and notes how much waits in all.
func (n *node) hold(bytes int) {
	if n.held += bytes; n.adversary == nil && n.up() {
		n.mostHeld = max(n.mostHeld, n.held+n.kept)
	}
}

// drop ends a link. No honest node may be banned.
func (n *node) drop(a core.Drop) {
	w, other := n.world, n.world.byID[a.Peer]
	if out := max(a.Ban, a.Discourage); out > 0 {
		n.barred[a.Peer] = w.now.Add(out)
	}
	if a.Ban > 0 && other.adversary == nil {
		w.violation("node %d bars honest node %d: %v", n.number, other.number, a.Reason)
	}
	switch {
	case other.adversary == nil:
		n.checkDrop(other, a.Reason)
	case a.Ban > 0:
		w.stats.Total["adversaries banned: "+other.adversary.behaviours[n.id].String()]++
	default:
		w.stats.Total["adversaries dropped: "+other.adversary.behaviours[n.id].String()]++
	}
	w.unlink(n.link(other))
}

// checkDrop judges why a link with an honest node ends.
func (n *node) checkDrop(other *node, reason error) {
	w := n.world
	switch {
	case errors.Is(reason, core.ErrExtraPeer):
		w.stats.Total["peers dropped after a trial"]++
	case errors.Is(reason, core.ErrFeeler):
		w.stats.Total["feelers that met somebody"]++
	case w.faultsInjected == 0 || errors.Is(reason, transport.ErrSlow):
		w.violation("node %d drops honest node %d: %v", n.number, other.number, reason)
	default:
		w.stats.Total["honest nodes dropped"]++
	}
}

func (n *node) bars(other *node) bool { return n.world.now.Before(n.barred[other.id]) }

// hasPeer reports whether the core is on terms with a node.
func (n *node) hasPeer(id types.NodeID) bool {
	return n.core.IsPeer(id)
}
