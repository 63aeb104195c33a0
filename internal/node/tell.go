package node

import (
	"context"
	"time"

	"networkmngr/internal/core"
	"networkmngr/internal/events"
)

// eventsBytes is how much memory a node's events take: some 4,000 events that a manager
// which was away can still read.
const eventsBytes = 2 << 20

func newEvents(wall func() time.Time) *events.Log {
	return events.NewLog(events.Config{Stream: events.NewStream(), Bytes: eventsBytes, Now: time.Now, Wall: wall})
}

// Events is the stream of what happens on this node.
func (n *Node) Events() *events.Log { return n.events }

// watch has the core tell of each transfer for as long as somebody wants that.
func (n *Node) watch(ctx context.Context) error {
	for {
		wanted, changed := n.events.WantedTypes()
		n.tell(ctx, core.Watch{Verbose: len(wanted) > 0})
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		}
	}
}
