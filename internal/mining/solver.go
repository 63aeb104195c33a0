package mining

import (
	"context"
	"errors"
	"time"

	"networkmngr/internal/types"
)

var (
	// ErrExhausted says that no nonce makes the header meet its target. The
	// header needs another Merkle root or time.
	ErrExhausted = errors.New("all nonces tried")
	// ErrTarget says that the header's bits encode no target at all.
	ErrTarget = errors.New("bits encode no target")
)

// Solver finds proofs of work. It serves one Solve at a time.
type Solver interface {
	// Solve returns h with a nonce whose hash meets the target of h.Bits, and how
	// many hashes it tried, also with an error: ctx's if ctx ends first, else one
	// that wraps ErrExhausted or ErrTarget. Nothing that it started runs on after
	// it returns.
	Solve(ctx context.Context, h types.Header) (solved types.Header, hashes uint64, err error)
}

// Clock is the time that passes while a search goes on. It may be virtual.
type Clock struct {
	Now func() time.Time
	// Wall returns the time of day that headers say: Now's, if it is nil.
	Wall func() time.Time
	// Wait returns nil after the duration, or ctx's error when ctx ends first.
	Wait func(context.Context, time.Duration) error
}

// wall is the time of day.
func (c Clock) wall() time.Time {
	if c.Wall == nil {
		return c.Now()
	}
	return c.Wall()
}

// SystemClock is the machine's time.
func SystemClock() Clock { return Clock{Now: time.Now, Wait: wait} }

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
