package mining

import (
	"context"
	"errors"

	"networkmngr/internal/types"
)

var (
	// ErrExhausted says that no nonce makes the header meet its target. The
	// header needs another Merkle root or time.
	ErrExhausted = errors.New("all nonces tried")
	// ErrTarget says that the header's bits encode no target at all.
	ErrTarget = errors.New("bits encode no target")
)

// Solver finds proofs of work.
type Solver interface {
	// Solve gives h with a nonce whose hash meets the target of h.Bits. It
	// fails with ctx's error when ctx ends first, else with one that wraps
	// ErrExhausted or ErrTarget. Nothing it started runs on after it returns.
	Solve(ctx context.Context, h types.Header) (types.Header, error)
}
