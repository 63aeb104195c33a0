package protocol

import (
	"time"

	"networkmngr/internal/times"
)

// maxPings bounds the Pings that wait for an answer, in either direction.
const maxPings = 16

// ping is a Ping that waits for its Pong.
type ping struct {
	number uint64
	since  time.Time
}

// owesPong reports whether a Ping from before then is unanswered.
func (p *peer) owesPong(then time.Time) bool {
	return len(p.pings) > 0 && p.pings[0].since.Before(then)
}

// ping asks p for its tip, and returns the number of the Pong to wait for.
func (e *Engine) ping(p *peer) uint64 {
	if len(p.pings) < maxPings {
		p.pinged = e.now
		e.dueIn(min(e.config.RequestTimeout, e.config.PingInterval))
		p.pings = append(p.pings, ping{e.rand.Uint64(), e.now})
		e.send(p, Ping{Number: p.pings[len(p.pings)-1].number})
	}
	return p.pings[len(p.pings)-1].number
}

func (e *Engine) pinged(p *peer, m Ping) {
	if len(p.pongs) == maxPings {
		e.drop(p, errUnsolicited)
		return
	}
	p.pongs = append(p.pongs, ping{m.Number, e.now})
}

// answerPings answers a peer once the blocks that it announced are verified, so
// that who announces a block and then asks learns what came of it. After
// ResolveTimeout nobody waits for that any more; a verification may take longer,
// as that of a deep reorg does, and is not to be taken for silence.
func (e *Engine) answerPings() {
	e.pongAt = time.Time{}
	for _, p := range e.peers {
		if len(p.pongs) == 0 {
			continue
		}
		if due := p.pongs[0].since.Add(e.config.ResolveTimeout); e.now.Before(due) && (p.partial != nil || e.verifiesAnnounced(p)) {
			e.pongAt = times.First(e.pongAt, due)
			continue
		}
		for len(p.pongs) > 0 && p.buckets.pongs.take(e.now, 1, e.config.Limits.Pongs) {
			e.send(p, Pong{Number: p.pongs[0].number, Tip: e.published.tip})
			p.pongs = p.pongs[1:]
		}
		if len(p.pongs) > 0 {
			e.pongAt = times.First(e.pongAt, e.now.Add(e.config.Limits.Pongs.Interval))
		}
	}
}

// verifiesAnnounced reports whether a block that p announced is about to be
// verified. One whose parents have yet to come may wait for long.
func (e *Engine) verifiesAnnounced(p *peer) bool {
	for id := range p.compactSeen {
		if h, ok := e.chain.Header(id); ok && e.downloads.has(id) {
			if parent, ok := e.chain.Header(h.Previous); ok && parent.Stored {
				return true
			}
		}
	}
	return false
}

func (e *Engine) pong(p *peer, m Pong) {
	if len(p.pings) == 0 || m.Number != p.pings[0].number {
		e.drop(p, errUnsolicited)
		return
	}
	took := e.now.Sub(p.pings[0].since)
	p.answers, p.slow = true, took > e.pongTimeout()
	p.pings = p.pings[1:]
	e.noteLatency(p, took)
	e.noteClaim(p, m.Tip, took)
	for i := range e.resolves {
		e.resolves[i].answered(p.id, m.Number)
	}
}

// noteLatency notes how long p took to answer a Ping, and tells of it if it was never
// faster.
func (e *Engine) noteLatency(p *peer, took time.Duration) {
	before := p.latency.Lowest
	if p.latency.add(took); p.latency.Lowest != before {
		e.do(Faster{Peer: p.id, Lowest: p.latency.Lowest})
	}
}
