package core

import (
	"errors"
	"iter"

	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

const (
	// maxQuestions is how many questions of one peer may wait for an answer. The
	// protocol asks for no more before some are answered.
	maxQuestions = 64
	// maxQuestionBytes is how long they may be together.
	maxQuestionBytes = 256 << 10
)

// ErrExtraPeer is why a peer is dropped that is one more than needed.
var ErrExtraPeer = protocol.ErrExtraPeer

// errManyQuestions means that a peer asks faster than it can be answered.
var errManyQuestions = errors.New("asks too much at once")

// Question is what a peer asks for of the stored blocks or of the mempool.
type Question struct {
	blocks    []types.Hash
	parts     *protocol.GetBlockTransactions
	transfers []types.Hash
}

// size is how long the question is, in bytes.
func (q *Question) size() int {
	size := types.HashSize * (len(q.blocks) + len(q.transfers))
	if q.parts != nil {
		size += 4 * len(q.parts.Indexes)
	}
	return size
}

// Library is where answers are looked up.
type Library interface {
	// BlockBytes is the encoding of a stored block.
	BlockBytes(types.Hash) ([]byte, error)
	Block(types.Hash) (types.Block, error)
}

// Frames are those of the answer. They are looked up one by one, as they are asked
// for. A question that makes no sense has none, and an error.
func (q *Question) Frames(blocks Library, transfer func(types.Hash) (types.Transaction, bool)) (iter.Seq[[]byte], error) {
	switch {
	case q.parts != nil:
		answer, err := q.part(blocks)
		return encoded(func(yield func(protocol.Message) bool) { yield(answer) }), err
	case q.blocks != nil:
		return encoded(protocol.AnswerBlocks(q.blocks, blocks.BlockBytes)), nil
	default:
		return encoded(protocol.AnswerTransactions(q.transfers, transfer)), nil
	}
}

// part picks transactions of a block.
func (q *Question) part(blocks Library) (protocol.Message, error) {
	b, err := blocks.Block(q.parts.Block)
	if err != nil {
		return protocol.NotFound{IDs: []types.Hash{q.parts.Block}}, nil
	}
	return protocol.PickTransactions(&b, *q.parts)
}

func encoded(messages iter.Seq[protocol.Message]) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for m := range messages {
			if !yield(protocol.Encode(m)) {
				return
			}
		}
	}
}

// serving are the questions of peers that wait for an answer.
type serving struct {
	waiting map[types.NodeID]*questions
	count   uint64 // of Serves
}

// questions are those of one peer, the one that is being answered first.
type questions struct {
	number uint64 // of the Serve under way
	list   []Question
	bytes  int // of all
}

// serve has a question answered after those of the same peer before it, or drops who
// asks too much.
func (m *Machine) serve(peer types.NodeID, q Question) {
	waiting := m.serving.waiting[peer]
	if waiting == nil {
		waiting = &questions{}
		m.serving.waiting[peer] = waiting
	}
	if len(waiting.list) == maxQuestions || waiting.bytes+q.size() > maxQuestionBytes {
		m.drop(Drop{Peer: peer, Reason: errManyQuestions})
		return
	}
	waiting.list, waiting.bytes = append(waiting.list, q), waiting.bytes+q.size()
	if len(waiting.list) == 1 {
		m.serveNext(peer, waiting)
	}
}

func (m *Machine) serveNext(peer types.NodeID, waiting *questions) {
	m.serving.count++
	waiting.number = m.serving.count
	m.do(Serve{peer, waiting.number, waiting.list[0]})
}

// served goes on with the next question.
func (m *Machine) served(s Served) {
	waiting := m.serving.waiting[s.Peer]
	if waiting == nil || waiting.number != s.Number {
		return // of a link that is gone
	}
	if s.Err != nil {
		m.drop(Drop{Peer: s.Peer, Reason: s.Err})
		return
	}
	waiting.bytes -= waiting.list[0].size()
	if waiting.list = waiting.list[1:]; len(waiting.list) == 0 {
		delete(m.serving.waiting, s.Peer)
		return
	}
	m.serveNext(s.Peer, waiting)
}
