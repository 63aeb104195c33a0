package api

import (
	"errors"
	"fmt"

	"networkmngr/internal/types"
)

// ErrFigure means that a request would set what follows from the chain.
var ErrFigure = errors.New("this cannot be set")

// Figures are those of a Blockchain that no request sets. Who puts back what GET
// /blockchain has answered leaves them in; nil is one that is left out.
type Figures struct {
	Genesis           *types.Hash `json:"genesis,omitempty"`
	Height            *uint64     `json:"height,omitempty"`
	TotalTransactions *uint64     `json:"total_transactions,omitempty"`
	TotalAddresses    *uint64     `json:"total_addresses,omitempty"`
	TotalWork         *string     `json:"total_work,omitempty"`
}

// Check returns an error that wraps ErrFigure if a figure is not that of now.
func (f Figures) Check(now Blockchain) error {
	for _, err := range []error{
		unchanged("genesis", f.Genesis, now.Genesis),
		unchanged("height", f.Height, now.Height),
		unchanged("total_transactions", f.TotalTransactions, now.TotalTransactions),
		unchanged("total_addresses", f.TotalAddresses, now.TotalAddresses),
		unchanged("total_work", f.TotalWork, now.TotalWork),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

func unchanged[T comparable](name string, given *T, now T) error {
	if given == nil || *given == now {
		return nil
	}
	return fmt.Errorf("%w: %s is %.80s, want %v, or none", ErrFigure, name, fmt.Sprint(*given), now)
}
