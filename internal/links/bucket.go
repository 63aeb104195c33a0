package links

import (
	"time"

	"networkmngr/internal/times"
)

// bucket is a line that sends bit after bit, after a rest up to a burst at once: a token
// bucket. One without a rate bounds nothing.
type bucket struct {
	rate  float64 // bit/s
	burst float64 // bytes
	free  time.Time
}

// take is when the last byte of so many has been sent, ready at a time. However long the line has
// had to stand still before, no more than a burst leaves at once.
func (b *bucket) take(at time.Time, size int) time.Time {
	if b.rate == 0 {
		return at
	}
	b.free = times.Later(b.free, at.Add(-b.onLine(b.burst))).Add(b.onLine(float64(size)))
	return times.Later(at, b.free)
}

// onLine is how long so many bytes take.
func (b *bucket) onLine(bytes float64) time.Duration {
	return time.Duration(bytes * 8 / b.rate * float64(time.Second))
}
