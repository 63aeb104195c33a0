package protocol

import (
	"time"

	"networkmngr/internal/addrman"
	"networkmngr/internal/netgroup"
	"networkmngr/internal/types"
)

// Book is what a node keeps of others over restarts.
type Book struct {
	Registry  []types.NodeInfo `json:"registry"` // that somebody trusted has named
	Anchors   []types.NodeID   `json:"anchors"`  // peers that are dialled first
	Addresses addrman.State    `json:"addresses"`
}

// Book is what is to be kept of other nodes.
func (e *Engine) Book() Book {
	return Book{Registry: e.book.all(), Anchors: e.anchors, Addresses: e.addresses.State(e.now)}
}

// BookRevision changes with what Book says.
func (e *Engine) BookRevision() uint64 { return e.book.revision + e.addresses.Revision() }

// Addresses lists what is in the tables of addresses.
func (e *Engine) Addresses() []addrman.Row { return e.addresses.Table() }

// KnownCount counts the other nodes that the engine knows of.
func (e *Engine) KnownCount() int { return len(e.book.order) + e.addresses.Len() }

// Known lists the other nodes that the engine knows of, those first that somebody trusted
// has named.
func (e *Engine) Known() []types.NodeInfo { return append(e.book.all(), e.addresses.All()...) }

// AddressOf is the HTTP address of the node that mines for an account; empty if it is not
// known.
func (e *Engine) AddressOf(account types.Address) string {
	for _, c := range e.book.order {
		if c.entry.ID.Account() == account {
			return c.entry.Address
		}
	}
	return e.addresses.AddressOf(account)
}

// restore takes what the node knew in its last life.
func (e *Engine) restore(b Book) {
	if b.Addresses.Key != (addrman.Key{}) {
		e.addresses = addrman.Restore(e.config.Addresses, b.Addresses, e.now, e.rand)
	}
	e.wanted = b.Anchors[:min(len(b.Anchors), e.config.Anchors)]
	e.anchors = e.wanted
	e.learn(b.Registry)
}

// learn takes nodes that somebody trusted has named.
func (e *Engine) learn(entries []types.NodeInfo) {
	for _, entry := range entries {
		if e.trust(entry) {
			e.book.yield(entry.ID, e.now.Add(e.config.DialPatience))
		}
	}
	e.seekPeers()
}

// seeded takes nodes that a seed has named, as it would take a peer's word.
func (e *Engine) seeded(in Seeded) {
	for _, entry := range in.Nodes {
		e.hear(entry, addrman.Source{Group: netgroup.Group("seed " + in.Seed), Reach: in.Reach})
	}
	e.seekPeers()
}

// trust remembers a node that somebody trusted has named; it is true if that was news.
// From then on, what others tell of it counts no more.
func (e *Engine) trust(entry types.NodeInfo) bool {
	if entry.ID == e.self.ID || !entry.Valid() || netgroup.Foreign(entry) {
		return false
	}
	e.departed.Remove(entry.ID)
	e.addresses.Remove(entry.ID)
	news := e.book.trust(entry)
	if e.peer(entry.ID) != nil {
		c := e.book.nodes[entry.ID]
		e.book.dialled(c)
		c.up = true
	}
	return news
}

// greeted takes what a peer says of itself; it is true if that was news. Only who was
// dialled has proved that it can be, and only where it was.
func (e *Engine) greeted(p *peer) bool {
	e.departed.Remove(p.id)
	if c := e.book.trusts(p.id); c != nil {
		c.failures = 0
		word := p.within(p.entry)
		return word.Valid() && e.book.trust(word)
	}
	news := e.addresses.Add(e.now, p.entry, e.source(p))
	if p.outbound {
		e.addresses.Reached(e.now, p.id, p.address)
	}
	return news
}

// source is a peer as one that tells of nodes.
func (e *Engine) source(p *peer) addrman.Source {
	return addrman.Source{Node: p.id, Group: p.group, Reach: p.reach()}
}

// reach is that of what a peer can know of, by where it is.
func (p *peer) reach() netgroup.Reach {
	return netgroup.Teller(netgroup.Where(p.address).Addr()) // none if the address is not known
}

// within is a node as a peer can know it. Nobody else is told what is left out: coming
// from here it would seem to be of this machine.
func (p *peer) within(node types.NodeInfo) types.NodeInfo {
	return addrman.ReachedFrom(node, p.reach())
}

// groupOf is that of a peer whose link comes from an address, or goes to a node.
func (e *Engine) groupOf(p *peer, address string) netgroup.Group {
	grouping := e.config.Addresses.Grouping
	from, err := netgroup.Parse(address)
	if first, bad := netgroup.First(p.entry); bad == nil && (p.outbound || err == nil && from.At.Addr().IsLoopback() && first.At.Addr().IsLoopback()) {
		return grouping.OfNode(p.entry, first.At)
	}
	if err != nil {
		return ""
	}
	return grouping.OfIP(from.At.Addr())
}

const (
	// enoughKnown is how many known nodes make it needless to ask whoever comes for more.
	enoughKnown = 64
	// fewTold is how many nodes a peer tells of without having been asked, at most.
	fewTold = 10
)

// newsLimit is for the nodes that one peer tells of without having been asked. It is far
// above what an honest one has to tell, and keeps gossip from growing with the network.
var newsLimit = Limit{Burst: 64, Interval: time.Second}

// askAddresses asks a peer for nodes, if not enough are known. Nodes that only others have
// told of are never enough for a peer that this node has chosen not to be asked: strangers
// that came first may have made them up.
func (e *Engine) askAddresses(p *peer) {
	if e.KnownCount() < enoughKnown || p.isSought() && len(e.book.order) < enoughKnown {
		p.addressesAsked = true
		e.send(p, GetAddresses{})
	}
}

// handleAddresses takes the nodes that a peer names. What is news is passed on, unless it is
// an answer: that is no news to the network. Whatever comes beyond the peer's bucket is
// ignored.
func (e *Engine) handleAddresses(p *peer, m Addresses) {
	answer := p.addressesAsked && len(m.Nodes) > fewTold
	if answer {
		p.addressesAsked = false
	}
	var news []types.NodeInfo
	learned, source := false, e.source(p)
	for _, entry := range m.Nodes {
		if !entry.Valid() {
			e.ban(p, ErrMessage)
			return
		}
		if !answer && !p.news.take(e.now, 1, newsLimit) || !e.hear(entry, source) {
			continue
		}
		learned = true
		if !answer {
			news = append(news, entry)
		}
	}
	e.passOn(p, news)
	if learned {
		e.seekPeers()
	}
}

// hear takes what a source tells of a node; it is true if that was news.
func (e *Engine) hear(entry types.NodeInfo, source addrman.Source) bool {
	if entry.ID == e.self.ID || e.book.trusts(entry.ID) != nil || e.departed.has(entry.ID, e.now) {
		return false
	}
	return e.addresses.Add(e.now, entry, source)
}
