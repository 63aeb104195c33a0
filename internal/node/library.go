package node

import (
	"context"
	"errors"
	"sync"

	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// maxQueries is how many questions of one peer may wait for an answer. The
// protocol asks for no more before some are answered.
const maxQueries = 64

// errManyQueries means that a peer asks faster than it can be answered.
var errManyQueries = errors.New("asks too much at once")

// library answers peers from the stored blocks, each in the order in which it
// asks, and no faster than it takes the answers. A slow peer holds up no other.
type library struct {
	answering sync.WaitGroup // one for each peer that waits

	mu      sync.Mutex // guards what follows
	waiting map[types.NodeID][]func()
	closed  bool
}

func newLibrary() *library { return &library{waiting: make(map[types.NodeID][]func())} }

// ask has a peer's question answered after those before it, or refuses it if
// too many wait already. Once the library is closed, nothing is answered.
func (l *library) ask(peer types.NodeID, answer func()) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	count := len(l.waiting[peer])
	switch {
	case l.closed:
		return nil
	case count == maxQueries:
		return errManyQueries
	case count == 0:
		l.answering.Go(func() { l.serve(peer) })
	}
	l.waiting[peer] = append(l.waiting[peer], answer)
	return nil
}

// serve answers a peer until it has no more questions. The one that is answered
// counts among those that wait.
func (l *library) serve(peer types.NodeID) {
	for answer := l.first(peer); answer != nil; answer = l.next(peer) {
		answer()
	}
}

func (l *library) first(peer types.NodeID) func() {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.waiting[peer][0]
}

// next is the question after the first, or nil if there is none.
func (l *library) next(peer types.NodeID) func() {
	l.mu.Lock()
	defer l.mu.Unlock()
	rest := l.waiting[peer][1:]
	if len(rest) == 0 || l.closed {
		delete(l.waiting, peer)
		return nil
	}
	l.waiting[peer] = rest
	return rest[0]
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

// answer has a peer's question answered, or drops who asks too much.
func (n *Node) answer(peer types.NodeID, with func()) {
	if err := n.library.ask(peer, with); err != nil {
		n.drop(protocol.Drop{Peer: peer, Reason: err})
	}
}

// sendBlocks reads and sends message by message, and stops when the link is
// gone.
func (n *Node) sendBlocks(a protocol.SendBlocks) {
	for m := range protocol.AnswerBlocks(a.IDs, n.chain.BlockBytes) {
		if n.transport.AwaitRoom(n.life, a.Peer) != nil || !n.send(a.Peer, m) {
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
