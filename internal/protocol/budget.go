package protocol

import "time"

// budget is a token bucket, kept as the time up to which tokens are spent.
type budget struct{ spent time.Time }

// take is false if there is no token left. There are at most burst of them, and
// a new one each interval.
func (b *budget) take(now time.Time, burst int, interval time.Duration) bool {
	if full := now.Add(-time.Duration(burst) * interval); b.spent.Before(full) {
		b.spent = full
	}
	next := b.spent.Add(interval)
	if next.After(now) {
		return false
	}
	b.spent = next
	return true
}
