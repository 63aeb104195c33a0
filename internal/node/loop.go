package node

import (
	"context"
	"time"

	"networkmngr/internal/core"
	"networkmngr/internal/types"
)

// clockStep is how far the wall clock may go astray from what the core knows of it.
const clockStep = time.Millisecond

// loop owns the core: it brings it inputs one by one, and has done what follows.
func (n *Node) loop(ctx context.Context) error {
	defer n.serving.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case in := <-n.inputs:
			n.handle(in)
			n.knownChanged.Ring()
		case query := <-n.queries:
			query()
			continue
		case <-timer.C:
			n.handle(core.Wake{})
		}
		n.setTimer(timer)
	}
}

// setTimer has the loop wake up when the core wants it.
func (n *Node) setTimer(timer *time.Timer) {
	wake := n.core.NextWake()
	if wake.IsZero() {
		timer.Stop()
		n.clock.awake()
		return
	}
	timer.Reset(n.clock.sleep(wake))
}

func (n *Node) handle(in core.Input) {
	n.config.Busy()
	now := n.clock.now(time.Now())
	if ahead := n.config.Now().Sub(now); (ahead - n.ahead).Abs() >= clockStep {
		n.ahead = ahead
		n.step(now, core.Clock{Ahead: ahead})
	}
	n.step(now, in)
}

func (n *Node) step(now time.Time, in core.Input) {
	effects := n.core.Handle(now, in)
	n.recording.step(now, in, effects)
	n.knownCount.Store(int64(n.core.KnownCount()))
	for _, effect := range effects {
		n.carry(effect)
	}
}

// carry does what the core wants done, or has it done by whoever may wait.
func (n *Node) carry(effect core.Effect) {
	switch e := effect.(type) {
	case core.Send:
		n.send(e.Peer, e.Frame)
	case core.Serve:
		n.serving.Go(func() { n.serve(e) })
	case core.Drop:
		n.drop(e)
	case core.Faster:
		n.transport.Answered(e.Peer, e.Lowest)
	case core.Grouped:
		n.transport.CountTo(e.Peer, e.Group)
	case core.Novelty:
		n.transport.BroughtTransfer(e.Peer)
	case core.Dial:
		n.dials.Put(types.NodeID{}, e.Node)
	case core.Write, core.Follow, core.Keep:
		n.stored.Put(types.NodeID{}, e)
	case core.Admit:
		n.transfers.put(e)
	case core.Discard:
		n.transfers.drop(e.Peer)
	case core.Persist:
		n.pendingWrites.Put(types.NodeID{}, e)
	case core.Answer:
		n.answered(e)
	case core.Job:
		n.jobs.set(e.Job)
	case core.Tell:
		n.noteSource(e.Data)
		n.logTold(e.Data)
		n.events.Tell(e.Data)
	case core.Fail:
		n.fail(e.Err)
	}
}

// send never waits. A link that is gone or too slow is told of by the
// transport; it is false then.
func (n *Node) send(to types.NodeID, frame []byte) bool {
	if err := n.transport.Send(to, frame); err != nil {
		n.log.Debug("send to peer", "peer", to.Short(), "error", err)
		return false
	}
	return true
}

// serve looks up an answer and sends it frame by frame, and stops when the link is
// gone. A slow peer holds up no other.
func (n *Node) serve(s core.Serve) {
	frames, err := s.Frames(n.chain, n.pool.Get)
	if err == nil {
		for frame := range frames {
			if n.transport.AwaitRoom(n.ctx, s.Peer) != nil || !n.send(s.Peer, frame) {
				break
			}
		}
	}
	n.tell(n.ctx, core.Served{Peer: s.Peer, Number: s.Number, Err: err})
}

func (n *Node) drop(d core.Drop) {
	if d.Ban > 0 {
		n.log.Warn("peer barred", "peer", d.Peer.Short(), "for", d.Ban, "error", d.Reason)
	} else {
		n.log.Debug("peer dropped", "peer", d.Peer.Short(), "wait", d.Discourage, "error", d.Reason)
	}
	if out := max(d.Ban, d.Discourage); out > 0 {
		n.banPeer(d, out)
	}
	n.transport.Disconnect(d.Peer, d.Reason)
}

// tell brings an input to the loop; it is false if ctx or the node ended first.
func (n *Node) tell(ctx context.Context, in core.Input) bool {
	select {
	case n.inputs <- in:
		return true
	case <-ctx.Done():
	case <-n.ctx.Done():
	}
	return false
}

// ask runs f in the loop, to look at the core, and waits for it; it is false if the
// node ended first.
func (n *Node) ask(f func()) bool {
	done := make(chan struct{})
	select {
	case n.queries <- func() { f(); close(done) }:
		<-done
		return true
	case <-n.ctx.Done():
		return false
	}
}
