package mining

import (
	"context"
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// stage is chain, pool, solver and clock of a miner. Where a function is nil,
// all goes well.
type stage struct {
	tip   consensus.State
	moved chan struct{}
	now   time.Time

	add   func([]types.Block) (chain.Change, error)
	solve func(types.Header) (types.Header, error)
	wait  func(context.Context) error
}

func newStage() *stage {
	return &stage{tip: chaintest.Genesis().State(), moved: make(chan struct{}), now: chaintest.Now()}
}

func (s *stage) miner() *Miner {
	return &Miner{
		Chain: s, Pool: s, Solver: s, Now: func() time.Time { return s.now },
		Wait: func(ctx context.Context, _ time.Duration) error { return s.wait(ctx) },
	}
}

func (s *stage) Template(int) (consensus.State, []types.Transaction, error) { return s.tip, nil, nil }

func (s *stage) Subscribe() (<-chan struct{}, func()) { return s.moved, func() {} }

func (s *stage) AddBlocks(blocks ...types.Block) (chain.Change, error) {
	if s.add != nil {
		return s.add(blocks)
	}
	s.tip = chaintest.After(s.tip, blocks...)
	return chain.Change{Added: len(blocks), Moved: true, Tip: s.tip}, nil
}

func (s *stage) Solve(ctx context.Context, h types.Header) (types.Header, error) {
	if s.solve != nil {
		return s.solve(h)
	}
	return CPU{}.Solve(ctx, h)
}

// ahead makes the clock's time one at which nothing on the tip may be mined yet.
func (s *stage) ahead() {
	p := s.tip.Params()
	s.now = time.Unix(int64(s.tip.Time()), 0).Add(-2 * p.MaxFuture())
}

// Where no nonce will do, the next search is of another block: that with the
// next extra nonce.
func TestNoncesRunOut(t *testing.T) {
	s := newStage()
	roots := make(map[types.Hash]bool)
	const barren = 3
	s.solve = func(h types.Header) (types.Header, error) {
		require.NotContains(t, roots, h.MerkleRoot, "this was searched")
		if roots[h.MerkleRoot] = true; len(roots) <= barren {
			return h, ErrExhausted
		}
		return CPU{}.Solve(t.Context(), h)
	}
	blocks, err := s.miner().Mine(t.Context(), 1, nil)
	require.NoError(t, err)
	require.Len(t, blocks, 1)
	require.EqualValues(t, barren, binary.BigEndian.Uint64(blocks[0].Transactions[0].ExtraNonce[:]))
}

// Who waits for the clock goes on as soon as the tip moves: what could not be
// mined on the old one may be on the new one.
func TestWaitEndsWithAMovedTip(t *testing.T) {
	s := newStage()
	s.ahead()
	waits := 0
	s.wait = func(ctx context.Context) error {
		waits++
		s.moved <- struct{}{}
		<-ctx.Done()
		require.ErrorIs(t, ctx.Err(), context.Canceled, "and not for a stale template")
		s.now = chaintest.Now()
		return ctx.Err()
	}
	blocks, err := s.miner().Mine(t.Context(), 1, nil)
	require.NoError(t, err)
	require.Len(t, blocks, 1)
	require.Equal(t, 1, waits)
}

func TestWaitEndsWithItsContext(t *testing.T) {
	s := newStage()
	s.ahead()
	ctx, cancel := context.WithCancel(t.Context())
	s.wait = func(ctx context.Context) error {
		cancel()
		<-ctx.Done()
		require.ErrorIs(t, ctx.Err(), context.Canceled, "and not for a stale template")
		return ctx.Err()
	}
	blocks, err := s.miner().Mine(ctx, 1, nil)
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, blocks)
}

// Blocks that are found together are those that the chain takes now: none is
// searched for that it would not.
func TestRunEndsWhereTheChainWouldNotFollow(t *testing.T) {
	s := newStage()
	s.now = time.Unix(int64(s.tip.Time()), 0)
	s.wait = func(context.Context) error { return errors.New("waits with blocks in hand") }
	s.solve = func(h types.Header) (types.Header, error) {
		require.NoError(t, s.tip.Params().CheckFuture(h, s.now))
		return h, nil // the clock stands still, so targets get too hard to meet
	}
	_, err := s.miner().Mine(t.Context(), 1_000_000, nil)
	require.NoError(t, err)
	require.Error(t, s.tip.Params().CheckFuture(NewTemplate(s.tip, nil, types.Address{}, nil, s.now, 0).Header, s.now))
}

// Of blocks that were found together, those that the chain took before it
// refused one are told.
func TestBlocksBeforeARefusal(t *testing.T) {
	s, refusal := newStage(), errors.New("refused")
	s.add = func(blocks []types.Block) (chain.Change, error) {
		require.Len(t, blocks, 5)
		return chain.Change{Added: 2}, refusal
	}
	blocks, err := s.miner().Mine(t.Context(), 5, nil)
	require.ErrorIs(t, err, refusal)
	require.Len(t, blocks, 2)
}
