package protocol

import "time"

// Limit is how much of one thing a peer may cost.
type Limit struct {
	Burst    int           // at once
	Interval time.Duration // after which there may be one more
}

// bucket is a token bucket, kept as the time up to which tokens are spent.
type bucket struct{ spent time.Time }

// take is false if fewer than count tokens are left. There are at most
// limit.Burst of them, and a new one each limit.Interval.
func (b *bucket) take(now time.Time, count int, limit Limit) bool {
	if full := now.Add(-time.Duration(limit.Burst) * limit.Interval); b.spent.Before(full) {
		b.spent = full
	}
	next := b.spent.Add(time.Duration(count) * limit.Interval)
	if next.After(now) {
		return false
	}
	b.spent = next
	return true
}
