package node

import (
	"context"
	"time"

	"networkmngr/internal/core"
	"networkmngr/internal/events"
)

// leavePatience is how long peers have to hang up.
const leavePatience = time.Second

// Leave tells every peer that the node ends for good, so that they seek it no more, and has
// it mine no more, as a block would reach nobody. It returns once the peers have hung up, or
// when the time for that has run out; Run goes on.
func (n *Node) Leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, leavePatience)
	defer cancel()
	lost := n.events.Reader(n.events.Shown()+1, events.Filter{Types: []events.Type{events.PeerLost{}.Type()}})
	defer lost.Close()
	if !n.tell(ctx, core.Leave{}) {
		return
	}
	for lost.Next(); len(n.Peers()) > 0; lost.Next() {
		select {
		case <-lost.More():
		case <-ctx.Done():
			return
		case <-n.ctx.Done():
			return
		}
	}
}
