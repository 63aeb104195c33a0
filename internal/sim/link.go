package sim

import (
	"time"

	"networkmngr/internal/core"
	"networkmngr/internal/links"
	"networkmngr/internal/transport"
)

// linkConfig holds the limits of a real node's links.
var linkConfig = transport.Default()

// link carries messages in order, each way. Once it is down, what is under way
// is lost.
type link struct {
	pair
	to   int // the node that was dialled
	down bool
	lost bool   // a message was lost on it while it was up
	ways [2]way // towards a and towards b
	ends [2]linkEnd

	merits transport.Inbound // to the node that was dialled
}

// linkEnd is what the node at one end knows of a link.
type linkEnd struct {
	boot int  // of the node when the link came up
	over bool // it was told that the link is down
	pong bool // it was sent an answer to a ping
}

// way is one direction of a link: what carries frames, as on real links, and a
// queue of all that the node at its end has not read yet. Where that node is
// slow, the queue grows, as no buffer of a socket is modelled.
type way struct {
	model   *links.Model
	left    time.Time // when the line has sent all that it was given
	last    time.Time // arrival of the last message
	queued  int       // bytes that were not read yet
	arrived []*frame  // and wait for the node to read them
	reading bool      // the node has one in hand
	room    []func()  // what waits for room, in order
}

// frame is a message under way.
type frame struct {
	link     *link
	way      *way
	from, to *node
	bytes    []byte
	then     func() // called once the other side has dealt with it, or nil
}

func (f *frame) cost() int { return len(f.bytes) + transport.FrameOverhead }

func (w *World) way(from, to *node) (*link, *way) {
	l := from.link(to)
	if l == nil || l.down {
		return nil, nil
	}
	if to.number == l.b {
		return l, &l.ways[1]
	}
	return l, &l.ways[0]
}

// send puts a frame on the way, and calls then, if there is one, once the
// other side has dealt with it.
func (w *World) send(from, to *node, bytes []byte, then func()) {
	l, way := w.way(from, to)
	if l == nil {
		return
	}
	if from.adversary != nil {
		w.spent.bytes += len(bytes)
	}
	left, due, dropped := way.model.Next(w.now, len(bytes))
	way.left = left
	if dropped {
		w.stats.Total["messages lost"]++
		l.lost = true
		w.faultsInjected++
		return
	}
	f := &frame{link: l, way: way, from: from, to: to, bytes: bytes, then: then}
	way.queued += f.cost()
	from.hold(f.cost())
	w.happenAt(way.arrival(due), f)
}

// arrival is when a message comes that is due at a time; messages do not overtake, also
// where the model is told of another link while some are under way.
func (y *way) arrival(due time.Time) time.Time {
	if due.After(y.last) {
		y.last = due
	}
	return y.last
}

// happen has a frame that arrives wait until those before it were read.
func (f *frame) happen() {
	w := f.from.world
	if f.link.down || !w.reachable(f.from.number, f.to.number) {
		w.stats.Total["messages lost with their link"]++
		f.link.lost = true
		f.leave()
		return
	}
	if f.way.reading {
		f.way.arrived = append(f.way.arrived, f)
		return
	}
	f.way.reading = true
	f.to.inbox("frame", core.Received{Peer: f.from.id, Frame: f.bytes}, f)
}

// leave ends a frame, and lets in what waited for its room.
func (f *frame) leave() {
	f.way.queued -= f.cost()
	f.from.hold(-f.cost())
	for len(f.way.room) > 0 && linkConfig.HasRoom(f.way.queued) {
		next := f.way.room[0]
		f.way.room = f.way.room[1:]
		next()
	}
}

// read ends a frame that the node has dealt with, and gives it the next.
func (w *World) read(f *frame) {
	f.leave()
	f.way.reading = false
	if next := f.way.arrived; len(next) > 0 {
		f.way.arrived = next[1:]
		next[0].happen()
	}
}

// clear gives up what waits at either end of a link.
func (l *link) clear() {
	for i := range l.ways {
		way := &l.ways[i]
		arrived := way.arrived
		way.arrived, way.room = nil, nil
		for i := range arrived {
			arrived[i].leave()
		}
	}
}

// awaitRoom has then happen once the way to a node has room, or never if the
// link ends.
func (w *World) awaitRoom(from, to *node, then func()) {
	_, way := w.way(from, to)
	switch {
	case way == nil:
	case linkConfig.HasRoom(way.queued):
		then()
	default:
		way.room = append(way.room, from.thisBoot(then))
	}
}
