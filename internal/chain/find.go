package chain

import (
	"fmt"
	"math"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// Located is a transaction of the main chain and where it lies.
type Located struct {
	types.Transaction
	Block    Ref
	Header   types.Header // of the block
	Position int          // in the block, from 0
}

// Transaction finds a transaction of the main chain, or returns ErrNotFound. tip
// is the chain's end at that moment.
func (c *Chain) Transaction(id types.Hash) (found Located, tip Ref, err error) {
	err = c.view(func(r Reader, at Ref) error {
		tip = at
		found, err = findTransaction(r, id)
		return err
	})
	return found, tip, err
}

func findTransaction(r Reader, id types.Hash) (Located, error) {
	places, err := r.Places(id)
	if err != nil {
		return Located{}, err
	}
	for _, place := range places {
		list, err := locate(r, []TxPosition{place})
		if err != nil {
			return Located{}, err
		}
		if list[0].ID() == id {
			return list[0], nil
		}
	}
	return Located{}, fmt.Errorf("%w: transaction %s", ErrNotFound, id)
}

// locate reads the transactions at places. Those of one block must stand
// together.
func locate(r Reader, places []TxPosition) ([]Located, error) {
	list := make([]Located, 0, len(places))
	for len(places) > 0 {
		same := 1
		for same < len(places) && places[same].Height == places[0].Height {
			same++
		}
		at, err := r.MainAt(places[0].Height)
		if err != nil {
			return nil, err
		}
		err = r.UseBlock(at, func(encoded []byte) (err error) {
			list, err = appendLocated(list, at, encoded, places[:same])
			return err
		})
		if err != nil {
			return nil, err
		}
		places = places[same:]
	}
	return list, nil
}

// appendLocated reads transactions of one block.
func appendLocated(list []Located, at Ref, encoded []byte, places []TxPosition) ([]Located, error) {
	header, err := types.DecodeHeader(encoded[:min(len(encoded), types.HeaderSize)])
	if err != nil {
		return nil, fmt.Errorf("%w: block %d (%s): %w", ErrStore, at.Height, at.ID, err)
	}
	for _, place := range places {
		t, err := types.TransactionAt(encoded, place.Position)
		if err != nil {
			return nil, fmt.Errorf("%w: block %d (%s): %w", ErrStore, at.Height, at.ID, err)
		}
		list = append(list, Located{Transaction: t, Block: at, Header: header, Position: place.Position})
	}
	return list, nil
}

// History is a page of the transactions that touch an account.
type History struct {
	Transactions []Located   // the newest first
	Next         *TxPosition // where the page below starts, if there is one
	Tip          Ref
}

// Newest is where a history's first page starts.
var Newest = TxPosition{Height: 1 << 39}

// History lists the main chain's transactions that an address pays or is paid
// by, from a place downwards, limit at most. An error is ErrStore.
func (c *Chain) History(address types.Address, from TxPosition, limit int) (h History, err error) {
	err = c.view(func(r Reader, tip Ref) error {
		h.Tip = tip
		from.Position++
		places, err := r.History(address, from, limit+1)
		if err != nil {
			return err
		}
		places, h.Next = page(places, limit)
		h.Transactions, err = locate(r, places)
		return err
	})
	return h, err
}

// page is the first of a list, limit at most, and what comes next, if there is more.
func page[T any](list []T, limit int) (first []T, next *T) {
	if len(list) <= limit {
		return list, nil
	}
	return list[:limit], &list[limit]
}

// Ranking is a page of the accounts by balance.
type Ranking struct {
	Accounts []Ranked
	Next     *AccountBalance // where the next page starts, if there is one
	Totals   Totals
	Tip      Ref
}

// Ranked is one account of a Ranking.
type Ranked struct {
	Address types.Address
	consensus.Account
}

// First is where the ranking starts.
var First = AccountBalance{Balance: math.MaxUint64}

// Richest lists accounts, the highest balance first and of equals the lower
// address, from a holding on, limit at most. An error is ErrStore.
func (c *Chain) Richest(from AccountBalance, limit int) (list Ranking, err error) {
	err = c.view(func(r Reader, tip Ref) error {
		list.Tip = tip
		if list.Totals, err = r.Totals(); err != nil {
			return err
		}
		holdings, err := r.Richest(from, limit+1)
		if err != nil {
			return err
		}
		holdings, list.Next = page(holdings, limit)
		list.Accounts, err = ranked(r, holdings)
		return err
	})
	return list, err
}

func ranked(r Reader, holdings []AccountBalance) ([]Ranked, error) {
	list := make([]Ranked, len(holdings))
	for i, h := range holdings {
		account, err := r.Account(h.Address)
		if err != nil {
			return nil, err
		}
		list[i] = Ranked{h.Address, account}
	}
	return list, nil
}
