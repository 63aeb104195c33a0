package node

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/mining"
	"networkmngr/internal/protocol"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

func TestMineEndsWithItsContext(t *testing.T) {
	w := newWorld(t)
	n := w.node(func(c *Config) { c.Genesis = hard() })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	blocks, err := n.Mine(ctx, 1, nil)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Empty(t, blocks)
}

// What was mined before the end is told beside the error.
func TestMineThatEndsTellsWhatItHasMined(t *testing.T) {
	w := newWorld(t)
	n := w.node()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n.solveWith(&ending{mining.CPU{}, n.Chain(), cancel})
	blocks, err := n.Mine(ctx, 1_000_000, nil)
	require.ErrorIs(t, err, context.Canceled)
	require.NotEmpty(t, blocks)
	require.Equal(t, n.Chain().Tip().ID, blocks[len(blocks)-1].Hash())
}

// searches reports whether the node searches for a block.
func (n *Node) searches() bool {
	job, _, _ := n.jobs.Job()
	return job.Blocks > 0
}

// solveWith has the next search be solver's.
func (n *Node) solveWith(solver mining.Solver) {
	n.worker.NewSolver = func(mining.Power, mining.Clock, mining.Background) mining.Solver { return solver }
}

// ending is a solver that calls end once blocks are on disk.
type ending struct {
	mining.Solver
	chain *chain.Chain
	end   func()
}

func (s *ending) Solve(ctx context.Context, h types.Header) (types.Header, uint64, error) {
	if s.chain.Tip().Height > 0 {
		s.end()
	}
	return s.Solver.Solve(ctx, h)
}

func TestMineWaitsForItsTurnNoLongerThanItsContext(t *testing.T) {
	w := newWorld(t)
	n := w.node(func(c *Config) { c.Genesis = hard() })
	var mining sync.WaitGroup
	defer mining.Wait()
	first, endFirst := context.WithCancel(t.Context())
	defer endFirst()
	mining.Go(func() { _, _ = n.Mine(first, 1, nil) })
	w.until("the first mines", n.searches)
	second, endSecond := context.WithCancel(t.Context())
	endSecond()
	_, err := n.Mine(second, 1, nil)
	require.ErrorIs(t, err, context.Canceled)
}

func TestMineEndsWithTheNode(t *testing.T) {
	w := newWorld(t)
	n := w.node(func(c *Config) { c.Genesis = hard() })
	failed := make(chan error, 2)
	for range cap(failed) { // one mines, one waits for its turn
		go func() {
			_, err := n.Mine(context.Background(), 1, nil)
			failed <- err
		}()
	}
	w.until("one mines", n.searches)
	n.stop()
	require.ErrorIs(t, <-failed, ErrStopping)
	require.ErrorIs(t, <-failed, ErrStopping)
}

// lingering is a solver that takes its time to end.
type lingering struct {
	entered, release chan struct{}
	left             atomic.Bool
}

func (s *lingering) Solve(ctx context.Context, _ types.Header) (types.Header, uint64, error) {
	close(s.entered)
	<-ctx.Done()
	<-s.release
	s.left.Store(true)
	return types.Header{}, 0, ctx.Err()
}

// closing is a store that notes whether a solver had left when it was closed.
type closing struct {
	closableStore
	solver *lingering
	inTime bool
}

func (s *closing) Close() error {
	s.inTime = s.solver.left.Load()
	return s.closableStore.Close()
}

func TestStoreIsOpenUntilTheMinerHasLeft(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	kept, err := store.Open(config.Folder)
	require.NoError(t, err)
	solver := &lingering{entered: make(chan struct{}), release: make(chan struct{})}
	watched := &closing{closableStore: kept, solver: solver}
	node, err := assemble(config, watched)
	require.NoError(t, err)
	node.solveWith(solver)
	n := w.run(node)
	failed := make(chan error, 1)
	go func() {
		_, err := n.Mine(context.Background(), 1, nil)
		failed <- err
	}()
	<-solver.entered
	n.cancel()
	<-n.ctx.Done()
	close(solver.release)
	require.ErrorIs(t, <-failed, ErrStopping)
	n.stop()
	require.True(t, watched.inTime)
}

func TestNothingWorksOnAfterTheEnd(t *testing.T) {
	w := newWorld(t)
	n, other := w.node(), w.node()
	n.stop()
	_, err := n.Mine(t.Context(), 1, nil)
	require.ErrorIs(t, err, ErrStopping)
	_, err = n.Resolve(t.Context())
	require.ErrorIs(t, err, ErrStopping)
	_, err = n.Register([]types.NodeInfo{other.Self()})
	require.ErrorIs(t, err, ErrStopping)
	require.Error(t, n.Submit(pay(0, 1)[0]))
	require.Empty(t, n.Known())
	require.Empty(t, n.Peers())
}

func TestRunEndsWhileNodesMineAndTalk(t *testing.T) {
	w := newWorld(t)
	nodes := w.mesh(3)
	var mining sync.WaitGroup
	ended := make(chan error, len(nodes))
	for _, n := range nodes {
		mining.Go(func() {
			_, err := n.Mine(context.Background(), 1_000_000, nil)
			ended <- err
		})
	}
	w.until("blocks of many", func() bool { return nodes[0].Chain().Tip().Height > 30 })
	for _, n := range nodes {
		n.stop()
	}
	mining.Wait()
	for range nodes {
		require.ErrorIs(t, <-ended, ErrStopping)
	}
}

func TestMinedBlocksSurviveARestart(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	n := w.open(config)
	n.submit(pay(0, 1)...)
	block := n.mine(1)[0]
	require.Len(t, block.Transactions, 2)
	n.stop()
	n = w.open(config)
	stored, err := n.Chain().Block(block.Hash())
	require.NoError(t, err)
	require.Equal(t, block.Header, stored.Header)
	require.Equal(t, block.Transactions, stored.Transactions)
}

func TestResolveWithAPeerThatIsGone(t *testing.T) {
	w := newWorld(t)
	nodes := w.mesh(3)
	nodes[0].mine(1)
	nodes[1].stop()
	change, err := nodes[2].Resolve(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, change.Tip.Height)
}

func TestResolveWaitsForAStuckPeerOnceAndNotForLong(t *testing.T) {
	w := newWorld(t)
	bound := protocol.DefaultConfig().ResolveTimeout
	first, again := 2*bound, bound
	for tries := 0; (first >= 2*bound || again >= bound) && tries < 5; tries++ { // whatever else the machine does meanwhile
		n, stuck := w.node(), w.puppet()
		_, err := n.Register([]types.NodeInfo{stuck.self})
		require.NoError(t, err)
		w.awaitPeers(1, n)
		first, again = n.timeToMine(), n.timeToMine()
	}
	require.Less(t, first, 2*bound, "it resolves twice")
	require.Less(t, again, bound)
}

// timeToMine is what a block takes.
func (n *running) timeToMine() time.Duration {
	began := time.Now()
	n.mine(1)
	return time.Since(began)
}

func TestResolveEndsWithItsContext(t *testing.T) {
	w := newWorld(t)
	n, stuck := w.node(), w.puppet()
	_, err := n.Register([]types.NodeInfo{stuck.self})
	require.NoError(t, err)
	w.awaitPeers(1, n)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = n.Resolve(ctx)
	require.ErrorIs(t, err, context.Canceled)
}
