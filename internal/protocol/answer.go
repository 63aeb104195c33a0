package protocol

import (
	"fmt"
	"iter"

	"networkmngr/internal/types"
)

// maxAnswerBytes is how many bytes of blocks or transactions travel in one message,
// unless a single block is larger.
const maxAnswerBytes = 256 << 10

// BlockReader is where answers are looked up.
type BlockReader interface {
	// BlockBytes is the encoding of a stored block.
	BlockBytes(types.Hash) ([]byte, error)
	Block(types.Hash) (types.Block, error)
}

// Answer returns the messages that answer the request of a Serve, and looks up no more
// than the next one needs. pending finds a transaction of the mempool. A request that
// makes no sense has no answer, and is an ErrMessage.
func Answer(request Message, blocks BlockReader, pending func(types.Hash) (types.Transaction, bool)) (iter.Seq[Message], error) {
	switch m := request.(type) {
	case GetBlocks:
		return answerBlocks(m.IDs, blocks.BlockBytes), nil
	case GetTransactions:
		return answerTransactions(m.IDs, pending), nil
	case GetBlockTransactions:
		answer, err := answerBlockTransactions(m, blocks)
		return func(yield func(Message) bool) { yield(answer) }, err
	}
	return nil, fmt.Errorf("%w: %T asks for nothing that is stored", ErrMessage, request)
}

// answerBlocks answers a GetBlocks. read is a block's encoding; an error means that the
// block is not to be had.
func answerBlocks(ids []types.Hash, read func(types.Hash) ([]byte, error)) iter.Seq[Message] {
	return batches(ids, func(id types.Hash) ([]byte, int, bool) {
		raw, err := read(id)
		return raw, len(raw), err == nil
	}, func(batch [][]byte) Message { return Blocks{Encoded: batch} })
}

// answerTransactions answers a GetTransactions.
func answerTransactions(ids []types.Hash, pending func(types.Hash) (types.Transaction, bool)) iter.Seq[Message] {
	return batches(ids, func(id types.Hash) (types.Transaction, int, bool) {
		t, found := pending(id)
		return t, t.Size(), found
	}, func(batch []types.Transaction) Message { return Transactions{Transactions: batch} })
}

// batches returns messages that hold together what find has for ids, and at the end a
// NotFound of those for which it has nothing.
func batches[T any](ids []types.Hash, find func(types.Hash) (one T, size int, found bool), pack func([]T) Message) iter.Seq[Message] {
	return func(yield func(Message) bool) {
		var batch []T
		var missing NotFound
		total := 0
		for _, id := range ids {
			one, size, found := find(id)
			if !found {
				missing.IDs = append(missing.IDs, id)
				continue
			}
			if total > 0 && total+size > maxAnswerBytes {
				if !yield(pack(batch)) {
					return
				}
				batch, total = nil, 0
			}
			batch, total = append(batch, one), total+size
		}
		if total > 0 && !yield(pack(batch)) {
			return
		}
		if len(missing.IDs) > 0 {
			yield(missing)
		}
	}
}

func answerBlockTransactions(m GetBlockTransactions, blocks BlockReader) (Message, error) {
	b, err := blocks.Block(m.Block)
	if err != nil {
		return NotFound{IDs: []types.Hash{m.Block}}, nil
	}
	return pickTransactions(&b, m)
}

// pickTransactions answers a GetBlockTransactions from its block.
func pickTransactions(b *types.Block, m GetBlockTransactions) (BlockTransactions, error) {
	answer := BlockTransactions{Block: m.Block}
	last := -1
	for _, index := range m.Indexes {
		if int(index) <= last || int(index) >= len(b.Transactions) {
			return answer, fmt.Errorf("%w: index %d after %d of %d transactions", ErrMessage, index, last, len(b.Transactions))
		}
		answer.Transactions = append(answer.Transactions, b.Transactions[index])
		last = int(index)
	}
	return answer, nil
}
