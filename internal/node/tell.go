package node

import (
	"context"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/events"
	"networkmngr/internal/mining"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

const (
	eventsBytes = 4 << 20     // of memory that a node's events take
	tellAtMost  = time.Second // between two events of the mempool
	fewApplied  = 32          // blocks whose contents are read again to tell of them
)

// teller tells whoever watches the node what happens. All but log is of the loop.
type teller struct {
	log    *events.Log
	linked map[types.NodeID]time.Time // peers that were told of, and since when
	why    map[types.NodeID]string    // links are ended, until they are
}

func newTeller() *teller {
	return &teller{
		log:    events.NewLog(events.Config{Stream: events.NewStream(), Bytes: eventsBytes, Now: time.Now}),
		linked: make(map[types.NodeID]time.Time), why: make(map[types.NodeID]string),
	}
}

// Events is the stream of what happens on this node.
func (n *Node) Events() *events.Log { return n.teller.log }

// watch tells what an event of the loop and the actions that follow come to.
func (n *Node) watch(ev protocol.Event, actions []protocol.Action) {
	t := n.teller
	switch ev := ev.(type) {
	case protocol.Received:
		if _, told := t.linked[ev.Peer]; !told {
			t.link(ev.Peer, n.engine.Ready())
		}
	case protocol.Disconnected:
		t.unlink(ev.Peer)
	case protocol.Verified:
		t.verified(ev)
	case protocol.Admitted:
		t.admitted(ev)
	}
	for _, action := range actions {
		switch a := action.(type) {
		case protocol.Drop:
			t.drop(a)
		case protocol.Verify:
			t.received(a.Blocks)
		}
	}
}

// link tells of a peer once it has greeted.
func (t *teller) link(peer types.NodeID, ready []protocol.PeerInfo) {
	for _, p := range ready {
		if p.ID == peer {
			t.linked[peer] = time.Now()
			t.log.Tell(events.PeerLinked{Peer: peer, Outbound: p.Outbound})
		}
	}
}

func (t *teller) unlink(peer types.NodeID) {
	if since, told := t.linked[peer]; told {
		t.log.Tell(events.PeerLost{Peer: peer, Why: t.why[peer], Seconds: time.Since(since).Seconds()})
	}
	delete(t.linked, peer)
	delete(t.why, peer)
}

func (t *teller) drop(a protocol.Drop) {
	t.why[a.Peer] = a.Reason.Error()
	if a.Ban > 0 {
		t.log.Tell(events.PeerBanned{Peer: a.Peer, Why: a.Reason.Error(), Seconds: a.Ban.Seconds()})
	}
}

func refOf(b *types.Block) events.BlockRef { return events.BlockRef{Hash: b.Hash(), Index: b.Height()} }

// received tells of blocks that go to be verified.
func (t *teller) received(blocks []types.Block) {
	for i := range blocks {
		t.log.Tell(events.BlockReceived{BlockRef: refOf(&blocks[i])})
	}
}

// verified tells of a block that broke a rule: the last one of those that were given
// to the chain.
func (t *teller) verified(v protocol.Verified) {
	if rule, broken := consensus.Broken(v.Err); broken && len(v.Blocks) > 0 {
		last := &v.Blocks[len(v.Blocks)-1]
		t.log.Tell(events.BlockRefused{BlockRef: refOf(last), Rule: string(rule), Detail: v.Err.Error()})
	}
}

func (t *teller) admitted(a protocol.Admitted) {
	if rule, broken := consensus.Broken(a.Err); broken && t.log.Wanted(events.TransactionRefused{}.Type()) {
		t.log.Tell(events.TransactionRefused{ID: a.Transaction.ID(), Rule: string(rule)})
	} else if a.Err == nil && t.log.Wanted(events.TransactionAccepted{}.Type()) {
		t.log.Tell(events.TransactionAccepted{ID: a.Transaction.ID()})
	}
}

// tellTip tells what a move of the chain's tip undid and applied. Of many blocks, as
// when the node catches up, it tells the last.
func (n *Node) tellTip(updates chain.Updates, tip consensus.State, last *types.Block) error {
	for _, ref := range updates.Reverted {
		n.teller.log.Tell(events.BlockDisconnected{BlockRef: events.BlockRef{Hash: ref.ID, Index: ref.Height}})
	}
	for i, ref := range updates.Applied {
		if len(updates.Applied)-i > fewApplied {
			continue
		}
		block := *last
		if ref.ID != tip.ID {
			var err error
			if block, err = n.chain.Block(ref.ID); err != nil {
				return err
			}
		}
		n.teller.connected(&block)
	}
	n.teller.log.Tell(events.TipMoved{
		BlockRef: events.BlockRef{Hash: tip.ID, Index: tip.Height}, Work: n.work(tip.ID),
		Applied: len(updates.Applied), Reverted: len(updates.Reverted),
	})
	return nil
}

func (n *Node) work(id types.Hash) string {
	header, _ := n.chain.Header(id)
	return header.Work.Dec()
}

func (t *teller) connected(b *types.Block) {
	t.log.Tell(events.BlockConnected{
		BlockRef: refOf(b), Previous: b.Previous, Miner: b.Transactions[0].Recipient, Transactions: len(b.Transactions),
	})
	if !t.log.Wanted(events.TransactionIncluded{}.Type()) {
		return
	}
	for i := range b.Transactions[1:] {
		t.log.Tell(events.TransactionIncluded{ID: b.Transactions[1+i].ID(), Block: refOf(b)})
	}
}

// tellReorg tells the story of a reorg once the mempool has followed.
func (n *Node) tellReorg(updates chain.Updates, tip consensus.State, returned, dropped int) {
	reverted := updates.Reverted
	if len(reverted) == 0 {
		return
	}
	lowest := reverted[len(reverted)-1]
	fork, _ := n.chain.Header(lowest.ID)
	n.teller.log.Tell(events.Reorg{
		From:  events.BlockRef{Hash: reverted[0].ID, Index: reverted[0].Height},
		To:    events.BlockRef{Hash: tip.ID, Index: tip.Height},
		Fork:  events.BlockRef{Hash: fork.Previous, Index: lowest.Height - 1},
		Depth: len(reverted), Returned: returned, Dropped: dropped,
	})
}

// tellMined tells of blocks of this node's own.
func (n *Node) tellMined(found []mining.Found) {
	for i := range found {
		b := &found[i]
		n.teller.log.Tell(events.BlockMined{
			BlockRef: refOf(&b.Block), Previous: b.Previous, Miner: b.Transactions[0].Recipient,
			Transactions: len(b.Transactions), Size: b.Size(), Seconds: b.Took.Seconds(), Hashes: b.Hashes,
		})
	}
}

// tellMining tells how the node mines from now on.
func (n *Node) tellMining(before, now mining.Settings) {
	changed := events.MiningChanged{Mode: string(now.Mode), Solver: now.Name(), Hashrate: now.Hashrate}
	switch by := now.Mode.ByItself(); {
	case by && !before.Mode.ByItself():
		n.teller.log.Tell(events.MiningStarted{Mode: changed.Mode, Solver: changed.Solver, Hashrate: changed.Hashrate})
	case !by && before.Mode.ByItself():
		n.teller.log.Tell(events.MiningStopped{})
	default:
		n.teller.log.Tell(changed)
	}
}

func (n *Node) tellSubmitted(t *types.Transaction) {
	n.teller.log.Tell(events.TransactionSubmitted{
		ID: t.ID(), Sender: t.Sender(), Recipient: t.Recipient, Amount: t.Amount, Fee: t.Fee,
	})
}

// tellPool tells what waits in the mempool, when that has changed.
func (n *Node) tellPool(ctx context.Context) error {
	ticker := time.NewTicker(tellAtMost)
	defer ticker.Stop()
	var last events.Mempool
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		_, status := n.pool.Entries(0, 0)
		now := events.Mempool{Transactions: status.Count, Bytes: status.Bytes}
		if now != last {
			last = now
			n.teller.log.Tell(now)
		}
	}
}
