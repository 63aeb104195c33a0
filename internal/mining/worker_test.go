package mining

import (
	"context"
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// stage is source, solver and clock of a worker. It wants blocks until it has
// enough, and then ends the worker. Where a function is nil, all goes well.
type stage struct {
	t       *testing.T
	end     context.CancelFunc
	enough  int
	job     Job // but for Blocks, what is wanted
	changed context.Context
	change  context.CancelFunc // ends changed
	now     time.Time
	blocks  []Found // taken
	jobs    int     // asked for

	submit func([]Found) (int, error)
	solve  func(types.Header) (types.Header, error)
	wait   func(context.Context) error
}

func newStage(t *testing.T, enough int) *stage {
	job := Job{State: chaintest.Genesis().State(), Payout: types.NamedAddress("alice"), Power: Power{Threads: 1}}
	s := &stage{t: t, enough: enough, job: job, now: chaintest.Now()}
	s.changed, s.change = context.WithCancel(t.Context())
	return s
}

// run runs a worker until there are enough blocks.
func (s *stage) run() *Worker {
	s.t.Helper()
	w := s.worker()
	ctx, cancel := context.WithCancel(s.t.Context())
	defer cancel()
	s.end = cancel
	require.NoError(s.t, w.Run(ctx))
	return w
}

func (s *stage) worker() *Worker {
	return &Worker{
		Source: s, NewSolver: func(Power, Clock, Background) Solver { return s },
		Clock: Clock{
			Now:  func() time.Time { return s.now },
			Wait: func(ctx context.Context, _ time.Duration) error { return s.wait(ctx) },
		},
	}
}

func (s *stage) Job() (Job, context.Context, error) {
	s.jobs++
	job := s.job
	if job.Blocks = s.enough - len(s.blocks); job.Blocks <= 0 {
		s.end()
	}
	return job, s.changed, nil
}

func (s *stage) Submit(_ Job, found []Found) (int, error) {
	if s.submit != nil {
		return s.submit(found)
	}
	s.take(found)
	return len(found), nil
}

func (s *stage) take(found []Found) {
	s.blocks = append(s.blocks, found...)
	for _, f := range found {
		s.job.State = chaintest.After(s.job.State, f.Block)
	}
}

func (s *stage) Solve(ctx context.Context, h types.Header) (types.Header, uint64, error) {
	if s.solve != nil {
		h, err := s.solve(h)
		return h, 10, err
	}
	return CPU{}.Solve(ctx, h)
}

// ahead makes the clock's time one at which nothing on the tip may be mined yet.
func (s *stage) ahead() {
	p := s.job.State.Params()
	s.now = time.Unix(int64(s.job.State.Time()), 0).Add(-2 * p.MaxFuture())
}

// renew has everybody know that the job is another one.
func (s *stage) renew() {
	s.change()
	s.changed, s.change = context.WithCancel(s.t.Context())
}

// Where no nonce will do, the next search is of another block: that with the
// next extra nonce.
func TestNoncesRunOut(t *testing.T) {
	s := newStage(t, 1)
	roots := make(map[types.Hash]bool)
	const barren = 3
	s.solve = func(h types.Header) (types.Header, error) {
		require.NotContains(t, roots, h.MerkleRoot, "this was searched")
		if roots[h.MerkleRoot] = true; len(roots) <= barren {
			return h, ErrExhausted
		}
		h, _, err := CPU{}.Solve(t.Context(), h)
		return h, err
	}
	w := s.run()
	require.Len(t, s.blocks, 1)
	require.EqualValues(t, barren, binary.BigEndian.Uint64(s.blocks[0].Transactions[0].ExtraNonce[:]))
	require.EqualValues(t, 10*(barren+1), s.blocks[0].Hashes, "those of every search for it")
	require.EqualValues(t, 10*(barren+1), w.Achieved().Hashes)
	require.EqualValues(t, 1, w.Achieved().Blocks)
}

func TestBlocksCarryTheJobsData(t *testing.T) {
	s := newStage(t, 3)
	s.job.Data = []byte(`{"note":1}`)
	s.run()
	require.Len(t, s.blocks, 3)
	for _, b := range s.blocks {
		require.Equal(t, s.job.Data, b.Transactions[0].Data)
		require.Equal(t, s.job.Payout, b.Transactions[0].Recipient)
	}
}

// Who waits for the clock goes on as soon as the job changes: what could not be
// mined on the old tip may be on the new one.
func TestWaitEndsWithAChangedJob(t *testing.T) {
	s := newStage(t, 1)
	s.ahead()
	waits := 0
	s.wait = func(ctx context.Context) error {
		waits++
		s.renew()
		<-ctx.Done()
		require.ErrorIs(t, ctx.Err(), context.Canceled, "and not for a stale template")
		s.now = chaintest.Now()
		return ctx.Err()
	}
	s.run()
	require.Len(t, s.blocks, 1)
	require.Equal(t, 1, waits)
}

func TestWaitEndsWithItsContext(t *testing.T) {
	s := newStage(t, 1)
	s.ahead()
	s.wait = func(ctx context.Context) error {
		s.end()
		<-ctx.Done()
		require.ErrorIs(t, ctx.Err(), context.Canceled, "and not for a stale template")
		return ctx.Err()
	}
	s.run()
	require.Empty(t, s.blocks)
}

// Without a job the worker rests until there is one.
func TestWorkerRestsUntilTheJobChanges(t *testing.T) {
	s := newStage(t, 0)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.end = func() { // the first time that it has nothing to do
		s.enough, s.end = 2, cancel
		s.change()
	}
	w := s.worker()
	require.NoError(t, w.Run(ctx))
	require.Len(t, s.blocks, 2)
	require.False(t, w.Achieved().Searching)
}

// Blocks that are found together are those that the chain takes now: none is
// searched for that it would not.
func TestRunEndsWhereTheChainWouldNotFollow(t *testing.T) {
	s := newStage(t, 1_000_000)
	s.now = time.Unix(int64(s.job.State.Time()), 0)
	state := s.job.State
	s.wait = func(context.Context) error { return errors.New("waits with blocks in hand") }
	s.solve = func(h types.Header) (types.Header, error) {
		require.NoError(t, state.Params().CheckFuture(h, s.now))
		return h, nil // the clock stands still, so targets get too hard to meet
	}
	found, err := s.worker().Search(t.Context(), Job{Blocks: s.enough, State: state})
	require.NoError(t, err)
	for _, f := range found {
		state = state.After(f.Header)
	}
	require.Error(t, state.Params().CheckFuture(NewTemplate(state, nil, types.Address{}, nil, s.now, 0).Header, s.now))
}

// Blocks that were found before a search was cut short are submitted.
func TestBlocksBeforeTheEndAreSubmitted(t *testing.T) {
	s := newStage(t, 1000)
	solved := 0
	s.solve = func(h types.Header) (types.Header, error) {
		if solved++; solved > 3 {
			s.end()
			return h, context.Canceled
		}
		h, _, err := CPU{}.Solve(t.Context(), h)
		return h, err
	}
	s.run()
	require.Len(t, s.blocks, 3)
}

// A source that refuses blocks is not asked for the next job in circles.
func TestRestAfterARefusal(t *testing.T) {
	s := newStage(t, 5)
	waits := 0
	s.submit = func(found []Found) (int, error) {
		s.take(found[:2])
		s.submit = nil
		return 2, errors.New("refused")
	}
	s.wait = func(context.Context) error {
		require.Len(t, s.blocks, 2)
		waits++
		return nil
	}
	w := s.run()
	require.Equal(t, 1, waits)
	require.Len(t, s.blocks, 5)
	require.EqualValues(t, 5, w.Achieved().Blocks)
}

func TestWorkerEndsWithItsSource(t *testing.T) {
	w := Worker{Source: broken{}, Clock: SystemClock()}
	require.ErrorIs(t, w.Run(t.Context()), consensus.ErrParams)
}

// broken is a source that fails.
type broken struct{}

func (broken) Job() (Job, context.Context, error) { return Job{}, nil, consensus.ErrParams }
func (broken) Submit(Job, []Found) (int, error)   { return 0, nil }

// Another power is another solver.
func TestSolverFollowsThePower(t *testing.T) {
	s := newStage(t, 4)
	w := s.worker()
	var made []Power
	w.NewSolver = func(p Power, _ Clock, _ Background) Solver {
		made = append(made, p)
		return s
	}
	s.submit = func(found []Found) (int, error) {
		s.take(found[:1])
		if len(s.blocks) == 2 {
			s.job.Power.Threads = 2
		}
		return 1, nil
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.end = cancel
	require.NoError(t, w.Run(ctx))
	require.Equal(t, []Power{{Threads: 1}, {Threads: 2}}, made)
}
