package node

import (
	"context"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/core"
	"networkmngr/internal/netgroup"
	"networkmngr/internal/transport"
	"networkmngr/internal/types"
)

// saveAfter is how long nodes.json may lag behind.
const saveAfter = time.Second

// saveShare is how much longer than it takes to write nodes.json it lags behind at least:
// where many nodes are known, the disk is to have time for other things.
const saveShare = 50

// persistKnown keeps nodes.json up to date until ctx ends, which is no error.
func (n *Node) persistKnown(ctx context.Context) error {
	lag := saveAfter
	for range n.knownChanged.Rings(ctx) {
		select {
		case <-ctx.Done():
		case <-time.After(lag):
			began := time.Now()
			n.ask(n.lookAtKnown)
			n.saveKnown()
			lag = max(saveAfter, saveShare*time.Since(began))
		}
	}
	return nil
}

// knownNodes is what nodes.json is to say, and what it says.
type knownNodes struct {
	book            core.Book
	revision, saved uint64 // of book, and of what is in the file
}

// lookAtKnown takes what the core knows of other nodes, if that has changed. It runs in
// the loop, or after its end.
func (n *Node) lookAtKnown() {
	if now := n.core.BookRevision(); now != n.known.saved {
		n.known.book, n.known.revision = n.core.Book(), now
	}
}

// saveKnown writes nodes.json if it would change. A disk that refuses is asked
// again the next time.
func (n *Node) saveKnown() {
	if n.known.revision == n.known.saved {
		return
	}
	if err := writeKnown(n.config.Folder, n.known.book); err != nil {
		n.log.Warn("write known nodes", "error", err)
		return
	}
	n.known.saved, n.known.book = n.known.revision, core.Book{}
}

// Addresses lists what is in the tables of addresses that others have told of; none once
// the node has ended.
func (n *Node) Addresses() (rows []core.AddressRow) {
	n.ask(func() { rows = n.core.Addresses() })
	return rows
}

// addressOf is the HTTP address of another node, by the account that it mines for; empty if
// it is not known, or once this one has ended.
func (n *Node) addressOf(account types.Address) (address string) {
	n.ask(func() { address = n.core.AddressOf(account) })
	return address
}

// KnownCount counts the other nodes that this one knows of. It does not wait for the loop.
func (n *Node) KnownCount() int { return int(n.knownCount.Load()) }

// Known lists the other nodes that this one knows of; none once the node has ended.
func (n *Node) Known() (known []types.NodeInfo) {
	n.ask(func() { known = n.core.Known() })
	return known
}

// Tips lists every leaf of the block tree, also of branches whose blocks have not come;
// none once the node has ended.
func (n *Node) Tips() (tips []chain.Tip) {
	n.ask(func() { tips = n.core.Tips() })
	return tips
}

// LastStored is the last block up to one, of which perhaps only the header is known, that is
// stored; false if it is not known.
func (n *Node) LastStored(id types.Hash) (at chain.Ref, known bool) {
	n.ask(func() { at, known = n.core.LastStored(id) })
	return at, known
}

// Peer is a node that this one is connected to.
type Peer struct {
	core.Peer
	Traffic transport.Traffic // over its link
}

// Peers lists the nodes that this one is connected to; none once the node has ended.
func (n *Node) Peers() []Peer {
	var ready []core.Peer
	n.ask(func() { ready = n.core.Peers() })
	traffic, peers := n.transport.LinkTraffic(), make([]Peer, len(ready))
	for i, p := range ready {
		peers[i] = Peer{Peer: p, Traffic: traffic[p.ID]}
	}
	return peers
}

// Kept says why peers that came by themselves would not have to make room for others now;
// there is nothing of those that might have to.
func (n *Node) Kept() map[types.NodeID]transport.Reason { return n.transport.Kept() }

// Group is the party that a peer counts to, by the multiaddr of its link or, on loopback, by
// where it says it listens; empty for none.
func (n *Node) Group(peer types.NodeInfo, remote string) string {
	at, err := netgroup.Parse(remote)
	if err != nil {
		return "" // the link has just ended
	}
	return string(n.config.Grouping.OfNode(peer, at.At))
}
