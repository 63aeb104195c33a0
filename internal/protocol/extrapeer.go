package protocol

import (
	"errors"
	"time"
)

// ErrExtraPeer is why a peer is dropped that is one more than needed.
var ErrExtraPeer = errors.New("is one peer more than needed")

// tryExtraPeer links to one node more than needed, now and then on trial. Without
// that, a network that was cut for so long that the nodes of each side have
// found enough peers among themselves would stay in two for ever.
func (e *Engine) tryExtraPeer() {
	e.endExtraPeer()
	due := e.extraPeerAt
	if e.now.Before(due) || e.config.Outbound == 0 {
		return
	}
	every := e.config.ExtraPeerInterval
	e.extraPeerAt = e.now.Add(every/2 + time.Duration(e.rand.Int64N(int64(every))))
	if free := e.freeLinks(); !due.IsZero() && free == 0 {
		e.dial(1)
	}
}

// onTrial lists the peers that we dialled if there is one too many: two or more, as
// none is too many for an engine that seeks no peers itself.
func (e *Engine) onTrial() (ours []*peer) {
	if e.config.Outbound == 0 || e.outbound() <= e.config.Outbound {
		return nil
	}
	for _, p := range e.peers {
		if p.isSought() {
			ours = append(ours, p)
		}
	}
	return ours
}

// trialEnd is when the newest of them has had its time; zero for none.
func (e *Engine) trialEnd() (end time.Time) {
	if ours := e.onTrial(); ours != nil {
		end = ours[len(ours)-1].since.Add(e.config.RequestTimeout)
	}
	return end
}

// endExtraPeer drops peers until there is none too many that has had its time: the newest,
// unless it had a better chain than ours; then another one gives way.
func (e *Engine) endExtraPeer() {
	for e.isDue(e.trialEnd()) {
		ours := e.onTrial()
		last := len(ours) - 1
		extra := ours[last]
		if extra.ahead {
			extra = ours[e.rand.IntN(last)]
		}
		e.drop(extra, ErrExtraPeer)
	}
}
