package node

import (
	"time"

	"networkmngr/internal/core"
)

// ClockChanged has the core hear at once of a change of the wall clock, which it would
// otherwise learn with its next input.
func (n *Node) ClockChanged() { n.tell(n.ctx, core.Wake{}) }

// stillAfter is how late the loop must wake up for the process to have stood still.
const stillAfter = time.Second

// clock is the core's time: monotonic, and written as the wall clock's time when it
// began. It stands still while the process does, as when it is stopped by a signal:
// what peers have said meanwhile waits to be read, and none of them may be taken for
// late. The loop's.
type clock struct {
	began time.Time
	last  time.Time     // when it was read last, by the machine's clock; zero for never
	wake  time.Time     // when the loop is to wake up at the latest, by the same; zero for never
	lost  time.Duration // for which the process stood still so far
}

// now is the core's time at real, which the caller has just read.
func (c *clock) now(real time.Time) time.Time {
	if c.last.IsZero() {
		c.began = real
	} else if !c.wake.IsZero() && real.Sub(c.wake) >= stillAfter {
		c.lost += real.Sub(c.last)
	}
	c.last = real
	return c.began.Round(0).Add(real.Sub(c.began) - c.lost)
}

// sleep notes that the loop is to wake up at t by the core's time, and returns how
// long that is from when the clock was read last; t is not zero.
func (c *clock) sleep(t time.Time) time.Duration {
	d := t.Sub(c.began.Round(0)) + c.lost - c.last.Sub(c.began)
	c.wake = c.last.Add(max(d, 0))
	return d
}

// awake notes that the loop has no time to wake up at.
func (c *clock) awake() { c.wake = time.Time{} }
