package node

import (
	"context"
	"slices"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/core"
	"networkmngr/internal/netgroup"
	"networkmngr/internal/transport"
	"networkmngr/internal/types"
)

// saveAfter is how long nodes.json may lag behind.
const saveAfter = time.Second

// persistKnown keeps nodes.json up to date until ctx ends, which is no error.
func (n *Node) persistKnown(ctx context.Context) error {
	for range n.knownChanged.Rings(ctx) {
		select {
		case <-ctx.Done():
		case <-time.After(saveAfter):
			var known []types.NodeInfo
			if n.ask(func() { known = n.core.Known() }) {
				n.saveKnown(known)
			}
		}
	}
	return nil
}

// saveKnown writes nodes.json if it would change. A disk that refuses is asked
// again the next time.
func (n *Node) saveKnown(known []types.NodeInfo) {
	if slices.EqualFunc(known, n.saved, types.NodeInfo.Equal) {
		return
	}
	if err := writeJSON(n.config.Folder, knownFile, known); err != nil {
		n.log.Warn("write known nodes", "error", err)
		return
	}
	n.saved = known
}

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
