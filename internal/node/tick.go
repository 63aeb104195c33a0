package node

import "time"

const (
	tickFirst = 200 * time.Millisecond
	tickMost  = time.Second
)

// tick says when the engine is to look at the clock: tickFirst after something
// happened, and then at doubling intervals up to tickMost, as most nodes are
// idle most of the time, and many share a machine.
type tick struct {
	timer *time.Timer
	pause time.Duration
}

func newTick() tick { return tick{timer: time.NewTimer(tickMost), pause: tickMost} }

// hurry does not put off a tick that is due as soon: events may come without
// end.
func (t *tick) hurry() {
	if t.pause > tickFirst {
		t.pause = tickFirst
		t.timer.Reset(t.pause)
	}
}

// slow sets the next tick after one.
func (t *tick) slow() {
	t.pause = min(2*t.pause, tickMost)
	t.timer.Reset(t.pause)
}
