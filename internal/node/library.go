package node

import (
	"context"
	"errors"
	"slices"
	"sync"

	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

const (
	// maxQueries is how many questions of one peer may wait for an answer. The
	// protocol asks for no more before some are answered.
	maxQueries = 64
	// maxAnswer is how many blocks are read before they are sent: of the
	// largest, 16 MiB, which is what may wait on a link.
	maxAnswer = 16
)

// errManyQueries means that a peer asks faster than it can be answered.
var errManyQueries = errors.New("asks too much at once")

// library answers peers from the stored blocks, in the order in which they ask.
type library struct {
	queries *mailbox[query]

	mu      sync.Mutex // guards waiting
	waiting map[types.NodeID]int
}

// query is a peer's question and how to answer it.
type query struct {
	peer   types.NodeID
	answer func()
}

func newLibrary() *library {
	return &library{queries: newMailbox[query](), waiting: make(map[types.NodeID]int)}
}

// ask queues a query, or refuses it if too many of the peer wait already.
func (l *library) ask(q query) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting[q.peer] == maxQueries {
		return errManyQueries
	}
	l.waiting[q.peer]++
	l.queries.put(q)
	return nil
}

// drain answers until ctx ends, which is no error.
func (l *library) drain(ctx context.Context) error {
	return l.queries.drain(ctx, func(q query) {
		q.answer()
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.waiting[q.peer]--; l.waiting[q.peer] == 0 {
			delete(l.waiting, q.peer)
		}
	})
}

// answer has a peer's question answered, or drops who asks too much.
func (n *Node) answer(peer types.NodeID, with func()) {
	if err := n.library.ask(query{peer, with}); err != nil {
		n.drop(protocol.Drop{Peer: peer, Reason: err})
	}
}

// sendBlocks reads and sends part by part, and stops when the link is gone.
func (n *Node) sendBlocks(a protocol.SendBlocks) {
	for ids := range slices.Chunk(a.IDs, maxAnswer) {
		for _, m := range protocol.AnswerBlocks(ids, n.chain.BlockBytes) {
			if !n.send(a.Peer, m) {
				return
			}
		}
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
		n.drop(protocol.Drop{Peer: a.Peer, Reason: err})
		return
	}
	n.send(a.Peer, answer)
}
