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
	for i, sender := range b.Senders() {
		at := chain.TxPosition{Height: height, Position: i}
		put(t, t.transactions, b.Transactions[i].ID(), &at)
		recipient := b.Transactions[i].Recipient
		t.visit(recipient, at)
		if sender != recipient {
			t.visit(sender, at)
		}
	}
	return nil
}

func (t *memoryTransaction) visit(address types.Address, at chain.TxPosition) {
	places := append(t.history[address], at)
	put(t, t.history, address, &places)
}

func (t *memoryTransaction) Unindex(height uint64, b *types.Block) error {
	for i, sender := range b.Senders() {
		put(t, t.transactions, b.Transactions[i].ID(), nil)
		t.leave(b.Transactions[i].Recipient, height)
		t.leave(sender, height)
	}
	return nil
}

// leave removes the transactions of height from an address's history.
func (t *memoryTransaction) leave(address types.Address, height uint64) {
	left := len(t.history[address])
	for left > 0 && t.history[address][left-1].Height == height {
		left--
	}
	if left == 0 {
		put(t, t.history, address, nil)
		return
	}
	rest := t.history[address][:left:left] // an append must not overwrite what a rollback needs
	put(t, t.history, address, &rest)
}

func (t *memoryTransaction) Places(id types.Hash) ([]chain.TxPosition, error) {
	if at, ok := t.transactions[id]; ok {
		return []chain.TxPosition{at}, nil
	}
	return nil, nil
}

func (t *memoryTransaction) History(address types.Address, before chain.TxPosition, limit int) ([]chain.TxPosition, error) {
	var list []chain.TxPosition
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

// Richest sorts all accounts each time: a chain in memory has few.
func (t *memoryTransaction) Richest(from chain.AccountBalance, limit int) ([]chain.AccountBalance, error) {
	var list []chain.AccountBalance
	for address, account := range t.accounts {
		if h := (chain.AccountBalance{Balance: account.Balance, Address: address}); compareHoldings(h, from) >= 0 {
			list = append(list, h)
		}
	}
	slices.SortFunc(list, compareHoldings)
	return list[:min(limit, len(list))], nil
}

// compareHoldings orders the richest first.
func compareHoldings(a, b chain.AccountBalance) int {
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
