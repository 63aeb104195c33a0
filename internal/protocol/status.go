package protocol

import (
	"slices"
	"time"

	"networkmngr/internal/netgroup"
	"networkmngr/internal/types"
)

// PeerStatus is what is known of a connected peer.
type PeerStatus struct {
	types.NodeInfo
	Outbound bool
	Type     LinkType
	Kept     Kept
	Claim    Claim // what it said last that its tip is
	Shown    Claim // the header with the most work that it has shown; zero for none
	Since    time.Time
	Latency  Latency
	// Who sends whom new blocks at once, as compact blocks: the peer sends them here, as it
	// is one of the fastest, or wants them from here.
	SendsBlocks, WantsBlocks bool
}

// LinkType says how a link came about, as the connection types of Bitcoin Core do.
type LinkType string

// The types of links.
const (
	Inbound  LinkType = "inbound"  // the peer dialled
	Outbound LinkType = "outbound" // one of those that the engine seeks
	Extra    LinkType = "extra"    // one more than it seeks, on trial
	Manual   LinkType = "manual"   // dialled as somebody wanted it
	Feeler   LinkType = "feeler"   // dialled only to see whether the node is there
)

// Kept is why a link that the engine seeks is made again if it ends; empty for no reason.
type Kept string

// The reasons why links are made again.
const (
	KeptAsAnchor Kept = "anchor"   // after a restart it is dialled first
	KeptByTrust  Kept = "registry" // somebody trusted has named the node
)

func (e *Engine) kept(p *peer) Kept {
	switch {
	case !p.isSought():
		return ""
	case slices.Contains(e.anchors, p.id):
		return KeptAsAnchor
	case e.book.trusts(p.id) != nil:
		return KeptByTrust
	}
	return ""
}

// Latency is how long a peer took from a Ping to its Pong, with the time that it was busy
// with something else. Zero is for a peer that has answered none.
type Latency struct{ Last, Lowest time.Duration }

func (l *Latency) add(took time.Duration) {
	took = max(took, 1) // as zero is for none
	l.Last = took
	if l.Lowest == 0 || took < l.Lowest {
		l.Lowest = took
	}
}

// Group is the party that a peer which has said Hello counts to; empty for none.
func (e *Engine) Group(id types.NodeID) netgroup.Group {
	if p := e.peer(id); p != nil && p.ready {
		return p.group
	}
	return ""
}

// Ready lists the peers that have said Hello, in the order in which they came.
func (e *Engine) Ready() []PeerStatus {
	list := make([]PeerStatus, 0, len(e.peers))
	trial := e.onTrial()
	for _, p := range e.peers {
		if p.ready {
			isExtra := len(trial) > 0 && p == trial[len(trial)-1]
			list = append(list, e.status(p, isExtra))
		}
	}
	return list
}

func (e *Engine) status(p *peer, isExtra bool) PeerStatus {
	status := PeerStatus{
		NodeInfo: p.entry, Outbound: p.outbound, Type: p.linkType(isExtra), Kept: e.kept(p), Claim: p.claim, Since: p.since, Latency: p.latency,
		SendsBlocks: slices.Contains(e.fast.peers, p), WantsBlocks: p.highBandwidth,
	}
	if h, known := e.chain.Header(p.best); known {
		status.Shown = claimTo(h)
	}
	return status
}

func (p *peer) linkType(isExtra bool) LinkType {
	switch {
	case !p.outbound:
		return Inbound
	case p.manual:
		return Manual
	case p.feeler:
		return Feeler
	case isExtra:
		return Extra
	}
	return Outbound
}
