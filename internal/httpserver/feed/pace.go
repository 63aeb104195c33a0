package feed

import (
	"time"

	"networkmngr/internal/events"
)

// A reader rests before each part that it is sent: for as long as a block takes to be
// everywhere among twenty nodes on two cores, or longer. With half of shortRest these told of
// a block in more parts, and took a twentieth more processor time for it.
const (
	shortRest = 20 * time.Millisecond
	longRest  = 50 * time.Millisecond
	restShare = 8 // a rest is one in so many parts of the time for which events have come without a break
	// Among many nodes a block takes restPerNode for each to be everywhere. A reader waits
	// for that up to mostRest.
	restPerNode, mostRest = time.Millisecond, 200 * time.Millisecond
	// Links are told of after one in so many parts of a rest: nodes that are being linked have
	// no block on its way, and the start of a network waits for what is told of the last link.
	linkShare = 4
)

// shortest is the shortest rest where there are so many other nodes, before a part that
// begins with an event of a type.
func shortest(others int, first events.Type) time.Duration {
	rest := min(max(time.Duration(others)*restPerNode, shortRest), mostRest)
	if first == (events.PeerLinked{}).Type() {
		return rest / linkShare
	}
	return rest
}

// pace says for how long. What happens after a quiet time is told soon, even if it is
// much, as when a network starts. Where events do not end, fewer and larger parts leave
// the processor to what they tell of.
type pace struct {
	since time.Time // the first part without a break before it
	until time.Time // the end of the last rest
}

// rest is how long a rest is that begins now, shortest at least.
func (p *pace) rest(now time.Time, shortest time.Duration) time.Duration {
	if now.Sub(p.until) > shortest {
		p.since = now
	}
	rest := min(max(now.Sub(p.since)/restShare, shortest), max(longRest, shortest))
	p.until = now.Add(rest)
	return rest
}
