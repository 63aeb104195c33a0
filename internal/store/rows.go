package store

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"sync"

	"networkmngr/internal/chain"
	"networkmngr/internal/types"
)

// blockRows are what one block adds to the indexes. They follow from the block alone.
type blockRows struct {
	at, parent chain.Ref
	// By position, for each transaction: how its id begins, and whom it touches.
	prefixes            []uint64
	senders, recipients []types.Address
}

func rowsOf(at chain.Ref, b *types.Block) *blockRows {
	rows := &blockRows{
		at: at, parent: chain.Ref{Height: at.Height - 1, ID: b.Previous},
		prefixes: make([]uint64, len(b.Transactions)), senders: b.Senders(),
		recipients: make([]types.Address, len(b.Transactions)),
	}
	for i, id := range b.TransactionIDs() {
		rows.prefixes[i], rows.recipients[i] = prefixOf(id), b.Transactions[i].Recipient
	}
	return rows
}

func (rows *blockRows) place(position int) chain.TxPosition {
	return chain.TxPosition{Height: rows.at.Height, Position: position}
}

func (rows *blockRows) appendPlaces(places []chain.TxPosition, prefix uint64) []chain.TxPosition {
	for i := range rows.prefixes {
		if rows.prefixes[i] == prefix {
			places = append(places, rows.place(i))
		}
	}
	return places
}

// appendHistory appends the places that touch an address, and are before a place, the last
// first, up to limit places in all.
func (rows *blockRows) appendHistory(places []chain.TxPosition, address types.Address, before chain.TxPosition, limit int) []chain.TxPosition {
	if rows.at.Height > before.Height {
		return places
	}
	for i, sender := range slices.Backward(rows.senders) {
		touches := sender == address || rows.recipients[i] == address
		if touches && len(places) < limit && rows.place(i).Before(before) {
			places = append(places, rows.place(i))
		}
	}
	return places
}

// addresses are how many the block touches.
func (rows *blockRows) addresses() uint64 {
	var batch rowBatch
	batch.add(rows)
	return uint64(len(batch.visits))
}

// recentRows keeps what is not written yet, so that no block has to be read for it. It is
// never wrong, as rows follow from their block: what is missing is made again.
type recentRows struct {
	mu   sync.Mutex
	rows map[chain.Ref]*blockRows // guarded by mu
}

func (r *recentRows) get(at chain.Ref) *blockRows {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rows[at]
}

func (r *recentRows) put(rows *blockRows) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.rows == nil {
		r.rows = make(map[chain.Ref]*blockRows)
	}
	r.rows[rows.at] = rows
}

func (r *recentRows) drop(at chain.Ref) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.rows, at)
}

// trim forgets what is written, if it has any of it.
func (r *recentRows) trim(unwritten backlog) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if uint64(len(r.rows)) <= unwritten.blocks {
		return
	}
	maps.DeleteFunc(r.rows, func(at chain.Ref, _ *blockRows) bool {
		return at.Height+unwritten.blocks <= unwritten.last.Height
	})
}

// transactionRow is the place of a transaction whose id begins with prefix.
type transactionRow struct{ prefix, place uint64 }

// rowBatch is the rows of many blocks. They are written in the order of their keys, which is
// cheapest.
type rowBatch struct {
	transactions []transactionRow
	// visits are the places of the transactions that touch an address. A row of the history
	// has those of one block.
	visits map[types.Address][]uint64
	count  int // of visits
}

func (batch *rowBatch) add(rows *blockRows) {
	if batch.visits == nil {
		batch.visits = make(map[types.Address][]uint64)
	}
	batch.transactions = slices.Grow(batch.transactions, len(rows.prefixes))
	for i, prefix := range rows.prefixes {
		sender, recipient, place := rows.senders[i], rows.recipients[i], pack(rows.place(i))
		batch.transactions = append(batch.transactions, transactionRow{prefix, place})
		batch.visit(recipient, place)
		if sender != recipient {
			batch.visit(sender, place)
		}
	}
}

func (batch *rowBatch) visit(address types.Address, place uint64) {
	batch.visits[address] = append(batch.visits[address], place)
	batch.count++
}

func (batch *rowBatch) sort() {
	slices.SortFunc(batch.transactions, func(a, b transactionRow) int {
		return cmp.Or(cmp.Compare(a.prefix, b.prefix), cmp.Compare(a.place, b.place))
	})
}

// history yields the rows in the order of their keys.
func (batch *rowBatch) history(yield func(address types.Address, height uint64, row []uint64) error) error {
	addresses := slices.SortedFunc(maps.Keys(batch.visits), func(a, b types.Address) int { return bytes.Compare(a[:], b[:]) })
	for _, address := range addresses {
		places := batch.visits[address]
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
