package node

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/mempool"
	"networkmngr/internal/mempool/mempooltest"
	"networkmngr/internal/mining"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// A node that is told to end before it has begun still knows whom it knew.
func TestAnEndBeforeTheStartForgetsNobody(t *testing.T) {
	config := testConfig(t)
	known := []types.NodeInfo{{ID: types.NodeID{1}, Address: "127.0.0.1:2", P2P: []string{"/ip4/127.0.0.1/tcp/2"}}}
	require.NoError(t, writeJSON(config.Folder, knownFile, known))
	n, err := Open(config)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	n.end() // so that nothing is learned
	require.NoError(t, n.Run(ctx))
	after, _, err := readKnown(config.Folder)
	require.NoError(t, err)
	require.Equal(t, known, knownOf(after))
}

// waitingClock is a clock that whoever waits for it sets on.
type waitingClock struct {
	now    time.Time
	waited time.Duration
}

// miner opens a chain of its own by the clock, and mines on it until there is a
// block, or at most most.
func (c *waitingClock) miner(t *testing.T) (blocks *chain.Chain, mine func(ctx context.Context, most int) error) {
	now := func() time.Time { return c.now }
	blocks, err := chain.Open(store.NewMemory(), easy(), now)
	require.NoError(t, err)
	pool := mempooltest.New(mempool.DefaultLimits(), blocks, now)
	worker := mining.Worker{Clock: mining.Clock{Now: now, Wait: c.wait}}
	return blocks, func(ctx context.Context, most int) error {
		for {
			state, transfers, err := pool.Template(mining.Room(nil))
			require.NoError(t, err)
			found, err := worker.Search(ctx, mining.Job{Blocks: most, State: state, Transfers: transfers})
			if err != nil {
				return err
			}
			for _, f := range found {
				_, err := blocks.AddBlocks(f.Block)
				require.NoError(t, err)
			}
			if len(found) > 0 {
				return nil
			}
		}
	}
}

func (c *waitingClock) wait(_ context.Context, d time.Duration) error {
	c.waited, c.now = c.waited+d, c.now.Add(d)
	return nil
}

// A machine's clock may jump ahead, and back within what a block may be from the
// future, and mining goes on. With one that is farther back, all blocks would be
// from the future: mining waits until it is right again.
func TestMiningWhenTheClockJumps(t *testing.T) {
	genesis, clock := easy(), &waitingClock{now: time.Now()}
	blocks, mine := clock.miner(t)
	const day, medianOf = 24 * time.Hour, 11 // blocks, as in Bitcoin
	little := genesis.Params.MaxFuture() / 2
	for _, c := range []struct {
		jump time.Duration
		wait bool
	}{{0, false}, {-little, false}, {366 * day, false}, {-day, true}, {day, false}} {
		clock.now, clock.waited = clock.now.Add(c.jump), 0
		before := blocks.Tip()
		var err error
		for err == nil && blocks.Tip().Height < before.Height+medianOf {
			err = mine(t.Context(), 1)
		}
		require.NoError(t, err, "after a jump by %s", c.jump)
		require.Equal(t, c.wait, clock.waited > day/2, "after a jump by %s", c.jump)
	}
}

// Where blocks take no time their own times run ahead of the clock. Mining goes
// on as quickly as the chain takes blocks, and no block is refused.
func TestMiningWaitsForTheClock(t *testing.T) {
	genesis, clock := easy(), &waitingClock{now: time.Now()}
	blocks, mine := clock.miner(t)
	const perSecond = 6 // blocks that carry the median one second on
	ahead := uint64(genesis.Params.MaxFuture()/time.Second) * perSecond
	for blocks.Tip().Height < ahead+10*perSecond {
		require.NoError(t, mine(t.Context(), 100))
	}
	require.Positive(t, clock.waited)
}
