package protocol

import (
	"errors"
	"time"
)

// ErrSpare is why a peer is dropped that is one more than needed.
var ErrSpare = errors.New("is one peer more than needed")

// widen links to one node more than needed, now and then, on trial. Without
// that, a network that was cut for so long that the nodes of each side have
// found enough peers among themselves would stay in two for ever.
func (e *Engine) widen() {
	e.endTrial()
	due := e.widenAt
	if e.now.Before(due) {
		return
	}
	every := e.config.WidenInterval
	e.widenAt = e.now.Add(every/2 + time.Duration(e.rand.Int64N(int64(every))))
	if free := e.freeLinks(); !due.IsZero() && free == 0 && e.config.Outbound > 0 {
		e.dial(1)
	}
}

// endTrial drops a peer once there is one too many: the newest, unless it had
// a better chain than ours; then another one gives way.
func (e *Engine) endTrial() {
	var ours []*peer
	for _, p := range e.peers {
		if p.outbound {
			ours = append(ours, p)
		}
	}
	last := len(ours) - 1
	if last < e.config.Outbound || e.now.Sub(ours[last].since) < e.config.RequestTimeout {
		return
	}
	spare := ours[last]
	if spare.ahead {
		spare = ours[e.rand.IntN(last)]
	}
	e.drop(spare, ErrSpare)
}
