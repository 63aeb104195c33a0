package node

import (
	"context"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// loop owns the engine: it brings it events one by one, and has done what
// follows.
func (n *Node) loop(ctx context.Context) error {
	defer n.tick.timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case ev := <-n.events:
			n.happened(ev)
		case query := <-n.queries:
			query()
		case <-n.tick.timer.C:
			n.tick.last = time.Now()
			n.handle(protocol.Tick{})
		}
	}
}

// happened handles an event that may have others follow soon.
func (n *Node) happened(ev protocol.Event) {
	n.handle(ev)
	n.stirred.ring()
}

func (n *Node) handle(ev protocol.Event) {
	actions := n.engine.Handle(n.clock.now(time.Now()), ev)
	for _, action := range actions {
		n.act(action)
	}
	n.watch(ev, actions)
	n.tick.set(n.clock.real(n.engine.NextWake()))
}

// act does what the engine wants done, or has it done by whoever may wait.
func (n *Node) act(action protocol.Action) {
	switch a := action.(type) {
	case protocol.Send:
		n.send(a.Peer, a.Message)
	case protocol.SendBlocks:
		n.answer(a.Peer, types.HashSize*len(a.IDs), func() { n.sendBlocks(a) })
	case protocol.SendBlockTransactions:
		n.answer(a.Peer, 4*len(a.Request.Indexes), func() { n.sendBlockTransactions(a) })
	case protocol.SendTransactions:
		n.answer(a.Peer, types.HashSize*len(a.IDs), func() { n.sendTransactions(a) })
	case protocol.Drop:
		n.drop(a)
	case protocol.Dial:
		n.dials.put(a.Entry)
	case protocol.Verify:
		n.blocks.put(a.Blocks)
	case protocol.Admit:
		n.transfers.put(a)
	case protocol.Discard:
		n.transfers.drop(a.Peer)
	case protocol.Resolved:
		n.resolves[a.Number]()
		delete(n.resolves, a.Number)
	}
}

// send never waits. A link that is gone or too slow is told of by the
// transport; it is false then.
func (n *Node) send(to types.NodeID, m protocol.Message) bool {
	if err := n.transport.Send(to, protocol.Encode(m)); err != nil {
		n.log.Debug("send to peer", "peer", to.Short(), "error", err)
		return false
	}
	return true
}

func (n *Node) drop(a protocol.Drop) {
	if a.Ban > 0 {
		n.log.Warn("peer barred", "peer", a.Peer.Short(), "for", a.Ban, "error", a.Reason)
	} else {
		n.log.Debug("peer dropped", "peer", a.Peer.Short(), "wait", a.Wait, "error", a.Reason)
	}
	if out := max(a.Ban, a.Wait); out > 0 {
		n.transport.Ban(a.Peer, time.Now().Add(out))
	}
	n.transport.Disconnect(a.Peer, a.Reason)
}

// verify gives blocks from peers to the chain.
func (n *Node) verify(blocks []types.Block) {
	_, err := n.chain.AddBlocks(blocks...)
	if chain.Invalid(err) {
		n.log.Warn("invalid block from a peer", "error", err)
	}
	n.tell(context.Background(), protocol.Verified{Blocks: blocks, Err: err})
}

// admit gives a transfer from a peer to the mempool.
func (n *Node) admit(t types.Transaction) {
	err := n.pool.Add(t)
	if err == nil {
		n.jobs.transfersCame()
	}
	n.tell(context.Background(), protocol.Admitted{Transaction: t, Err: err})
}
