package node

import (
	"context"
	"time"

	"networkmngr/internal/core"
	"networkmngr/internal/events"
	"networkmngr/internal/mining"
)

// eventsBytes is how much memory a node's events take.
const eventsBytes = 4 << 20

func newEvents() *events.Log {
	return events.NewLog(events.Config{Stream: events.NewStream(), Bytes: eventsBytes, Now: time.Now})
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

// tellMined tells of blocks of this node's own.
func (n *Node) tellMined(found []mining.Found) {
	for i := range found {
		b := &found[i]
		n.log.Info("block mined", "height", b.Height(), "hash", b.Hash(),
			"transactions", len(b.Transactions), "took", b.Took.Round(time.Microsecond))
		n.events.Tell(events.BlockMined{
			BlockRef: events.BlockRef{Hash: b.Hash(), Index: b.Height()}, Previous: b.Previous,
			Miner: b.Transactions[0].Recipient, Transactions: len(b.Transactions), Size: b.Size(),
			Seconds: b.Took.Seconds(), Hashes: b.Hashes,
		})
	}
}
