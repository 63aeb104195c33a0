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
	return watch(s, s.closableStore.View, fn)
}

func (s *watched) Update(fn func(chain.Writer) error) error {
	return watch(s, s.closableStore.Update, fn)
}

// watch runs a transaction, and tells a failure from what fn, the user of the store,
// itself said: that a block is not there, or breaks a rule.
func watch[T any](s *watched, run func(func(T) error) error, fn func(T) error) error {
	var said error
	err := run(func(t T) error {
		said = fn(t)
		return said
	})
	if err != nil && (said == nil || errors.Is(err, store.ErrDamaged)) {
		s.failed(fmt.Errorf("%w: %w", chain.ErrStore, err))
	}
	return err
}
