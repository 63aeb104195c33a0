package node

import (
	"context"
	"slices"
	"time"

	"networkmngr/internal/events"
	"networkmngr/internal/types"
)

const awaitPeerTimeout = 2 * time.Second

// AwaitPeer waits until the registered node with this id is a peer, and resolves
// then, so that each side has heard the other's greeting, unless this one does not
// relay. It is false if the
// node is none within awaitPeerTimeout: it is not there, say, or nobody has a link
// to spare. The error is ctx's, or ErrStopping.
func (n *Node) AwaitPeer(ctx context.Context, id types.NodeID) (met bool, err error) {
	waiting, cancel := context.WithTimeout(ctx, awaitPeerTimeout)
	defer cancel()
	links := n.events.Reader(n.events.Shown()+1, events.Filter{Types: []events.Type{events.PeerLinked{}.Type()}})
	defer links.Close()
	for links.Next(); !n.isPeer(id); links.Next() {
		select {
		case <-links.More():
		case <-waiting.Done():
			return false, ctx.Err()
		case <-n.ctx.Done():
			return false, n.stopping()
		}
	}
	if !n.config.NoRelay {
		_, err = n.Resolve(ctx)
	}
	return true, err
}

func (n *Node) isPeer(id types.NodeID) bool {
	return slices.ContainsFunc(n.Peers(), func(p Peer) bool { return p.ID == id })
}
