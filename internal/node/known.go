package node

import (
	"context"
	"slices"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/types"
)

// saveAfter is how long nodes.json may lag behind.
const saveAfter = time.Second

// persistKnown keeps nodes.json up to date until ctx ends, which is no error.
func (n *Node) persistKnown(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-n.knownChanged:
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(saveAfter):
		}
		if known, ok := n.known(); ok {
			n.saveKnown(known)
		}
	}
}

// saveKnown writes nodes.json if it would change. A disk that refuses is asked
// again the next time.
func (n *Node) saveKnown(known []types.NodeInfo) {
	if slices.EqualFunc(known, n.saved, sameEntry) {
		return
	}
	if err := writeKnown(n.config.Folder, known); err != nil {
		n.log.Warn("write known nodes", "error", err)
		return
	}
	n.saved = known
}

func sameEntry(a, b types.NodeInfo) bool {
	return a.ID == b.ID && a.Address == b.Address && slices.Equal(a.P2P, b.P2P)
}

// known is false if the node has ended.
func (n *Node) known() (known []types.NodeInfo, ok bool) {
	ok = n.ask(func() { known = n.core.Known() })
	return known, ok
}

// Known lists the other nodes that this one knows of.
func (n *Node) Known() []types.NodeInfo {
	known, _ := n.known()
	return known
}

// Tips lists every leaf of the block tree, also of branches whose blocks have not come;
// none once the node has ended.
func (n *Node) Tips() (tips []chain.Tip) {
	n.ask(func() { tips = n.core.Tips() })
	return tips
}

// Peers lists the nodes that this one is connected to.
func (n *Node) Peers() (peers []Peer) {
	n.ask(func() { peers = n.core.Peers() })
	return peers
}
