package sim

import (
	"networkmngr/internal/core"
	"networkmngr/internal/events"
	"networkmngr/internal/protocol"
	"networkmngr/internal/transport"
	"networkmngr/internal/types"
)

// observe counts what the core did about an input.
func (n *node) observe(in core.Input, effects []core.Effect) {
	total := n.world.stats.Total
	for _, effect := range effects {
		n.observeWork(effect)
	}
	if len(n.loading) > 1 && n.core.Backlog().Blocks > 1 {
		total["steps of downloads from several peers"]++
	}
	switch in := in.(type) {
	case core.Disconnected:
		delete(n.loading, in.Peer)
	case core.Received:
		n.notePong(in)
		n.observeFrame(in, effects)
		n.greeted(in)
	case core.Written:
		n.observeTip(in)
	}
}

func (n *node) observeWork(effect core.Effect) {
	switch e := effect.(type) {
	case core.Send:
		if _, ok := e.Message.(protocol.GetBlocks); ok {
			n.loading[e.Peer] = true
			n.crashAtWork()
		}
	case core.Write:
		n.crashAtWork()
	}
}

// How frames of some kinds begin: decoding them once more would cost a lot.
var (
	blocksKind       = protocol.Encode(protocol.Blocks{})[0]
	notFoundKind     = protocol.Encode(protocol.NotFound{})[0]
	compactKind      = protocol.Encode(protocol.Compact{})[0]
	transactionsKind = protocol.Encode(protocol.Transactions{})[0]
)

func (n *node) observeFrame(ev core.Received, effects []core.Effect) {
	if len(ev.Frame) == 0 {
		return
	}
	switch ev.Frame[0] {
	case blocksKind, notFoundKind:
		delete(n.loading, ev.Peer)
	case compactKind:
		for _, effect := range effects {
			if w, write := effect.(core.Write); write && len(w.Blocks[0].Transactions) > 1 {
				n.world.stats.Total["compact blocks filled from the mempool"]++
			}
		}
	}
}

// observeServed looks at a frame of an answer.
func (n *node) observeServed(frame []byte) {
	sent := &n.world.stats.sent[frame[0]]
	if sent.count > 0 && (frame[0] != transactionsKind || len(n.refused) == 0) {
		sent.count++
		sent.bytes += len(frame)
		return
	}
	if m, err := protocol.Decode(frame); err == nil {
		sent.add(m, len(frame))
		n.checkPassOn(m)
	}
}

// observeTip follows the tip as the core knows it.
func (n *node) observeTip(in core.Written) {
	if !in.Change.Moved {
		return
	}
	tip := n.core.Tip()
	if !tip.Work.Gt(&n.seen.Work) {
		n.world.violation("node %d leaves its tip %s for %s, which has no more work", n.number, n.seen.ID, tip.ID)
	}
	n.seen = tip
	n.countReorg(len(in.Change.Update.Reverted))
	n.expectTipAtPeers()
}

func (n *node) countReorg(depth int) {
	if depth > 0 {
		n.world.stats.Total["reorgs"]++
		n.world.stats.most("depth of a reorg", depth)
		if depth >= 5 {
			n.world.stats.Total["reorgs of five blocks and more"]++
		}
	}
}

// told is an event of the core's.
func (n *node) told(data events.Data) {
	total := n.world.stats.Total
	switch e := data.(type) {
	case events.BlockConnected:
		n.noteSource(e)
	case events.TransactionAccepted:
		delete(n.refused, e.ID)
	case events.TransactionRefused:
		n.refused[e.ID] = true
		total["transfers refused: "+e.Rule]++
	case events.TransactionReturned:
		delete(n.refused, e.ID) // it did not fit as it was on the chain already
		total["transfers put back by a reorg"]++
	}
}

// noteSource notes on the link that a block of the main chain came by that it was of use.
func (n *node) noteSource(block events.BlockConnected) {
	if block.From != nil {
		n.credit(*block.From, func(merits *transport.Inbound) { merits.LastBlock = n.world.now })
	}
}

// credit notes what a peer that came in has done.
func (n *node) credit(peer types.NodeID, note func(merits *transport.Inbound)) {
	from := n.world.byID[peer]
	if from == nil {
		return // it has taken another identity since
	}
	if l := n.link(from); l != nil && l.to == n.number {
		note(&l.merits)
	}
}
