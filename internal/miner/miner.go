package miner

import (
	"context"
	"errors"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// refresh is how long a template is worked on before it is made anew, with
// the time of then and the transfers that have come meanwhile.
const refresh = time.Second

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
}

// Mine works until a block of its own has become the tip, and gives that block,
// which is on disk then. Whenever the tip moves it starts again on the new one.
// It ends early with ctx's error, or an error of the chain's.
func (m *Miner) Mine(ctx context.Context) (types.Block, error) {
	moved, cancel := m.Chain.Subscribe()
	defer cancel()
	for extraNonce := uint64(0); ; {
		block, err := m.template(extraNonce)
		if err != nil {
			return types.Block{}, err
		}
		block.Header, err = m.solve(ctx, moved, block.Header)
		switch {
		case ctx.Err() != nil:
			return types.Block{}, ctx.Err()
		case errors.Is(err, ErrExhausted):
			extraNonce++
			continue
		case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
			continue // the tip moved, or the template is stale
		case err != nil:
			return types.Block{}, err
		}
		change, err := m.Chain.AddBlocks(block)
		if err != nil {
			return types.Block{}, err
		}
		if change.Moved {
			return block, nil
		}
	}
}

func (m *Miner) template(extraNonce uint64) (types.Block, error) {
	state, transfers, err := m.Pool.Template(maxTransferBytes)
	if err != nil {
		return types.Block{}, err
	}
	return NewTemplate(state, transfers, m.Payout, m.Now(), extraNonce), nil
}

// solve searches until the tip moves or the template is stale.
func (m *Miner) solve(ctx context.Context, moved <-chan struct{}, h types.Header) (types.Header, error) {
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
	defer func() {
		cancel()
		<-watched
	}()
	return m.Solver.Solve(ctx, h)
}
