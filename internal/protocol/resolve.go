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
	waiting []question
}

// question is a Ping that was sent for a resolve. A Pong to an earlier one may
// be older news.
type question struct {
	peer   types.NodeID
	number uint64
}

// resolveAsked asks every peer for its tip. One that has owed us an answer for
// long is stuck, and not waited for; nor is one that was slow the last time.
func (e *Engine) resolveAsked(number uint64) {
	r := resolve{number: number, due: e.now.Add(e.config.ResolveTimeout)}
	stuck := e.now.Add(-e.config.ResolveTimeout / 2)
	for _, p := range e.peers {
		if p.ready && !p.owesPong(stuck) {
			if number := e.ping(p); !p.slow {
				r.waiting = append(r.waiting, question{p.id, number})
			}
		}
	}
	e.resolves = append(e.resolves, r)
}

func (r *resolve) answered(q question) {
	r.waiting = slices.DeleteFunc(r.waiting, func(other question) bool { return other == q })
}

// gone gives up what a peer was asked.
func (r *resolve) gone(id types.NodeID) {
	r.waiting = slices.DeleteFunc(r.waiting, func(q question) bool { return q.peer == id })
}

// checkResolves ends those that have nothing to wait for, or waited too long.
func (e *Engine) checkResolves() {
	if len(e.resolves) == 0 {
		return
	}
	behind := e.behind()
	e.resolves = slices.DeleteFunc(e.resolves, func(r resolve) bool {
		done := !behind && len(r.waiting) == 0 || !e.now.Before(r.due)
		if done {
			e.do(Resolved{Number: r.number})
		}
		return done
	})
}

// behind reports whether more work than our tip's may be expected of some peer:
// it has shown the headers and lets nobody wait for the blocks, or has claimed it
// just now.
func (e *Engine) behind() bool {
	tip := e.chain.Tip()
	return slices.ContainsFunc(e.peers, func(p *peer) bool {
		shown := p.work.Gt(&tip.Work) && !p.withheld
		return p.ready && (shown || p.claim.Work.Gt(&tip.Work) && e.now.Before(p.chance))
	})
}
