package mining

import (
	"math"
	"time"
)

// Schedule decides when a node mines by itself. It is pure: time and facts go
// in, and what to do comes out. The zero Schedule never mines.
type Schedule struct {
	settings Settings
	due      time.Time // when the next block of mode Interval is searched for
	mined    int       // blocks since Set
}

// Set begins anew with settings, which must be valid.
func (s *Schedule) Set(now time.Time, settings Settings) {
	*s = Schedule{settings: settings, due: now.Add(settings.every())}
}

// Settings are those that were set.
func (s *Schedule) Settings() Settings { return s.settings }

// Next returns how many blocks to search for now, 0 for none. A wake that is not
// zero is when to ask again at the latest; any other fact may change the answer
// at once. pending means that transfers wait in the mempool.
func (s *Schedule) Next(now time.Time, pending bool) (blocks int, wake time.Time) {
	switch {
	case s.Done():
		return 0, time.Time{}
	case s.settings.Mode == Continuous:
		return s.left(), time.Time{}
	case s.settings.Mode == Pending && pending:
		return 1, time.Time{}
	case s.settings.Mode == Interval && !now.Before(s.due):
		return 1, time.Time{}
	case s.settings.Mode == Interval:
		return 0, s.due
	default:
		return 0, time.Time{}
	}
}

// Mined says that so many of the blocks that Next asked for have become the tip.
// The next block of mode Interval is due one interval after the last one was, and
// not before now: what a long search has missed is not made up for.
func (s *Schedule) Mined(now time.Time, blocks int) {
	s.mined += blocks
	s.due = s.due.Add(s.settings.every())
	if s.due.Before(now) {
		s.due = now
	}
}

// Done reports whether all blocks were mined that there were to mine.
func (s *Schedule) Done() bool { return s.left() == 0 }

// left is how many blocks there are to mine.
func (s *Schedule) left() int {
	if s.settings.Blocks == 0 {
		return math.MaxInt
	}
	return max(0, s.settings.Blocks-s.mined)
}

// every is Interval.
func (s Settings) every() time.Duration { return time.Duration(s.Interval * float64(time.Second)) }
