package node

import "time"

// pauseLeast is how long the loop is never left alone while the process runs: it
// looks at the clock each tickMost.
const pauseLeast = 5 * tickMost

// clock is the engine's time. It stands still while the process does, as when it
// is stopped by a signal: what peers have said meanwhile waits to be read, and none
// of them may be taken for late. The loop's.
type clock struct {
	last time.Time     // when it was read last; zero for never
	lost time.Duration // for which the process stood still so far
}

// now is the engine's time at real, which the caller has just read.
func (c *clock) now(real time.Time) time.Time {
	if gap := real.Sub(c.last); !c.last.IsZero() && gap >= pauseLeast {
		c.lost += gap
	}
	c.last = real
	return real.Add(-c.lost)
}

// real is when it is t by the engine's time; zero stays zero.
func (c *clock) real(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(c.lost)
}
