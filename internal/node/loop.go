package node

import (
	"context"
	"path/filepath"
	"reflect"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

const (
	// tickEvery is how often the engine looks at the clock.
	tickEvery = 200 * time.Millisecond
	// saveEvery is how often nodes.json is brought up to date.
	saveEvery = time.Second
)

// loop owns the engine: it brings it events one by one, and has done what
// follows.
func (n *Node) loop(ctx context.Context) error {
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	save := time.NewTicker(saveEvery)
	defer save.Stop()
	var saved []Entry
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case ev := <-n.events:
			n.handle(ev)
		case query := <-n.queries:
			query()
		case <-tick.C:
			n.handle(protocol.Tick{})
		case <-save.C:
			saved = n.save(saved)
		}
	}
}

// save writes nodes.json if what it should hold has changed since saved.
func (n *Node) save(saved []Entry) []Entry {
	known := n.engine.Known()
	if len(known) == 0 && saved == nil || reflect.DeepEqual(known, saved) {
		return saved
	}
	n.library.put(func() {
		if err := writeJSON(filepath.Join(n.config.Folder, knownFile), known); err != nil {
			n.log.Warn("write known nodes", "error", err)
		}
	})
	return known
}

func (n *Node) handle(ev protocol.Event) {
	for _, action := range n.engine.Handle(time.Now(), ev) {
		n.act(action)
	}
}

// act does what the engine wants done, or has it done by whoever may wait.
func (n *Node) act(action protocol.Action) {
	switch a := action.(type) {
	case protocol.Send:
		n.send(a.Peer, a.Message)
	case protocol.SendBlocks:
		n.library.put(func() { n.sendBlocks(a) })
	case protocol.SendBlockTransactions:
		n.library.put(func() { n.sendBlockTransactions(a) })
	case protocol.Drop:
		n.drop(a)
	case protocol.Dial:
		n.dials.put(a.Entry)
	case protocol.Verify:
		n.door.put(func() { n.verify(a.Blocks) })
	case protocol.Admit:
		n.door.put(func() { n.admit(a.Transaction) })
	case protocol.Resolved:
		n.resolves[a.Number]()
		delete(n.resolves, a.Number)
	}
}

// send never waits. A link that is gone or too slow is told of by the
// transport.
func (n *Node) send(to types.NodeID, m protocol.Message) {
	if err := n.transport.Send(to, protocol.Encode(m)); err != nil {
		n.log.Debug("send to peer", "peer", to.Short(), "error", err)
	}
}

func (n *Node) drop(a protocol.Drop) {
	if a.Ban > 0 {
		n.log.Warn("peer barred", "peer", a.Peer.Short(), "for", a.Ban, "error", a.Reason)
		n.transport.Ban(a.Peer, time.Now().Add(a.Ban))
	} else {
		n.log.Debug("peer dropped", "peer", a.Peer.Short(), "error", a.Reason)
	}
	n.transport.Disconnect(a.Peer, a.Reason)
}

func (n *Node) sendBlocks(a protocol.SendBlocks) {
	for _, m := range protocol.AnswerBlocks(a.IDs, n.chain.BlockBytes) {
		n.send(a.Peer, m)
	}
}

func (n *Node) sendBlockTransactions(a protocol.SendBlockTransactions) {
	b, err := n.chain.Block(a.Request.Block)
	if err != nil {
		n.send(a.Peer, protocol.NotFound{IDs: []types.Hash{a.Request.Block}})
		return
	}
	answer, err := protocol.PickTransactions(&b, a.Request)
	if err != nil {
		n.transport.Disconnect(a.Peer, err)
		return
	}
	n.send(a.Peer, answer)
}

// verify gives blocks from peers to the chain.
func (n *Node) verify(blocks []types.Block) {
	_, err := n.chain.AddBlocks(blocks...)
	n.check(err)
	if chain.Invalid(err) {
		n.log.Warn("invalid block from a peer", "error", err)
	}
	n.tell(context.Background(), protocol.Verified{Blocks: blocks, Err: err})
}

func (n *Node) admit(t types.Transaction) {
	err := n.pool.Add(t)
	n.tell(context.Background(), protocol.Admitted{Transaction: t, Err: err})
}
