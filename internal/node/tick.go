package node

import "time"

// tickMost is how long the engine is left alone at most: what it does now and
// then, as the dialling of nodes, has no time of its own.
const tickMost = time.Second

// tick says when the engine is to look at the clock.
type tick struct {
	timer *time.Timer
	last  time.Time
}

func newTick() tick { return tick{timer: time.NewTimer(0)} }

// set sets the next tick for wake, where that comes before tickMost after the
// last one; a zero wake is none.
func (t *tick) set(wake time.Time) {
	next := t.last.Add(tickMost)
	if !wake.IsZero() && wake.Before(next) {
		next = wake
	}
	t.timer.Reset(time.Until(next))
}
