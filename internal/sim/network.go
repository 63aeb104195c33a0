package sim

import (
	"errors"
	"time"

	"networkmngr/internal/protocol"
)

// pair are the two ends of a link, the smaller number first.
type pair struct{ a, b int }

func pairOf(a, b int) pair { return pair{min(a, b), max(a, b)} }

// link carries messages in order, each way. Once it is down, what is under way
// is lost.
type link struct {
	ends pair
	down bool
	last [2]time.Time // arrival of the last message towards a and towards b
}

var errLinkDown = errors.New("link is down")

func (w *World) reachable(a, b int) bool { return w.groups[a] == w.groups[b] }

// dial links two nodes, or tells the first one that it failed.
func (w *World) dial(from, to *node) {
	life := from.life
	w.after(w.latency(), func() {
		if from.life != life {
			return
		}
		if to == nil || !to.up() || !w.reachable(from.number, to.number) || to.bars(from) {
			id := from.dialled[to]
			from.handle("dial-failed", protocol.DialFailed{Peer: id})
			return
		}
		ends := pairOf(from.number, to.number)
		if w.links[ends] != nil {
			return // the other side was faster
		}
		w.links[ends] = &link{ends: ends}
		to.handle("connected", protocol.Connected{Peer: from.id})
		from.handle("connected", protocol.Connected{Peer: to.id, Outbound: true})
	})
}

// send puts a frame on the way.
func (w *World) send(from, to *node, frame []byte) {
	l := w.links[pairOf(from.number, to.number)]
	if l == nil || w.rand.Float64() < w.config.Loss {
		return
	}
	way := 0
	if to.number == l.ends.b {
		way = 1
	}
	arrival := w.now.Add(w.latency())
	if arrival.Before(l.last[way]) {
		arrival = l.last[way] // messages do not overtake
	}
	l.last[way] = arrival
	w.at(arrival, func() {
		if !l.down && w.reachable(from.number, to.number) {
			to.handle("frame", protocol.Received{Peer: from.id, Frame: frame})
		}
	})
}

// unlink ends a link. Both ends hear of it, the far one later.
func (w *World) unlink(ends pair) {
	l := w.links[ends]
	if l == nil {
		return
	}
	l.down = true
	delete(w.links, ends)
	for _, end := range [][2]int{{ends.a, ends.b}, {ends.b, ends.a}} {
		here, there := w.nodes[end[0]], w.nodes[end[1]]
		life := here.life
		w.after(w.latency(), func() {
			if here.life == life && w.links[ends] == nil {
				here.handle("disconnected", protocol.Disconnected{Peer: there.id})
			}
		})
	}
}

func (w *World) latency() time.Duration {
	return w.config.Latency + time.Duration(w.rand.Int64N(int64(3*w.config.Latency)))
}

// cut parts the network into two groups, and breaks the links between them
// after a while, as no one tells a node that a cable was pulled.
func (w *World) cut() {
	for i := range w.groups {
		w.groups[i] = w.rand.IntN(2)
	}
	w.note("cut", 0, nil)
	w.after(w.soon(5*time.Second), func() {
		for _, ends := range w.sortedLinks() {
			if !w.reachable(ends.a, ends.b) {
				w.unlink(ends)
			}
		}
	})
}

func (w *World) heal() {
	clear(w.groups)
	w.note("heal", 0, nil)
}

// sortedLinks lists the links in an order that does not depend on chance.
func (w *World) sortedLinks() []pair {
	var list []pair
	for a := range w.nodes {
		for b := a + 1; b < len(w.nodes); b++ {
			if w.links[pair{a, b}] != nil {
				list = append(list, pair{a, b})
			}
		}
	}
	return list
}
