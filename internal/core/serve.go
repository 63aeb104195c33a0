package core

import (
	"errors"
	"iter"

	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

const (
	// maxRequests is how many requests of one peer may wait for an answer. The
	// protocol asks for no more before some are answered.
	maxRequests = 64
	// maxRequestBytes is how long they may be together.
	maxRequestBytes = 256 << 10
)

// Why a link ends with a peer that has done no wrong: it is one more than needed, or was only
// to show that somebody is there.
var (
	ErrExtraPeer = protocol.ErrExtraPeer
	ErrFeeler    = protocol.ErrFeeler
)

// errManyRequests means that a peer asks faster than it can be answered.
var errManyRequests = errors.New("asks too much at once")

// Frames are those of the answer. They are looked up one by one, as they are asked
// for. A request that makes no sense has none, and an error.
func (s Serve) Frames(blocks protocol.BlockReader, pending func(types.Hash) (types.Transaction, bool)) (iter.Seq[[]byte], error) {
	messages, err := protocol.Answer(s.message, blocks, func(id types.Hash) (types.Transaction, bool) {
		if t := s.withheld[id]; t != nil {
			return *t, true
		}
		return pending(id)
	})
	return func(yield func([]byte) bool) {
		for m := range messages {
			if !yield(protocol.Encode(m)) {
				return
			}
		}
	}, err
}

// serving are the requests of peers that wait for an answer.
type serving struct {
	waiting map[types.NodeID]*requests
	count   uint64 // of Serves
}

// requests are those of one peer, the one that is being answered first.
type requests struct {
	number uint64 // of the Serve under way
	list   []request
	bytes  int // of all
}

// request is a peer's message with its size, in bytes, and what is found for it in withheld
// blocks.
type request struct {
	message  protocol.Message
	size     int
	withheld map[types.Hash]*types.Transaction
}

// serve has a request answered after those of the same peer before it, or drops who
// asks too much.
func (m *Machine) serve(s protocol.Serve) {
	waiting := m.serving.waiting[s.Peer]
	if waiting == nil {
		waiting = &requests{}
		m.serving.waiting[s.Peer] = waiting
	}
	r := request{s.Request, len(protocol.Encode(s.Request)), s.Withheld}
	if len(waiting.list) == maxRequests || waiting.bytes+r.size > maxRequestBytes {
		m.drop(Drop{Peer: s.Peer, Reason: errManyRequests})
		return
	}
	waiting.list, waiting.bytes = append(waiting.list, r), waiting.bytes+r.size
	if len(waiting.list) == 1 {
		m.serveNext(s.Peer, waiting)
	}
}

func (m *Machine) serveNext(peer types.NodeID, waiting *requests) {
	m.serving.count++
	waiting.number = m.serving.count
	m.do(Serve{peer, waiting.number, waiting.list[0]})
}

// served goes on with the next request.
func (m *Machine) served(s Served) {
	waiting := m.serving.waiting[s.Peer]
	if waiting == nil || waiting.number != s.Number {
		return // of a link that is gone
	}
	if s.Err != nil {
		m.drop(Drop{Peer: s.Peer, Reason: s.Err})
		return
	}
	waiting.bytes -= waiting.list[0].size
	if waiting.list = waiting.list[1:]; len(waiting.list) == 0 {
		delete(m.serving.waiting, s.Peer)
		return
	}
	m.serveNext(s.Peer, waiting)
}
