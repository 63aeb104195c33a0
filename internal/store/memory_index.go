package store

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"networkmngr/internal/chain"
	"networkmngr/internal/types"
)

func (t *memoryTransaction) MainAt(height uint64) (chain.Ref, error) {
	at, ok := t.main[height]
	if !ok {
		return at, fmt.Errorf("block %d of the main chain: %w", height, chain.ErrNotFound)
	}
	return at, nil
}

func (t *memoryTransaction) Index(height uint64, b *types.Block) error {
	for i, id := range b.TransactionIDs() {
		put(t, t.transactions, id, &chain.Place{Height: height, Position: i})
	}
	for address, positions := range touched(b) {
		places := t.history[address]
		for _, position := range positions {
			places = append(places, chain.Place{Height: height, Position: position})
		}
		put(t, t.history, address, &places)
	}
	return nil
}

func (t *memoryTransaction) Unindex(height uint64, b *types.Block) error {
	for _, id := range b.TransactionIDs() {
		put(t, t.transactions, id, nil)
	}
	for address, positions := range touched(b) {
		left := len(t.history[address]) - len(positions)
		rest := t.history[address][:left:left] // what is appended must not overwrite what a rollback needs
		if len(rest) > 0 {
			put(t, t.history, address, &rest)
		} else {
			put(t, t.history, address, nil)
		}
	}
	return nil
}

func (t *memoryTransaction) Places(id types.Hash) ([]chain.Place, error) {
	if at, ok := t.transactions[id]; ok {
		return []chain.Place{at}, nil
	}
	return nil, nil
}

func (t *memoryTransaction) History(address types.Address, before chain.Place, limit int) ([]chain.Place, error) {
	var list []chain.Place
	for _, at := range slices.Backward(t.history[address]) {
		if len(list) == limit {
			break
		}
		if at.Before(before) {
			list = append(list, at)
		}
	}
	return list, nil
}

// Richest sorts all accounts each time: there are few where memory is enough.
func (t *memoryTransaction) Richest(from chain.Holding, limit int) ([]chain.Holding, error) {
	var list []chain.Holding
	for address, account := range t.accounts {
		if h := (chain.Holding{Balance: account.Balance, Address: address}); compareHoldings(h, from) >= 0 {
			list = append(list, h)
		}
	}
	slices.SortFunc(list, compareHoldings)
	return list[:min(limit, len(list))], nil
}

// compareHoldings puts the richest first.
func compareHoldings(a, b chain.Holding) int {
	return cmp.Or(cmp.Compare(b.Balance, a.Balance), bytes.Compare(a.Address[:], b.Address[:]))
}

func (t *memoryTransaction) Rows() (chain.Rows, error) {
	rows := chain.Rows{
		Accounts: uint64(len(t.accounts)), Balances: uint64(len(t.accounts)),
		Transactions: uint64(len(t.transactions)),
	}
	for _, places := range t.history {
		for i := range places {
			if i == 0 || places[i].Height != places[i-1].Height {
				rows.History++
			}
		}
	}
	return rows, nil
}
