package node

import (
	"errors"
	"fmt"
	"io"

	"networkmngr/internal/chain"
	"networkmngr/internal/store"
)

// closableStore keeps the chain.
type closableStore interface {
	chain.Store
	io.Closer
}

// watched is a store that tells when it fails, whoever was using it: what the
// node says could not be relied on any more.
type watched struct {
	closableStore
	failed func(error)
}

func (s *watched) View(fn func(chain.Reader) error) error {
	var said error
	err := s.closableStore.View(func(r chain.Reader) error {
		said = fn(r)
		return said
	})
	s.watch(err, said)
	return err
}

func (s *watched) Update(fn func(chain.Writer) error) error {
	var said error
	err := s.closableStore.Update(func(w chain.Writer) error {
		said = fn(w)
		return said
	})
	s.watch(err, said)
	return err
}

// watch tells a failure from what the user of the store itself said: that a
// block is not there, or breaks a rule.
func (s *watched) watch(err, said error) {
	if err != nil && (said == nil || errors.Is(err, store.ErrDamaged)) {
		s.failed(fmt.Errorf("%w: %w", chain.ErrStore, err))
	}
}
