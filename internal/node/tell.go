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

// toldAtStart is of how many of its last blocks a node tells when it starts: more than it
// finds between two looks of whoever reads its events.
const toldAtStart = 4

// tellStart tells which chain the node has, and the last blocks of it.
func (n *Node) tellStart() error {
	tip := n.chain.Tip()
	told := events.TipMoved{BlockRef: events.BlockRef{Hash: tip.ID, Index: tip.Height}, Work: tip.Work.Dec()}
	for _, ref := range n.chain.MainChain(max(1, tip.Height+1-min(tip.Height, toldAtStart)), toldAtStart) {
		b, err := n.chain.Block(ref.ID)
		if err != nil {
			return err
		}
		told.Last = append(told.Last, events.BlockConnected{
			BlockRef: events.BlockRef{Hash: ref.ID, Index: ref.Height}, Previous: b.Header.Previous,
			Miner: b.Transactions[0].Recipient, Transactions: len(b.Transactions), Size: b.Size(),
			Timestamp: b.Header.Time, Bits: fmt.Sprintf("%08x", b.Header.Bits),
		})
	}
	n.events.Tell(told)
	return nil
}

// logTold writes a line of what is told, if it is a reorg, another tip, or a block that this
// node does not take for its time. The core's loop calls it.
func (n *Node) logTold(data events.Data) {
	switch data := data.(type) {
	case events.BlockConnected:
		n.connected = data
	case events.TipMoved:
		n.logTip(data)
	case events.Reorg:
		n.logReorg(data)
	case events.BlockTooNew:
		n.log.Warn("block from the future, not taken", "height", data.Index, "hash", data.Hash, "ahead", data.Ahead(), "peer", data.From)
	}
}

// logTip writes a line of another tip.
func (n *Node) logTip(tip events.TipMoved) {
	var transactions int
	miner := []any{"miner", "unknown"}
	if last := &n.connected; last.Hash == tip.Hash && last.Transactions > 0 {
		transactions, miner = last.Transactions, n.miner(last.Miner, n.core.AddressOf)
	}
	n.log.Info("tip moved", append([]any{
		"height", tip.Index, "hash", tip.Hash, "transactions", transactions, "applied", tip.Applied, "reverted", tip.Reverted,
	}, miner...)...)
}

// logReorg writes the story of a reorg in a line.
func (n *Node) logReorg(r events.Reorg) {
	line := []any{
		"depth", r.Depth, "fork", r.Fork.Index, "fork-hash", r.Fork.Hash, "from", r.From.Hash, "to", r.To.Hash,
		"height", r.To.Index, "returned", r.Returned, "held", r.Held, "overtaken", r.Dropped - r.Held,
	}
	var overtaken []string
	for _, one := range r.Overtaken {
		overtaken = append(overtaken, fmt.Sprintf("%s by %s in block %d", one.ID, one.By, one.Block.Index))
	}
	if len(overtaken) > 0 {
		line = append(line, "overtaken-by", strings.Join(overtaken, ", "))
	}
	if r.Peer != nil {
		line = append(line, "peer", *r.Peer)
	}
	if r.Miner != (types.Address{}) {
		line = append(line, n.miner(r.Miner, n.core.AddressOf)...)
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
