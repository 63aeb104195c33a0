package store

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"maps"
	"slices"

	bolt "go.etcd.io/bbolt"

	"networkmngr/internal/chain"
	"networkmngr/internal/types"
)

// transactionRow is the place of a transaction whose id begins with prefix.
type transactionRow struct{ prefix, place uint64 }

// indexRows are what blocks add to the indexes. An update collects them and writes
// them at its end in the order of their keys, which is cheapest.
type indexRows struct {
	transactions []transactionRow
	// visits are the places of the transactions that touch an address, in the order in
	// which they were added. A row of the history has those of one block.
	visits map[types.Address][]uint64
	count  int // of visits
}

func (rows *indexRows) add(height uint64, b *types.Block) {
	if rows.visits == nil {
		rows.visits = make(map[types.Address][]uint64)
	}
	rows.transactions = slices.Grow(rows.transactions, len(b.Transactions))
	ids := b.TransactionIDs()
	for i, sender := range b.Senders() {
		recipient, place := b.Transactions[i].Recipient, pack(chain.TxPosition{Height: height, Position: i})
		rows.transactions = append(rows.transactions, transactionRow{prefixOf(ids[i]), place})
		rows.visit(recipient, place)
		if sender != recipient {
			rows.visit(sender, place)
		}
	}
}

func (rows *indexRows) visit(address types.Address, place uint64) {
	rows.visits[address] = append(rows.visits[address], place)
	rows.count++
}

func (rows *indexRows) sort() {
	slices.SortFunc(rows.transactions, func(a, b transactionRow) int {
		if order := cmp.Compare(a.prefix, b.prefix); order != 0 {
			return order
		}
		return cmp.Compare(a.place, b.place)
	})
}

// history yields the rows in the order of their keys.
func (rows *indexRows) history(yield func(address types.Address, height uint64, row []uint64) error) error {
	addresses := slices.SortedFunc(maps.Keys(rows.visits), func(a, b types.Address) int { return bytes.Compare(a[:], b[:]) })
	for _, address := range addresses {
		places := rows.visits[address]
		slices.Sort(places) // blocks may have been added in any order
		for len(places) > 0 {
			height, end := unpack(places[0]).Height, 1
			for end < len(places) && unpack(places[end]).Height == height {
				end++
			}
			if err := yield(address, height, places[:end]); err != nil {
				return err
			}
			places = places[end:]
		}
	}
	return nil
}

// Index implements chain.Writer.
func (t *transaction) Index(height uint64, b *types.Block) error {
	t.unwritten.add(height, b)
	return nil
}

// Unindex implements chain.Writer.
func (t *transaction) Unindex(height uint64, b *types.Block) error {
	if err := t.flush(); err != nil {
		return err
	}
	var rows indexRows
	rows.add(height, b)
	rows.sort()
	return t.store.call(func() error {
		for _, row := range rows.transactions {
			if err := t.transactions.Delete(transactionKey(row)); err != nil {
				return err
			}
		}
		return rows.history(func(address types.Address, height uint64, _ []uint64) error {
			return t.history.Delete(historyKey(address, height))
		})
	})
}

// flush writes the collected rows.
func (t *transaction) flush() error {
	rows := t.unwritten
	if rows.count == 0 {
		return nil
	}
	t.unwritten = indexRows{}
	rows.sort()
	t.store.touched(t.tx, len(rows.transactions)+rows.count)
	// One allocation for all values, which must stay until the commit.
	values := make([]byte, 0, sumSize*len(rows.transactions)+(positionSize+sumSize)*rows.count)
	return t.store.call(func() error {
		for _, row := range rows.transactions {
			key := transactionKey(row)
			values = appendChecksum(key, values[len(values):])
			if err := t.transactions.Put(key, values); err != nil {
				return err
			}
		}
		return rows.history(func(address types.Address, height uint64, row []uint64) error {
			key := historyKey(address, height)
			values = appendChecksum(key, appendPositions(values[len(values):], row))
			return t.history.Put(key, values)
		})
	})
}

// Places implements chain.Reader.
func (t *transaction) Places(id types.Hash) (places []chain.TxPosition, err error) {
	first := transactionKey(transactionRow{prefix: prefixOf(id)})
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
	if err := t.flush(); err != nil {
		return err
	}
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
	if err := t.flush(); err != nil {
		return nil, err
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
	if err := t.flush(); err != nil {
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
