package sim

import (
	"errors"
	"slices"
	"time"

	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// maxQueries is how many questions of one peer may wait for an answer from the
// store.
const maxQueries = 64

var errManyQueries = errors.New("asks too much at once")

// library answers peers from the stored blocks, each in the order in which it
// asks, and no faster than it takes the answers.
type library map[types.NodeID]*queries

// queries are a peer's questions that wait, the one in hand first.
type queries []query

// query looks up the messages that answer a question.
type query func() []protocol.Message

// ask has a question answered after those before it, or drops who asks too
// much.
func (n *node) ask(peer types.NodeID, q query) {
	waiting := n.library[peer]
	if waiting == nil {
		n.library[peer] = &queries{q}
		n.lookUp(peer, n.library[peer])
		return
	}
	if len(*waiting) == maxQueries {
		n.drop(protocol.Drop{Peer: peer, Reason: errManyQueries})
		return
	}
	*waiting = append(*waiting, q)
}

func (n *node) lookUp(peer types.NodeID, waiting *queries) {
	n.later(n.world.soon(time.Millisecond), func() {
		n.sayAll(peer, waiting, (*waiting)[0]())
	})
}

// sayAll sends an answer as room comes, and then goes on with the next
// question, unless the link has ended.
func (n *node) sayAll(peer types.NodeID, waiting *queries, answer []protocol.Message) {
	if n.library[peer] != waiting {
		return
	}
	if len(answer) > 0 {
		n.world.awaitRoom(n, n.world.byID[peer], func() {
			n.send(peer, answer[0])
			n.sayAll(peer, waiting, answer[1:])
		})
		return
	}
	if *waiting = (*waiting)[1:]; len(*waiting) > 0 {
		n.lookUp(peer, waiting)
	} else {
		delete(n.library, peer)
	}
}

func (n *node) findBlocks(a protocol.SendBlocks) query {
	return func() []protocol.Message { return slices.Collect(protocol.AnswerBlocks(a.IDs, n.chain.BlockBytes)) }
}

func (n *node) findTransfers(a protocol.SendTransactions) query {
	return func() []protocol.Message { return slices.Collect(protocol.AnswerTransactions(a.IDs, n.pool.Get)) }
}

func (n *node) findTransactions(a protocol.SendBlockTransactions) query {
	return func() []protocol.Message {
		b, err := n.chain.Block(a.Request.Block)
		if err != nil {
			return []protocol.Message{protocol.NotFound{IDs: []types.Hash{a.Request.Block}}}
		}
		answer, err := protocol.PickTransactions(&b, a.Request)
		if err != nil {
			n.drop(protocol.Drop{Peer: a.Peer, Reason: err})
			return nil
		}
		return []protocol.Message{answer}
	}
}
