// Package clock is the wall clock of a node, which may be shifted: for
// experiments with wrong clocks, and for networks that go on after a rest as if
// there had been none. What means the time of day reads it: a header's time, the
// rule on blocks from the future, the age of what waits. Deadlines and durations
// do not; they are of the machine's own time.
package clock

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// MaxOffset bounds an offset in either direction: ten years, so that no clock
// leaves the seconds that a header can hold.
const MaxOffset = 10 * 365 * 24 * time.Hour

// ErrOffset is wrapped by the refusal of an offset beyond MaxOffset.
var ErrOffset = errors.New("out of bounds")

// Clock is ahead of the machine's wall clock by an offset, which may be negative.
// The zero value has none. Its methods may be called from any goroutine.
type Clock struct {
	offset atomic.Int64 // nanoseconds
}

// Shifted returns a clock that is ahead by offset. It returns an ErrOffset if that
// is too much.
func Shifted(offset time.Duration) (*Clock, error) {
	c := new(Clock)
	return c, c.Shift(offset)
}

// Now returns the time of day by this clock.
func (c *Clock) Now() time.Time { return time.Now().Add(c.Offset()) }

// Offset returns by how much the clock is ahead; a nil clock is the machine's own.
func (c *Clock) Offset() time.Duration {
	if c == nil {
		return 0
	}
	return time.Duration(c.offset.Load())
}

// Shift sets by how much the clock is ahead from now on. It returns an ErrOffset,
// and changes nothing, if that is too much.
func (c *Clock) Shift(offset time.Duration) error {
	err := CheckOffset(offset)
	if err == nil {
		c.offset.Store(int64(offset))
	}
	return err
}

// CheckOffset returns an ErrOffset if an offset is too much.
func CheckOffset(offset time.Duration) error {
	if offset < -MaxOffset || offset > MaxOffset {
		return fmt.Errorf("%s is %w: want -%s to %s", offset, ErrOffset, MaxOffset, MaxOffset)
	}
	return nil
}
