package protocol

import (
	"slices"
	"time"

	"networkmngr/internal/types"
)

// resolve is somebody who waits until we have caught up with every peer.
type resolve struct {
	number  uint64
	due     time.Time
	waiting []types.NodeID // peers that have not said what their tip is
}

// resolveAsked asks every peer for its tip. One that has owed us an answer for
// long is stuck, and not waited for.
func (e *Engine) resolveAsked(number uint64) {
	r := resolve{number: number, due: e.now.Add(e.config.ResolveTimeout)}
	for _, p := range e.peers {
		if !p.ready {
			continue
		}
		if p.pingDue.IsZero() {
			e.ping(p)
		}
		if e.now.Sub(p.pingSent) < e.config.ResolveTimeout/2 {
			r.waiting = append(r.waiting, p.id)
		}
	}
	e.resolves = append(e.resolves, r)
}

func (r *resolve) answered(id types.NodeID) {
	r.waiting = slices.DeleteFunc(r.waiting, func(other types.NodeID) bool { return other == id })
}

// checkResolves ends those that have nothing to wait for, or waited too long.
func (e *Engine) checkResolves() {
	if len(e.resolves) == 0 {
		return
	}
	behind := e.behind()
	e.resolves = slices.DeleteFunc(e.resolves, func(r resolve) bool {
		gone := func(id types.NodeID) bool { return e.peer(id) == nil }
		r.waiting = slices.DeleteFunc(slices.Clone(r.waiting), gone)
		done := !behind && len(r.waiting) == 0 || e.now.After(r.due)
		if done {
			e.do(Resolved{Number: r.number})
		}
		return done
	})
}

// behind reports whether some peer claims more work than our tip has.
func (e *Engine) behind() bool {
	tip := e.chain.Tip()
	return slices.ContainsFunc(e.peers, func(p *peer) bool {
		return p.ready && p.claim.Work.Gt(&tip.Work)
	})
}
