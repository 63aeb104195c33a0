package sim

import (
	"cmp"
	"slices"
	"time"

	"networkmngr/internal/protocol"
)

// pair are the two ends of a link, the smaller number first.
type pair struct{ a, b int }

func pairOf(a, b int) pair { return pair{min(a, b), max(a, b)} }

func (p pair) both() [2]int { return [2]int{p.a, p.b} }

// link carries messages in order, each way. Once it is down, what is under way
// is lost.
type link struct {
	pair
	down bool
	lost bool         // a message was lost on it while it was up
	last [2]time.Time // arrival of the last message towards a and towards b
	ends [2]linkEnd
}

// linkEnd is what the node at one end knows of a link.
type linkEnd struct {
	life int  // of the node when the link came up
	over bool // it was told that the link is down
}

func (w *World) reachable(a, b int) bool { return w.groups[a] == w.groups[b] }

// dial links two nodes, or tells the first one that it failed.
func (w *World) dial(from *node, entry protocol.Entry) {
	to := w.byID[entry.ID]
	begin := w.after
	if to == nil {
		begin = w.someday // there may be no end of those
	}
	begin(w.latency(from, from), from.thisLife(func() {
		if to == nil || !to.up() || !w.reachable(from.number, to.number) || to.bars(from) {
			from.handle("dial-failed", protocol.DialFailed{Peer: entry.ID})
			return
		}
		w.connect(from, to)
	}))
}

func (w *World) connect(from, to *node) {
	ends := pairOf(from.number, to.number)
	if old := w.links[ends]; old != nil {
		if !old.down {
			return // the other side was faster
		}
		w.tellDown(old, 0)
		w.tellDown(old, 1)
	}
	l := &link{pair: ends}
	for i, number := range ends.both() {
		l.ends[i].life = w.nodes[number].life
	}
	w.links[ends] = l
	to.handle("connected", protocol.Connected{Peer: from.id})
	from.handle("connected", protocol.Connected{Peer: to.id, Outbound: true})
}

// send puts a frame on the way, and calls then, if there is one, once the
// other side has dealt with it.
func (w *World) send(from, to *node, frame []byte, then func()) {
	l := w.links[pairOf(from.number, to.number)]
	if l == nil || l.down {
		return
	}
	if w.config.Loss > 0 && w.rand.Float64() < w.config.Loss {
		w.stats.Total["messages lost"]++
		l.lost = true
		w.upsets++
		return
	}
	way := 0
	if to.number == l.b {
		way = 1
	}
	arrival := w.now.Add(w.latency(from, to))
	if arrival.Before(l.last[way]) {
		arrival = l.last[way] // messages do not overtake
	}
	l.last[way] = arrival
	w.at(arrival, func() {
		if l.down || !w.reachable(from.number, to.number) {
			w.stats.Total["messages lost with their link"]++
			l.lost = true
			return
		}
		heeded := then != nil && to.up() && to.hasPeer(from.id) // and not about to be dropped
		to.handle("frame", protocol.Received{Peer: from.id, Frame: frame})
		if heeded {
			then()
		}
	})
}

// unlink ends a link. Both ends hear of it later, each in its own time.
func (w *World) unlink(ends pair) {
	l := w.links[ends]
	if l == nil || l.down {
		return
	}
	l.down = true
	w.upsets++
	for i, number := range ends.both() {
		n := w.nodes[number]
		w.after(w.latency(n, n), func() { w.tellDown(l, i) })
	}
}

// tellDown tells one end that its link is down, once.
func (w *World) tellDown(l *link, i int) {
	end, ends := &l.ends[i], l.both()
	here, there := w.nodes[ends[i]], w.nodes[ends[1-i]]
	if end.over {
		return
	}
	end.over = true
	if l.ends[1-i].over && w.links[l.pair] == l {
		delete(w.links, l.pair)
	}
	if here.life == end.life {
		here.handle("disconnected", protocol.Disconnected{Peer: there.id})
	}
}

func (w *World) latency(from, to *node) time.Duration {
	d := w.config.Latency + time.Duration(w.rand.Int64N(int64(3*w.config.Latency)))
	if slow := max(from.slow, to.slow); slow > 0 {
		d += time.Duration(w.rand.Int64N(int64(slow)))
	}
	return d
}

// cut parts the network into two groups, and breaks the links between them
// after a while, as no one tells a node that a cable was pulled.
func (w *World) cut() {
	for i := range w.groups {
		w.groups[i] = w.rand.IntN(2)
	}
	w.upsets++
	w.note("cut", 0)
	w.someday(w.soon(5*time.Second), func() {
		for _, l := range w.sortedLinks() {
			if !w.reachable(l.a, l.b) {
				w.unlink(l.pair)
			}
		}
	})
}

func (w *World) heal() {
	clear(w.groups)
	w.note("heal", 0)
}

// reset breaks a link; what was under way on it is lost.
func (w *World) reset() {
	if links := w.sortedLinks(); len(links) > 0 {
		l := links[w.rand.IntN(len(links))]
		w.note("reset", l.a, []byte{byte(l.b)})
		w.stats.Total["links reset"]++
		w.unlink(l.pair)
	}
}

// sortedLinks lists the links that are up in an order that does not depend on
// chance.
func (w *World) sortedLinks() []*link {
	var list []*link
	for _, l := range w.links {
		if !l.down {
			list = append(list, l)
		}
	}
	slices.SortFunc(list, func(x, y *link) int {
		return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	})
	return list
}

// isSound reports whether two nodes have a link that has lost nothing.
func (w *World) isSound(a, b *node) bool {
	l := w.links[pairOf(a.number, b.number)]
	return l != nil && !l.down && !l.lost && w.reachable(a.number, b.number)
}
