package store

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"

	bolt "go.etcd.io/bbolt"

	"networkmngr/internal/chain"
	"networkmngr/internal/types"
)

// transactionRow says that a transaction whose id begins with prefix lies at
// place.
type transactionRow struct{ prefix, place uint64 }

// historyRow says which transactions of a block touch an address.
type historyRow struct {
	address   types.Address
	height    uint64
	positions []int
}

// pending are rows that wait for the end of an update, to be written in the
// order of their keys: that is cheapest.
type pending struct {
	transactions []transactionRow
	history      []historyRow
}

func (p *pending) add(height uint64, b *types.Block) {
	for i, id := range b.TransactionIDs() {
		p.transactions = append(p.transactions, transactionRow{prefixOf(id), pack(chain.Place{Height: height, Position: i})})
	}
	for address, positions := range touched(b) {
		p.history = append(p.history, historyRow{address, height, positions})
	}
}

func (p *pending) sort() {
	slices.SortFunc(p.transactions, func(a, b transactionRow) int {
		return cmp.Or(cmp.Compare(a.prefix, b.prefix), cmp.Compare(a.place, b.place))
	})
	slices.SortFunc(p.history, func(a, b historyRow) int {
		return cmp.Or(bytes.Compare(a.address[:], b.address[:]), cmp.Compare(a.height, b.height))
	})
}

// touched lists for each address that a block's transactions pay, or are paid
// from, which ones those are.
func touched(b *types.Block) map[types.Address][]int {
	positions := make(map[types.Address][]int)
	for i := range b.Transactions {
		for _, address := range chain.Parties(&b.Transactions[i]) {
			positions[address] = append(positions[address], i)
		}
	}
	return positions
}

// Index implements chain.Writer.
func (t *transaction) Index(height uint64, b *types.Block) error {
	t.pending.add(height, b)
	return nil
}

// Unindex implements chain.Writer.
func (t *transaction) Unindex(height uint64, b *types.Block) error {
	if err := t.flush(); err != nil {
		return err
	}
	var rows pending
	rows.add(height, b)
	return t.store.call(func() error {
		for _, row := range rows.transactions {
			if err := t.transactions.Delete(transactionKey(row)); err != nil {
				return err
			}
		}
		for _, row := range rows.history {
			if err := t.history.Delete(historyKey(row.address, row.height)); err != nil {
				return err
			}
		}
		return nil
	})
}

// flush writes the rows that wait.
func (t *transaction) flush() error {
	rows := t.pending
	if len(rows.history) == 0 {
		return nil
	}
	t.pending = pending{}
	rows.sort()
	t.store.touched(t.tx, len(rows.transactions)+len(rows.history))
	return t.store.call(func() error {
		for _, row := range rows.transactions {
			key := transactionKey(row)
			if err := t.transactions.Put(key, seal(key, nil)); err != nil {
				return err
			}
		}
		for _, row := range rows.history {
			key := historyKey(row.address, row.height)
			if err := t.history.Put(key, seal(key, encodePositions(row.positions))); err != nil {
				return err
			}
		}
		return nil
	})
}

// Places implements chain.Reader.
func (t *transaction) Places(id types.Hash) (places []chain.Place, err error) {
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
func (t *transaction) Richest(from chain.Holding, limit int) (list []chain.Holding, err error) {
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
func (t *transaction) scan(bucket *bolt.Bucket, first []byte, visit func(key, value []byte) (more bool, err error)) error {
	if err := t.flush(); err != nil {
		return err
	}
	return t.store.call(func() error {
		cursor := bucket.Cursor()
		for key, sealed := cursor.Seek(first); key != nil; key, sealed = cursor.Next() {
			more, err := t.visit(key, sealed, visit)
			if err != nil || !more {
				return err
			}
		}
		return nil
	})
}

// visit is one step of a scan.
func (t *transaction) visit(key, sealed []byte, visit func(key, value []byte) (bool, error)) (more bool, err error) {
	t.store.touched(t.tx, 1)
	value, err := unseal(key, sealed)
	if err == nil {
		more, err = visit(key, value)
	}
	if err != nil {
		return false, damaged(t.store.path, err)
	}
	return more, nil
}

// History implements chain.Reader.
func (t *transaction) History(address types.Address, before chain.Place, limit int) (places []chain.Place, err error) {
	if err := t.flush(); err != nil {
		return nil, err
	}
	return places, t.store.call(func() error {
		cursor := t.history.Cursor()
		for key, sealed := last(cursor, address, before.Height); key != nil; key, sealed = cursor.Prev() {
			more, err := t.visit(key, sealed, func(key, value []byte) (bool, error) {
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

// last is the last row that is not above height, of address or of an address
// before it.
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
func appendBefore(places []chain.Place, before chain.Place, limit int, height uint64, positions []byte) []chain.Place {
	for len(positions) > 0 && len(places) < limit {
		cut := len(positions) - positionSize
		at := chain.Place{Height: height, Position: int(binary.BigEndian.Uint16(positions[cut:]))}
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
