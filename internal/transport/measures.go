package transport

import (
	"slices"
	"time"
)

// measured is of how many frames a link remembers how long they took.
const measured = 256

// measures are what a line has achieved since its faults were set.
type measures struct {
	since   time.Time
	dropped uint64 // since the link has had faults at all
	delays  []time.Duration
	frames  uint64 // that have arrived
	// Frames that waited for the line: how many bytes they had, and how long one after
	// the other was on the line, since lastLeft.
	lineBytes int
	lineTime  time.Duration
	lastLeft  time.Time
}

// arrives counts a frame that was in flight for so long.
func (m *measures) arrives(delay time.Duration) {
	if len(m.delays) < measured {
		m.delays = append(m.delays, delay)
	} else {
		m.delays[m.frames%measured] = delay
	}
	m.frames++
}

// leaves counts a frame that has been on the line, ready at a time. What was longer ago
// counts the less, so that the rate is that of the last ones.
func (m *measures) leaves(bytes int, at, now time.Time) {
	const recent = 5 * time.Second
	from := m.since
	for _, later := range []time.Time{at, m.lastLeft} {
		if later.After(from) {
			from = later
		}
	}
	m.lineBytes += bytes
	m.lineTime += now.Sub(from)
	m.lastLeft = now
	if m.lineTime > recent {
		m.lineBytes /= 2
		m.lineTime /= 2
	}
}

// rate is how many bits a second the line has sent while frames waited for it, or 0 if
// none has.
func (m *measures) rate() float64 {
	if m.lineTime == 0 {
		return 0
	}
	return float64(m.lineBytes) * 8 / m.lineTime.Seconds()
}

// Delays is how long the last frames were under way from the end of the queue to the
// connection: at most 256 of them.
type Delays struct {
	Frames                   int // that these figures are of
	Mean, P50, P95, P99, Max time.Duration
}

func delaysOf(delays []time.Duration) Delays {
	if len(delays) == 0 {
		return Delays{}
	}
	sorted := slices.Sorted(slices.Values(delays))
	var sum time.Duration
	for _, delay := range sorted {
		sum += delay
	}
	at := func(share float64) time.Duration { return sorted[int(share*float64(len(sorted)-1)+0.5)] }
	return Delays{
		Frames: len(sorted), Mean: sum / time.Duration(len(sorted)),
		P50: at(0.50), P95: at(0.95), P99: at(0.99), Max: sorted[len(sorted)-1],
	}
}
