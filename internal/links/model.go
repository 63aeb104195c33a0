package links

import (
	"time"

	"networkmngr/internal/times"
)

// In flight are the bytes that have left and have not arrived: at most what the line
// sends in Delay and a second, and within these bounds. They bound the memory of a link.
// So a line of 1 Gbit/s is full up to a delay of half a second, and beyond it sends less;
// see [Link.Reach]. What all links of a node together have in flight is for its user to bound.
const (
	minInFlight = 1 << 20
	MaxInFlight = 64 << 20
)

// Reach is the rate that the link comes to at most: as much as may be in flight in each
// Delay. It is less than Bandwidth where that is much and Delay is long; zero is no bound.
func (l Link) Reach() Rate {
	if l.Delay == 0 {
		return l.Bandwidth
	}
	return min(l.Bandwidth, Rate(MaxInFlight*8/time.Duration(l.Delay).Seconds()))
}

// Model is one direction of a link: it says when each frame leaves, and when it arrives.
// Whatever happens, frames leave and arrive in the order in which they came. It has one
// stream of chances for each of its uses, so that to take one fault away leaves the
// others as they were. One goroutine at a time may use it.
type Model struct {
	link          Link
	seed          seed
	phase         time.Duration // of the flap
	delays, drops stream
	line          bucket // of the bandwidth
	window        bucket // of the rate that loss leaves
	recovery      recovery

	left     time.Time // when the last frame left; none may leave before
	arrived  time.Time // when the last one arrives; none may arrive before
	inFlight []flying
	flying   int // bytes of inFlight
}

type flying struct {
	due  time.Time
	size int
}

// New is the model of a link. The chances follow from the seed of the pair, see
// [PairSeed], and from which of the pair's links it is, so that a new link does not
// repeat the last one. The link must be valid; how it is cut is for its user to heed.
func New(link Link, pair, nth uint64) *Model {
	m := &Model{}
	m.Reseed(pair, nth)
	m.ask(link)
	return m
}

// Reseed begins with other chances, if the seed is another one.
func (m *Model) Reseed(pair, nth uint64) {
	if other := (seed{pair, nth, true}); other != m.seed {
		m.seed, m.phase = other, phaseOf(pair)
		m.delays, m.drops = stream{seed: other, use: "delays"}, stream{seed: other, use: "drops"}
		m.recovery.chances = stream{seed: other, use: "losses"}
	}
}

// seed is what chances follow from.
type seed struct {
	pair, nth uint64
	set       bool
}

// Link is what is asked.
func (m *Model) Link() Link { return m.link }

// ask has the model of another link from now on.
func (m *Model) ask(link Link) {
	m.link = link
	m.line = bucket{rate: float64(link.Bandwidth), burst: float64(link.Burst)}
	m.recovery.ask(link)
	m.window = m.recovery.window()
}

// Set asks for another link. Frames that are in flight arrive at horizon at the latest,
// as if they had left now; those that have not left are for the caller to hand to Next
// again.
func (m *Model) Set(now time.Time, link Link) (horizon time.Time) {
	m.ask(link)
	horizon = now.Add(time.Duration(link.Delay) + time.Duration(link.Jitter))
	m.left, m.arrived = now, times.Earlier(m.arrived, horizon)
	for i := range m.inFlight {
		m.inFlight[i].due = times.Earlier(m.inFlight[i].due, horizon)
	}
	return horizon
}

// Next is told of a frame of size bytes that is ready to be sent now, and says when its
// last byte leaves, when it arrives, and whether it is dropped on the way instead.
func (m *Model) Next(now time.Time, size int) (leaves, due time.Time, dropped bool) {
	leaves = m.leave(times.Later(now, m.left), size)
	m.left = leaves
	due = leaves.Add(m.delay() + m.recovery.wait(size))
	if m.link.Drop > 0 && m.drops.rand().Float64() < float64(m.link.Drop) {
		return leaves, due, true
	}
	due = times.Later(due, m.arrived)
	m.arrived = due
	m.inFlight = append(m.inFlight, flying{due, size})
	m.flying += size
	return leaves, due, false
}

// leave is when a frame that is ready at a time has left: when it has been on the line,
// silence is over, and not too much is in flight.
func (m *Model) leave(at time.Time, size int) time.Time {
	at = m.link.Flap.over(at, m.phase)
	leaves := times.Later(m.line.take(at, size), m.window.take(at, size))
	return m.awaitRoom(m.link.Flap.over(leaves, m.phase), size)
}

// awaitRoom is when a frame has room in flight, from a time on.
func (m *Model) awaitRoom(at time.Time, size int) time.Time {
	bound, arrived := m.maxInFlight(), 0
	for _, f := range m.inFlight {
		if f.due.After(at) {
			if m.flying+size <= bound {
				break
			}
			at = f.due
		}
		m.flying -= f.size
		arrived++
	}
	m.inFlight = m.inFlight[arrived:]
	return at
}

func (m *Model) maxInFlight() int {
	rate := m.line.rate
	if rate == 0 || m.window.rate != 0 && m.window.rate < rate {
		rate = m.window.rate
	}
	if rate == 0 {
		return MaxInFlight
	}
	bytes := rate / 8 * (time.Duration(m.link.Delay) + time.Second).Seconds()
	return int(min(max(bytes, minInFlight), MaxInFlight))
}
