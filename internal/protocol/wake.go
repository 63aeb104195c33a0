package protocol

import (
	"time"

	"networkmngr/internal/times"
)

// NextWake is the earliest time for which the engine wants a Wake; zero if it wants
// none. It may change with each input.
func (e *Engine) NextWake() time.Time {
	wake := times.First(e.checkAt, e.pongAt, e.flushAt, e.tipAt, e.seekAt, e.pending.expireAt,
		e.downloads.lookAt, e.downloads.expireAt, e.trialEnd(), e.newsAt, e.selfAt)
	if e.config.Outbound > 0 {
		wake = times.First(wake, times.Later(e.extraPeerAt, e.now)) // it is planned by the first Wake
		if e.config.FeelerInterval > 0 {
			wake = times.First(wake, times.Later(e.feelerAt, e.now))
		}
	}
	return times.First(wake, e.nextResolve())
}

// nextResolve is when a resolve may end as time has passed.
func (e *Engine) nextResolve() (next time.Time) {
	if len(e.resolves) == 0 {
		return next
	}
	for i := range e.resolves {
		next = times.First(next, e.resolves[i].due)
		for _, q := range e.resolves[i].waiting {
			if e.now.Before(q.due) {
				next = times.First(next, q.due)
			}
		}
	}
	for _, p := range e.peers {
		if until := e.expectedUntil(p); e.now.Before(until) {
			next = times.First(next, until)
		}
	}
	return next
}

// isDue reports whether a time has come; zero is never.
func (e *Engine) isDue(at time.Time) bool { return !at.IsZero() && !e.now.Before(at) }

// after is right after a time; zero stays never.
func after(at time.Time) time.Time {
	if at.IsZero() {
		return at
	}
	return at.Add(1)
}
