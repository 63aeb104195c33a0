package node

import (
	"errors"
	"fmt"
	"io"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/store"
)

// closableStore keeps the chain.
type closableStore interface {
	chain.Store
	io.Closer
	Size() int64 // in bytes on disk; 0 once it is closed
}

// watched is a store that tells when it fails, whoever was using it, as what the
// node says could not be relied on any more; and how long its commits take.
type watched struct {
	closableStore
	failed    func(error)
	committed func(took time.Duration)
}

func (s *watched) View(fn func(chain.Reader) error) error {
	return watch(s, s.closableStore.View, fn)
}

func (s *watched) Update(fn func(chain.Writer) error) error {
	var done time.Time
	err := watch(s, s.closableStore.Update, func(w chain.Writer) error {
		defer func() { done = time.Now() }()
		return fn(w)
	})
	if err == nil {
		s.committed(time.Since(done))
	}
	return err
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
