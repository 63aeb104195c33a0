package store

import (
	"bytes"
	"encoding/binary"

	bolt "go.etcd.io/bbolt"

	"networkmngr/internal/chain"
	"networkmngr/internal/types"
)

// Index implements chain.Writer. The rows are written with many others, later.
func (t *transaction) Index(height uint64, b *types.Block) error {
	rows := rowsOf(chain.Ref{Height: height, ID: b.Hash()}, b)
	t.store.recent.put(rows)
	backlog, err := t.behind()
	if err == nil {
		backlog.push(rows)
	}
	return err
}

// Unindex implements chain.Writer.
func (t *transaction) Unindex(height uint64, b *types.Block) error {
	rows := rowsOf(chain.Ref{Height: height, ID: b.Hash()}, b)
	t.store.recent.drop(rows.at)
	backlog, err := t.behind()
	if err != nil || backlog.pop(rows) {
		return err
	}
	return t.deleteRows(rows)
}

// Places implements chain.Reader.
func (t *transaction) Places(id types.Hash) (places []chain.TxPosition, err error) {
	prefix := prefixOf(id)
	if err := t.unwritten(func(rows *blockRows) (more bool) {
		places = rows.appendPlaces(places, prefix)
		return true
	}); err != nil {
		return nil, err
	}
	first := transactionKey(transactionRow{prefix: prefix})
	err = t.scan(t.transactions, first, func(key, _ []byte) (more bool, err error) {
		if len(key) != transactionKeySize {
			return false, errLength
		}
		if !bytes.Equal(key[:idPrefix], id[:idPrefix]) {
			return false, nil
		}
		places = append(places, decodePlace(key[idPrefix:]))
		return true, nil
	})
	return places, err
}

// Richest implements chain.Reader.
func (t *transaction) Richest(from chain.AccountBalance, limit int) (list []chain.AccountBalance, err error) {
	err = t.scan(t.balances, balanceKey(from), func(key, _ []byte) (more bool, err error) {
		if len(key) != balanceKeySize {
			return false, errLength
		}
		if len(list) == limit {
			return false, nil
		}
		list = append(list, decodeHolding(key))
		return true, nil
	})
	return list, err
}

// scan visits rows from the first key on.
func (t *transaction) scan(bucket *bolt.Bucket, first []byte, use func(key, value []byte) (more bool, err error)) error {
	return t.store.call(func() error {
		cursor := bucket.Cursor()
		for key, sealed := cursor.Seek(first); key != nil; key, sealed = cursor.Next() {
			more, err := t.step(key, sealed, use)
			if err != nil || !more {
				return err
			}
		}
		return nil
	})
}

// step unseals one row of a scan for use.
func (t *transaction) step(key, stored []byte, use func(key, value []byte) (bool, error)) (more bool, err error) {
	t.store.touched(t.tx, 1)
	value, err := verifyChecksum(key, stored)
	if err == nil {
		more, err = use(key, value)
	}
	if err != nil {
		return false, damaged(t.store.path, err)
	}
	return more, nil
}

// History implements chain.Reader.
func (t *transaction) History(address types.Address, before chain.TxPosition, limit int) (places []chain.TxPosition, err error) {
	if err := t.unwritten(func(rows *blockRows) (more bool) {
		places = rows.appendHistory(places, address, before, limit)
		return len(places) < limit
	}); err != nil || len(places) == limit {
		return places, err
	}
	return places, t.store.call(func() error {
		cursor := t.history.Cursor()
		for key, sealed := last(cursor, address, before.Height); key != nil; key, sealed = cursor.Prev() {
			more, err := t.step(key, sealed, func(key, value []byte) (bool, error) {
				if len(key) != historyKeySize || len(value)%positionSize != 0 {
					return false, errLength
				}
				if !bytes.Equal(key[:types.AddressSize], address[:]) {
					return false, nil
				}
				places = appendBefore(places, before, limit, decodeHeight(key[types.AddressSize:]), value)
				return len(places) < limit, nil
			})
			if err != nil || !more {
				return err
			}
		}
		return nil
	})
}

// last returns the last row at or below height, of address or of an address before
// it.
func last(cursor *bolt.Cursor, address types.Address, height uint64) (key, value []byte) {
	want := historyKey(address, height)
	key, value = cursor.Seek(want)
	switch {
	case key == nil:
		return cursor.Last()
	case bytes.Equal(key, want):
		return key, value
	default:
		return cursor.Prev()
	}
}

// appendBefore appends the places of a row that are before a place, the last
// first, up to limit places in all.
func appendBefore(places []chain.TxPosition, before chain.TxPosition, limit int, height uint64, positions []byte) []chain.TxPosition {
	for len(positions) > 0 && len(places) < limit {
		cut := len(positions) - positionSize
		at := chain.TxPosition{Height: height, Position: int(binary.BigEndian.Uint16(positions[cut:]))}
		if at.Before(before) {
			places = append(places, at)
		}
		positions = positions[:cut]
	}
	return places
}

// Rows implements chain.Reader.
func (t *transaction) Rows() (rows chain.Rows, err error) {
	if err := t.unwritten(func(block *blockRows) (more bool) {
		rows.Transactions += uint64(len(block.prefixes))
		rows.History += block.addresses()
		return true
	}); err != nil {
		return rows, err
	}
	for bucket, count := range map[*bolt.Bucket]*uint64{
		t.accounts: &rows.Accounts, t.balances: &rows.Balances,
		t.transactions: &rows.Transactions, t.history: &rows.History,
	} {
		err := t.store.call(func() error {
			cursor := bucket.Cursor()
			for key, _ := cursor.First(); key != nil; key, _ = cursor.Next() {
				*count++
				t.store.touched(t.tx, 1)
			}
			return nil
		})
		if err != nil {
			return rows, err
		}
	}
	return rows, nil
}
