package protocol

import (
	"fmt"
	"iter"

	"networkmngr/internal/types"
)

// AnswerBlocks returns the messages that answer a GetBlocks, and reads no more
// than the next one needs. read is a block's encoding; an error means that the
// block is not to be had.
func AnswerBlocks(ids []types.Hash, read func(types.Hash) ([]byte, error)) iter.Seq[Message] {
	return func(yield func(Message) bool) {
		var batch Blocks
		var missing NotFound
		size := 0
		for _, id := range ids {
			raw, err := read(id)
			if err != nil {
				missing.IDs = append(missing.IDs, id)
				continue
			}
			if size > 0 && size+len(raw) > maxBlocksBytes {
				if !yield(batch) {
					return
				}
				batch, size = Blocks{}, 0
			}
			batch.Encoded, size = append(batch.Encoded, raw), size+len(raw)
		}
		if size > 0 && !yield(batch) {
			return
		}
		if len(missing.IDs) > 0 {
			yield(missing)
		}
	}
}

// maxAnswerBytes is how many bytes of transactions travel in one message.
const maxAnswerBytes = 256 << 10

// AnswerTransactions returns the messages that answer a GetTransactions, and reads
// no more than the next one needs. get is false for what is not pending.
func AnswerTransactions(ids []types.Hash, get func(types.Hash) (types.Transaction, bool)) iter.Seq[Message] {
	return func(yield func(Message) bool) {
		var batch Transactions
		var missing NotFound
		size := 0
		for _, id := range ids {
			t, ok := get(id)
			if !ok {
				missing.IDs = append(missing.IDs, id)
				continue
			}
			if size > 0 && size+t.Size() > maxAnswerBytes {
				if !yield(batch) {
					return
				}
				batch, size = Transactions{}, 0
			}
			batch.Transactions, size = append(batch.Transactions, t), size+t.Size()
		}
		if size > 0 && !yield(batch) {
			return
		}
		if len(missing.IDs) > 0 {
			yield(missing)
		}
	}
}

// PickTransactions answers a GetBlockTransactions from its block.
func PickTransactions(b *types.Block, m GetBlockTransactions) (BlockTransactions, error) {
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
