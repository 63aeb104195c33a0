package sim

import (
	"cmp"
	"slices"
	"time"

	"networkmngr/internal/core"
	"networkmngr/internal/netgroup"
	"networkmngr/internal/transport"
	"networkmngr/internal/types"
)

// link is that of a node with another one, up or down; nil if there is none.
func (n *node) link(other *node) *link {
	for _, l := range n.links {
		if l.a == other.number || l.b == other.number {
			return l
		}
	}
	return nil
}

func (n *node) forget(gone *link) {
	n.links = slices.DeleteFunc(n.links, func(l *link) bool { return l == gone })
}

// pair are the two ends of a link, the smaller number first.
type pair struct{ a, b int }

func pairOf(a, b int) pair { return pair{min(a, b), max(a, b)} }

func (p pair) both() [2]int { return [2]int{p.a, p.b} }

func (w *World) reachable(a, b int) bool { return w.groups[a] == w.groups[b] }

// dial links two nodes, or tells the first one that it failed.
func (w *World) dial(from *node, entry types.NodeInfo) {
	to := w.byID[entry.ID]
	begin := w.after
	if to == nil {
		begin = w.background // there may be no end of those
	}
	failed := func() { from.inbox("dial-failed", core.DialFailed{Peer: entry.ID}, nil) }
	begin(from.latency(), from.thisBoot(func() {
		if to == nil || !w.admits(from, to) || to.handshakes == transport.MaxHandshakes {
			failed()
			return
		}
		to.handshakes++
		w.after(from.latency(), func() {
			to.handshakes--
			switch {
			case !from.up():
			case w.admits(from, to) && to.makeRoom(from):
				w.connect(from, to)
			default:
				failed()
			}
		})
	}))
}

// makeRoom evicts a link where all places are taken, as a real node does, but not for a
// second link of a peer, and reports whether there is room.
func (n *node) makeRoom(from *node) bool {
	w := n.world
	if n.inbound < linkConfig.MaxInbound {
		return true
	}
	if l, _ := w.way(from, n); l != nil {
		return false
	}
	choice := transport.Eviction{
		Protected: transport.ProtectedOf(linkConfig.MaxInbound), Places: n.inbound, Grown: w.now.Add(-linkConfig.YoungLink),
		Rank: func(netgroup.Group) uint64 { return 0 }, // there are none
	}
	var inbound []*link
	for _, l := range n.links {
		if l.to == n.number && !l.down {
			inbound = append(inbound, l)
			choice.Links = append(choice.Links, l.merits)
		}
	}
	i := choice.Choose()
	if i < 0 {
		return false
	}
	w.stats.Total["links evicted"]++
	w.unlink(inbound[i])
	return true
}

// admits reports whether a node lets another one in.
func (w *World) admits(from, to *node) bool {
	return to.up() && w.reachable(from.number, to.number) && !to.bars(from)
}

func (w *World) connect(from, to *node) {
	if old := from.link(to); old != nil {
		if !old.down {
			return // the other side was faster
		}
		w.tellDown(old, 0)
		w.tellDown(old, 1)
	}
	l := &link{pair: pairOf(from.number, to.number), to: to.number, merits: transport.Inbound{Since: w.now}}
	to.inbound++
	for i, number := range l.both() {
		n := w.nodes[number]
		l.ends[i].boot = n.boot
		l.ways[i].model = w.newModel(w.nodes[l.both()[1-i]], n)
		n.links = append(n.links, l)
	}
	to.inbox("connected", core.Connected{Peer: from.id, Address: from.entry().P2P[0]}, nil)
	from.inbox("connected", core.Connected{Peer: to.id, Outbound: true, Address: to.entry().P2P[0]}, nil)
}

// unlink ends a link. Both ends hear of it later, each in its own time.
func (w *World) unlink(l *link) {
	if l == nil || l.down {
		return
	}
	l.down = true
	l.clear()
	w.nodes[l.to].inbound--
	w.faultsInjected++
	for i, number := range l.both() {
		n := w.nodes[number]
		w.after(n.latency(), func() { w.tellDown(l, i) })
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
	if l.ends[1-i].over {
		here.forget(l)
		there.forget(l)
	}
	if here.boot == end.boot {
		here.inbox("disconnected", core.Disconnected{Peer: there.id}, nil)
	}
}

// latency is how long a node's side of a dial takes, and the news of a link's end.
func (n *node) latency() time.Duration {
	if n.adversary != nil {
		return time.Duration(n.chance.Int64N(int64(time.Millisecond))) // they sit next to their victims
	}
	d := n.world.config.Latency + time.Duration(n.chance.Int64N(int64(3*n.world.config.Latency)))
	if n.slow > 0 {
		d += time.Duration(n.chance.Int64N(int64(n.slow)))
	}
	return d
}

// cut parts the network into two groups, and breaks the links between them
// after a while, as no one tells a node that a cable was pulled.
func (w *World) cut() {
	for i := range w.groups {
		w.groups[i] = w.rand.IntN(2)
	}
	w.faultsInjected++
	w.note("cut", 0)
	w.background(w.exponential(5*time.Second), func() {
		for _, l := range w.sortedLinks() {
			if !w.reachable(l.a, l.b) {
				w.unlink(l)
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
		w.unlink(l)
	}
}

// sortedLinks lists the links that are up in an order that does not depend on
// chance.
func (w *World) sortedLinks() []*link {
	var list []*link
	for _, n := range w.nodes {
		for _, l := range n.links {
			if l.a == n.number && !l.down {
				list = append(list, l)
			}
		}
	}
	slices.SortFunc(list, func(x, y *link) int {
		return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	})
	return list
}

// isSound reports whether two nodes have a link that has lost nothing.
func (w *World) isSound(a, b *node) bool {
	l := a.link(b)
	return l != nil && !l.down && !l.lost && w.reachable(a.number, b.number)
}
