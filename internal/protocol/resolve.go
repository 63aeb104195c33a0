package protocol

import (
	"slices"
	"time"

	"networkmngr/internal/times"
	"networkmngr/internal/types"
)

// resolve is somebody who waits until we have caught up with every peer.
type resolve struct {
	number     uint64
	began, due time.Time
	waiting    []awaitedPong
}

// awaitedPong is a Ping that was sent for a resolve. A Pong to an earlier one may
// be older news.
type awaitedPong struct {
	peer   types.NodeID
	number uint64
	due    time.Time // when it is not waited for any more
}

// resolve asks every peer for its tip. One that has owed us an answer for
// long is stuck, and not asked again; nor is one waited for that was slow the last
// time. Who never answered yet is waited for briefly: identities cost nothing, and
// each could hold up somebody once.
func (e *Engine) resolve(number uint64) {
	r := resolve{number: number, began: e.now, due: e.now.Add(e.config.ResolveTimeout)}
	stuck := e.now.Add(-e.pongTimeout())
	for _, p := range e.peers {
		if !p.ready || p.owesPong(stuck) {
			continue
		}
		q := awaitedPong{p.id, e.ping(p), e.now.Add(maxPatience)}
		if p.answers {
			q.due = e.now.Add(e.pongTimeout())
		}
		if !p.slow {
			r.waiting = append(r.waiting, q)
		}
	}
	e.resolves = append(e.resolves, r)
}

// pongTimeout is how long a peer may owe an answer and be waited for.
func (e *Engine) pongTimeout() time.Duration { return e.config.ResolveTimeout / 2 }

func (r *resolve) answered(peer types.NodeID, number uint64) {
	r.waiting = slices.DeleteFunc(r.waiting, func(q awaitedPong) bool { return q.peer == peer && q.number == number })
}

// waits reports whether an answer is still waited for at now.
func (r *resolve) waits(now time.Time) bool {
	return slices.ContainsFunc(r.waiting, func(q awaitedPong) bool { return now.Before(q.due) })
}

// gone gives up what a peer was asked.
func (r *resolve) gone(id types.NodeID) {
	r.waiting = slices.DeleteFunc(r.waiting, func(q awaitedPong) bool { return q.peer == id })
}

// checkResolves ends those that have nothing to wait for, or waited too long.
func (e *Engine) checkResolves() {
	if len(e.resolves) == 0 {
		return
	}
	e.resolves = slices.DeleteFunc(e.resolves, func(r resolve) bool {
		done := !r.waits(e.now) && !e.behind(r.began) || !e.now.Before(r.due)
		if done {
			e.do(Resolved{Number: r.number})
		}
		return done
	})
}

// behind reports whether more work than our tip's may be expected of some peer.
// Who said Hello after a resolve began does not hold it up: identities cost
// nothing, and one after the other could.
func (e *Engine) behind(began time.Time) bool {
	return slices.ContainsFunc(e.peers, func(p *peer) bool {
		return !p.since.After(began) && e.now.Before(e.expectedUntil(p))
	})
}

// expectedUntil is how long a resolve waits for more work of p than our tip's: for
// blocks whose headers it has shown until it has stalled on one for as long as a
// peer may be stuck, as one that is far away is later than the patience with which
// verification waits for it alone; for headers, from when it claims them.
func (e *Engine) expectedUntil(p *peer) (until time.Time) {
	tip := &e.published.tip
	if p.claim.Work.Gt(&tip.Work) {
		until = p.proofDue
	}
	if !p.work.Gt(&tip.Work) {
		return until
	}
	from := e.now
	if p.stalls() {
		from = p.stallingSince
	}
	return times.Later(until, from.Add(e.pongTimeout()))
}
