package node

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"networkmngr/internal/core"
	"networkmngr/internal/events"
	"networkmngr/internal/types"
)

// eventsBytes is how much memory a node's events take: some 4,000 events that a manager
// which was away can still read.
const eventsBytes = 2 << 20

func newEvents(wall func() time.Time) *events.Log {
	return events.NewLog(events.Config{Stream: events.NewStream(), Bytes: eventsBytes, Now: time.Now, Wall: wall})
}

// Events is the stream of what happens on this node.
func (n *Node) Events() *events.Log { return n.events }

// logReorg writes the story of a reorg, if data is one, in a line. The core's loop calls
// it.
func (n *Node) logReorg(data events.Data) {
	r, is := data.(events.Reorg)
	if !is {
		return
	}
	line := []any{
		"depth", r.Depth, "fork", r.Fork.Index, "fork-hash", r.Fork.Hash, "from", r.From.Hash, "to", r.To.Hash,
		"height", r.To.Index, "returned", r.Returned, "in-both", r.Held, "lost", r.Dropped - r.Held,
	}
	var overtaken []string
	for _, one := range r.Overtaken {
		overtaken = append(overtaken, fmt.Sprintf("%s by %s in block %d", one.ID, one.By, one.Block.Index))
	}
	if len(overtaken) > 0 {
		line = append(line, "overtaken", strings.Join(overtaken, ", "))
	}
	if r.Peer != nil {
		line = append(line, "peer", *r.Peer)
	}
	if r.Miner != (types.Address{}) {
		line = append(line, n.miner(r.Miner, n.core.Known)...)
	}
	n.log.Info("reorg", line...)
}

func ofTransfers(verbose events.Type) bool { return verbose != events.Stats{}.Type() }

// watch has the core tell of each transfer for as long as somebody wants that.
func (n *Node) watch(ctx context.Context) error {
	for {
		wanted, changed := n.events.WantedTypes()
		n.tell(ctx, core.Watch{Verbose: slices.ContainsFunc(wanted, ofTransfers)})
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		}
	}
}
