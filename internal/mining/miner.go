package mining

import (
	"context"
	"errors"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

const (
	// refresh is how long a template is worked on before it is made anew, with
	// the time of then and the transfers that have come meanwhile.
	refresh = time.Second
	// runTime is how long blocks of our own are mined on one another before
	// they go to disk together. Where a block takes longer each goes alone; on
	// an easy network the disk would otherwise be what takes the time.
	runTime = 5 * time.Millisecond
)

// Chain takes mined blocks, and says when the tip moves.
type Chain interface {
	AddBlocks(...types.Block) (chain.Change, error)
	Subscribe() (moved <-chan struct{}, cancel func())
}

// Pool says what the next block may hold.
type Pool interface {
	Template(maxBytes int) (consensus.State, []types.Transaction, error)
}

// Miner mines blocks on the best tip.
type Miner struct {
	Chain  Chain
	Pool   Pool
	Solver Solver
	Payout types.Address
	Now    func() time.Time
	// Wait returns nil after the duration, or ctx's error when ctx ends first.
	// With Now it is the clock, so that time can be virtual.
	Wait func(context.Context, time.Duration) error
}

// Mine works until blocks of its own have become the tip, at least one and at
// most most, and gives them. Each carries data, which CheckData must allow, or
// nothing if it is nil. They are on disk then. Whenever the tip moves it
// starts again on the new one. Blocks that come quicker than their times may
// move on are mined as soon as the chain would take them. It ends early with
// ctx's error, or an error of the chain's and the blocks that were taken before
// it.
func (m *Miner) Mine(ctx context.Context, most int, data []byte) ([]types.Block, error) {
	moved, cancel := m.Chain.Subscribe()
	defer cancel()
	for extraNonce := uint64(0); ; {
		run, err := m.run(ctx, moved, most, data, extraNonce)
		if len(run) > 0 {
			change, err := m.Chain.AddBlocks(run...)
			if err != nil {
				return run[:change.Added], err
			}
			if change.Moved {
				return run, nil
			}
		}
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.Is(err, ErrExhausted):
			extraNonce++
		case err == nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
			// The tip moved, or the template is stale.
		default:
			return nil, err
		}
	}
}

// run mines blocks on one another for runTime. With an error come those that
// were found before it.
func (m *Miner) run(ctx context.Context, moved <-chan struct{}, most int, data []byte, extraNonce uint64) ([]types.Block, error) {
	state, transfers, err := m.Pool.Template(maxTransferBytes - len(data))
	if err != nil {
		return nil, err
	}
	var run []types.Block
	for began := m.Now(); len(run) == 0 || len(run) < most && m.Now().Sub(began) < runTime; {
		block := NewTemplate(state, transfers, m.Payout, data, m.Now(), extraNonce)
		early := state.Params().ValidFrom(block.Header).Sub(m.Now())
		if early > 0 && len(run) == 0 {
			return nil, m.wait(ctx, moved, early)
		}
		if early > 0 {
			break
		}
		if block.Header, err = m.solve(ctx, moved, block.Header); err != nil {
			return run, err
		}
		run = append(run, block)
		state, transfers = state.After(block.Header), nil
	}
	return run, nil
}

// wait lets the time pass that a template is ahead of the chain's clock.
func (m *Miner) wait(ctx context.Context, moved <-chan struct{}, early time.Duration) error {
	ctx, stop := untilStale(ctx, moved)
	defer stop()
	return m.Wait(ctx, early)
}

// solve searches until the template is stale.
func (m *Miner) solve(ctx context.Context, moved <-chan struct{}, h types.Header) (types.Header, error) {
	ctx, stop := untilStale(ctx, moved)
	defer stop()
	return m.Solver.Solve(ctx, h)
}

// untilStale is ctx until the tip moves, or refresh has passed. The caller calls
// stop at the end.
func untilStale(ctx context.Context, moved <-chan struct{}) (fresh context.Context, stop func()) {
	ctx, cancel := context.WithTimeout(ctx, refresh)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case <-moved:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		cancel()
		<-watched
	}
}
