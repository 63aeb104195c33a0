package store

import (
	"encoding/binary"
	"errors"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/types"
)

// backlog is the last blocks of the main chain, whose rows are not in the indexes yet. Each
// commit keeps it in the file.
type backlog struct {
	last                 chain.Ref // the last block that was indexed, written or not
	blocks, transactions uint64    // how many are not written
}

// batches say when the backlog is written: of this size, once nothing else was written for
// a while; of twice this size, at once.
type batches struct {
	blocks, transactions uint64
	quiet                time.Duration
}

// As ids are random, a batch of any size rewrites most pages of a small index. What is not
// written takes memory, some 50 bytes a transaction, and is read again after a restart. When
// it has been quiet, other nodes on this machine have the last block too.
var defaultBatches = batches{blocks: 256, transactions: 16 << 10, quiet: time.Second}

func (b *backlog) holds(count uint64, of batches) bool {
	return b.blocks >= count*of.blocks || b.transactions >= count*of.transactions
}

func (b *backlog) push(rows *blockRows) {
	b.last = rows.at
	b.blocks++
	b.transactions += uint64(len(rows.prefixes))
}

// pop takes back the last block, and reports whether its rows were not written.
func (b *backlog) pop(rows *blockRows) (unwritten bool) {
	b.last = rows.parent
	if b.blocks == 0 {
		return false
	}
	b.blocks--
	b.transactions -= uint64(len(rows.prefixes))
	return true
}

// behind is the backlog of this transaction. A file of the version before has none: its
// indexes go up to the tip.
func (t *transaction) behind() (*backlog, error) {
	if t.backlog != nil {
		return t.backlog, nil
	}
	var b backlog
	found, err := t.get(t.meta, backlogKey, func(value []byte) (err error) {
		b, err = decodeBacklog(value)
		return err
	})
	if err == nil && !found {
		b.last, err = t.Tip()
	}
	if err != nil && !errors.Is(err, chain.ErrNotFound) {
		return nil, err
	}
	t.backlog = &b
	return t.backlog, nil
}

// unwritten yields the rows of the backlog, the last block's first.
func (t *transaction) unwritten(yield func(*blockRows) (more bool)) error {
	b, err := t.behind()
	if err != nil {
		return err
	}
	at := b.last
	for range b.blocks {
		rows, err := t.rowsAt(at)
		if err != nil {
			return err
		}
		if !yield(rows) {
			return nil
		}
		at = rows.parent
	}
	return nil
}

// rowsAt makes the rows again of a block that was written before the last restart.
func (t *transaction) rowsAt(at chain.Ref) (*blockRows, error) {
	rows := t.store.recent.get(at)
	if rows != nil {
		return rows, nil
	}
	err := t.UseBlock(at, func(encoded []byte) error {
		b, err := types.DecodeBlock(encoded)
		rows = rowsOf(at, &b)
		return err
	})
	if errors.Is(err, chain.ErrNotFound) {
		err = damaged(t.store.path, err.Error()) // not what was asked for
	}
	if err != nil {
		return nil, err
	}
	t.store.recent.put(rows)
	return rows, nil
}

// keepUp writes the backlog if it holds so many batches, and notes what is left of it.
func (t *transaction) keepUp(count uint64) error {
	b, err := t.behind()
	if err == nil && b.blocks > 0 && b.holds(count, t.store.batches) {
		err = t.writeBacklog()
	}
	if err != nil {
		return err
	}
	return t.put(t.meta, backlogKey, appendBacklog(make([]byte, 0, backlogSize+sumSize), *t.backlog))
}

func (t *transaction) writeBacklog() error {
	var batch rowBatch
	if err := t.unwritten(func(rows *blockRows) bool {
		batch.add(rows)
		return true
	}); err != nil {
		return err
	}
	t.backlog = &backlog{last: t.backlog.last}
	return t.writeRows(&batch)
}

func (t *transaction) writeRows(batch *rowBatch) error {
	batch.sort()
	t.store.touched(t.tx, len(batch.transactions)+batch.count)
	// One allocation for all values, which must stay until the commit.
	values := make([]byte, 0, sumSize*len(batch.transactions)+(positionSize+sumSize)*batch.count)
	return t.store.call(func() error {
		for _, row := range batch.transactions {
			key := transactionKey(row)
			values = appendChecksum(key, values[len(values):])
			if err := t.transactions.Put(key, values); err != nil {
				return err
			}
		}
		return batch.history(func(address types.Address, height uint64, row []uint64) error {
			key := historyKey(address, height)
			values = appendChecksum(key, appendPositions(values[len(values):], row))
			return t.history.Put(key, values)
		})
	})
}

// deleteRows takes written rows back.
func (t *transaction) deleteRows(rows *blockRows) error {
	var batch rowBatch
	batch.add(rows)
	batch.sort()
	return t.store.call(func() error {
		for _, row := range batch.transactions {
			if err := t.transactions.Delete(transactionKey(row)); err != nil {
				return err
			}
		}
		return batch.history(func(address types.Address, height uint64, _ []uint64) error {
			return t.history.Delete(historyKey(address, height))
		})
	})
}

// indexLater writes a batch once nothing has been written for a while. The last commit left
// this backlog.
func (s *Bolt) indexLater(left backlog) {
	s.recent.trim(left)
	if left.holds(1, s.batches) {
		s.idle.Reset(s.batches.quiet)
	}
}

// index writes a batch. Should it fail, the backlog stays, and a later commit fails with it.
func (s *Bolt) index() {
	_ = s.update(1, func(chain.Writer) error { return nil })
}

const backlogSize = refSize + 8 + 8

func appendBacklog(to []byte, b backlog) []byte {
	to = binary.BigEndian.AppendUint64(appendRef(to, b.last), b.blocks)
	return binary.BigEndian.AppendUint64(to, b.transactions)
}

func decodeBacklog(value []byte) (b backlog, err error) {
	if len(value) != backlogSize {
		return b, errLength
	}
	b.last = decodeRef(value)
	b.blocks = binary.BigEndian.Uint64(value[refSize:])
	b.transactions = binary.BigEndian.Uint64(value[refSize+8:])
	return b, nil
}
