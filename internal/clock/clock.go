// Package clock is the wall clock of a node, which may be shifted, run fast or slow, or
// stand still: for experiments with wrong clocks, and for networks that go on after a
// rest as if there had been none. What means the time of day reads it: a header's time,
// the rule on blocks from the future, the age of what waits. Deadlines and durations do
// not; they are of the machine's own time.
package clock

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// MaxOffset bounds an offset in either direction: ten years, so that no clock
// leaves the seconds that a header can hold.
const MaxOffset = 10 * 365 * 24 * time.Hour

// ErrOffset is wrapped by the refusal of an offset beyond MaxOffset.
var ErrOffset = errors.New("out of bounds")

// Reading is what there is to know of a clock at a moment.
type Reading struct {
	Time    time.Time     // by the clock
	Offset  time.Duration // ahead of the machine's wall clock
	Drift   Drift         // while it runs
	Stopped bool          // it stands still
}

// Change is what becomes of a clock at once. What is nil stays as it is: an offset goes
// on from where it is when the drift changes, and so does the time when the clock stops.
type Change struct {
	Offset  *time.Duration
	Drift   *Drift
	Stopped *bool // after it has stood still, a clock goes on from its time unless Offset says another one
}

// Clock is ahead of the machine's wall clock by an offset, which may be negative and
// which grows by its drift. The zero value is the machine's clock, and so is a nil one to
// its readers. Its methods may be called from any goroutine.
type Clock struct {
	changing sync.Mutex // held from the reading of course to its change
	course   atomic.Pointer[course]
}

// course is how a clock goes from a moment of the machine's on.
type course struct {
	since   time.Time // of the machine, with its monotonic reading
	offset  time.Duration
	drift   Drift
	stopped bool
}

// offsetAt is the offset at a moment of the machine's, within MaxOffset.
func (c *course) offsetAt(machine time.Time) time.Duration {
	elapsed := machine.Sub(c.since)
	gained := c.drift.Over(elapsed)
	if c.stopped {
		gained = -elapsed
	}
	return min(max(c.offset+gained, -MaxOffset), MaxOffset)
}

// Shifted returns a clock that is ahead by offset. It returns an ErrOffset if that
// is too much.
func Shifted(offset time.Duration) (*Clock, error) {
	c := new(Clock)
	return c, c.Set(Change{Offset: &offset})
}

// Now returns the time of day by this clock.
func (c *Clock) Now() time.Time { return c.Read().Time }

// Offset returns by how much the clock is ahead now.
func (c *Clock) Offset() time.Duration { return c.Read().Offset }

// Read returns all that there is to know of the clock now.
func (c *Clock) Read() Reading { return c.at(time.Now()) }

func (c *Clock) at(machine time.Time) Reading {
	now := c.now(machine)
	return Reading{Time: machine.Add(now.offset), Offset: now.offset, Drift: now.drift, Stopped: now.stopped}
}

// now is the clock's course, as it is from a moment of the machine's on.
func (c *Clock) now(machine time.Time) course {
	if c == nil {
		return course{since: machine}
	}
	now := c.course.Load()
	if now == nil {
		return course{since: machine}
	}
	return course{since: machine, offset: now.offsetAt(machine), drift: now.drift, stopped: now.stopped}
}

// Set changes the clock from now on. It returns an ErrOffset or an ErrDrift, and changes
// nothing, if one of them is too much.
func (c *Clock) Set(change Change) error {
	c.changing.Lock()
	defer c.changing.Unlock()
	next := c.now(time.Now())
	replace(&next.offset, change.Offset)
	replace(&next.drift, change.Drift)
	replace(&next.stopped, change.Stopped)
	if err := errors.Join(CheckOffset(next.offset), next.drift.Check()); err != nil {
		return err
	}
	c.course.Store(&next)
	return nil
}

func replace[T any](field *T, given *T) {
	if given != nil {
		*field = *given
	}
}

// CheckOffset returns an ErrOffset if an offset is too much.
func CheckOffset(offset time.Duration) error {
	if offset < -MaxOffset || offset > MaxOffset {
		return fmt.Errorf("%s is %w: want -%s to %s", offset, ErrOffset, MaxOffset, MaxOffset)
	}
	return nil
}
