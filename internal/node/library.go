package node

import (
	"context"
	"errors"
	"iter"
	"sync"

	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

const (
	// maxQueries is how many questions of one peer may wait for an answer. The
	// protocol asks for no more before some are answered.
	maxQueries = 64
	// maxQueryBytes is how long they may be together.
	maxQueryBytes = 256 << 10
)

// errManyQueries means that a peer asks faster than it can be answered.
var errManyQueries = errors.New("asks too much at once")

// library answers peers from the stored blocks and the mempool, each in the order in which it
// asks, and no faster than it takes the answers. A slow peer holds up no other.
type library struct {
	answering sync.WaitGroup // one for each peer that waits

	mu      sync.Mutex // guards what follows
	waiting map[types.NodeID]*queries
	closed  bool
}

// queries are the questions of a peer that wait, the one that is being answered
// first.
type queries struct {
	list  []query
	bytes int // of all
}

type query struct {
	bytes  int
	answer func()
}

func newLibrary() *library { return &library{waiting: make(map[types.NodeID]*queries)} }

// ask has a peer's question of so many bytes answered after those before it, or
// refuses it if too many wait already. Once the library is closed, nothing is
// answered.
func (l *library) ask(peer types.NodeID, bytes int, answer func()) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	q := l.waiting[peer]
	switch {
	case q == nil:
		q = &queries{}
		l.waiting[peer] = q
		l.answering.Go(func() { l.serve(peer, answer) })
	case len(q.list) == maxQueries, q.bytes+bytes > maxQueryBytes:
		return errManyQueries
	}
	q.list, q.bytes = append(q.list, query{bytes, answer}), q.bytes+bytes
	return nil
}

// serve answers a peer until it has no more questions.
func (l *library) serve(peer types.NodeID, answer func()) {
	for ; answer != nil; answer = l.next(peer) {
		answer()
	}
}

// next is the question after the first, or nil if there is none.
func (l *library) next(peer types.NodeID) func() {
	l.mu.Lock()
	defer l.mu.Unlock()
	q := l.waiting[peer]
	q.bytes -= q.list[0].bytes
	if q.list = q.list[1:]; len(q.list) == 0 || l.closed {
		delete(l.waiting, peer)
		return nil
	}
	return q.list[0].answer
}

// run closes the library when ctx ends, which is no error, and waits for the
// answers under way.
func (l *library) run(ctx context.Context) error {
	<-ctx.Done()
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.answering.Wait()
	return nil
}

// answer has a peer's question of so many bytes answered, or drops who asks too
// much.
func (n *Node) answer(peer types.NodeID, bytes int, with func()) {
	if err := n.library.ask(peer, bytes, with); err != nil {
		n.drop(protocol.Drop{Peer: peer, Reason: err})
	}
}

func (n *Node) sendBlocks(a protocol.SendBlocks) {
	n.sendAll(a.Peer, protocol.AnswerBlocks(a.IDs, n.chain.BlockBytes))
}

func (n *Node) sendTransactions(a protocol.SendTransactions) {
	n.sendAll(a.Peer, protocol.AnswerTransactions(a.IDs, n.pool.Get))
}

// sendAll reads and sends message by message, and stops when the link is gone.
func (n *Node) sendAll(to types.NodeID, messages iter.Seq[protocol.Message]) {
	for m := range messages {
		if n.transport.AwaitRoom(n.life, to) != nil || !n.send(to, m) {
			return
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
	if n.transport.AwaitRoom(n.life, a.Peer) == nil {
		n.send(a.Peer, answer)
	}
}
