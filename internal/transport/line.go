package transport

import (
	"time"

	"networkmngr/internal/links"
	"networkmngr/internal/times"
)

// line stands in the place of a link's queue while the link has faults: frames wait in
// it until the model has them leave, and are then in flight until they arrive. Only
// frames that wait count as queued. The link's mu guards it.
type line struct {
	model    *links.Model
	waiting  []waiting
	head     departure // of the first one that waits, if it is known
	inFlight []departure
	bytes    int // in flight
	held     int // bytes, with the overhead of each frame
	measures
}

// waiting is a frame that was ready to be sent at a time.
type waiting struct {
	frame []byte
	at    time.Time
}

// departure is a frame with the times at which it leaves and arrives.
type departure struct {
	frame     []byte
	left, due time.Time
	dropped   bool
	known     bool
	held      bool // it waited for the line
}

// onWire is how many bytes of a frame travel.
func onWire(frame []byte) int { return prefixSize + len(frame) }

// newLine makes a line with what a queue held.
func newLine(model *links.Model, queue [][]byte, now time.Time) *line {
	n := &line{model: model, measures: measures{since: now}}
	for _, frame := range queue {
		n.push(frame, now)
	}
	return n
}

func (n *line) push(frame []byte, now time.Time) { n.waiting = append(n.waiting, waiting{frame, now}) }

// ask has the line behave otherwise from now on. What is in flight arrives as late as on
// the new line at most.
func (n *line) ask(link links.Link, now time.Time) {
	horizon := n.model.Set(now, link)
	if n.head.known {
		n.head.left, n.head.due = times.Earlier(n.head.left, now), times.Earlier(n.head.due, horizon)
	}
	for i := range n.inFlight {
		n.inFlight[i].due = times.Earlier(n.inFlight[i].due, horizon)
	}
	n.measures = measures{since: now, dropped: n.dropped}
}

func (n *line) isSilent() bool { return n.model.Link().Cut == links.Silent }

// isBounded reports whether the line has a rate at all.
func (n *line) isBounded() bool {
	link := n.model.Link()
	return link.Bandwidth > 0 || link.Loss > 0 || link.LossBurst != links.LossBurst{}
}

// isOver reports whether the link can do without the line.
func (n *line) isOver() bool {
	return n.model.Link().IsZero() && len(n.waiting) == 0 && len(n.inFlight) == 0
}

// step has frames leave and arrive whose time has come. It returns those that arrive, and
// how many bytes are no longer queued. At most room bytes may be in flight, with
// the overhead of frames, or else one frame.
func (n *line) step(now time.Time, room int) (arrived [][]byte, unqueued int) {
	if n.isSilent() {
		return nil, 0
	}
	for n.leaves(now, room) {
		unqueued += len(n.head.frame) + FrameOverhead
		n.depart(now)
	}
	for len(n.inFlight) > 0 && !n.inFlight[0].due.After(now) {
		first := n.inFlight[0]
		n.inFlight[0] = departure{}
		n.inFlight = n.inFlight[1:]
		n.fly(first.frame, -1)
		n.measures.arrives(now.Sub(first.left))
		arrived = append(arrived, first.frame)
	}
	return arrived, unqueued
}

// leaves reports whether the first frame that waits leaves now.
func (n *line) leaves(now time.Time, room int) bool {
	if len(n.waiting) == 0 {
		return false
	}
	first := n.waiting[0]
	if !n.head.known {
		left, due, dropped := n.model.Next(first.at, onWire(first.frame))
		n.head = departure{frame: first.frame, left: left, due: due, dropped: dropped, known: true, held: n.isBounded() && left.After(first.at)}
	}
	return !n.head.left.After(now) && (n.held == 0 || n.held+len(first.frame)+FrameOverhead <= room)
}

// depart has the first frame that waits leave.
func (n *line) depart(now time.Time) {
	if n.head.held {
		n.measures.leaves(onWire(n.head.frame), n.waiting[0].at, now)
	}
	if n.head.dropped {
		n.dropped++
	} else {
		n.inFlight = append(n.inFlight, n.head)
		n.fly(n.head.frame, 1)
	}
	n.head = departure{}
	n.waiting[0] = waiting{}
	n.waiting = n.waiting[1:]
}

// fly counts frames that are in flight now, or with a minus are no longer.
func (n *line) fly(frame []byte, frames int) {
	n.bytes += frames * onWire(frame)
	n.held += frames * (len(frame) + FrameOverhead)
}

// next is when the line has something to do, or zero if only a change gives it that.
func (n *line) next(now time.Time) (next time.Time) {
	if n.isSilent() {
		return next
	}
	if len(n.inFlight) > 0 {
		next = n.inFlight[0].due
	}
	if n.head.known && n.head.left.After(now) && (next.IsZero() || n.head.left.Before(next)) {
		next = n.head.left
	}
	return next
}
