package mining

import (
	"context"
	"errors"
	"time"

	"networkmngr/internal/types"
)

const (
	// refresh is how long a template is worked on before it is made anew, with
	// the time of then and the transfers that have come meanwhile.
	refresh = time.Second
	// runTime is how long blocks of our own are mined on one another before
	// they are submitted together. Where a block takes longer each goes alone; on
	// an easy network the disk would otherwise be what takes the time.
	runTime = 5 * time.Millisecond
)

// Worker searches for what its source wants, all the time.
type Worker struct {
	Source     Source
	Clock      Clock
	Background Background // of what searches
	// NewSolver returns what searches with a power: Power.Solver, if it is nil.
	NewSolver func(Power, Clock, Background) Solver

	solver     Solver // of power; nil before the first search
	power      Power
	extraNonce uint64  // of the next template: no two are the same
	spent      stretch // on the block that is searched for
	meter      meter
}

// Achieved is what the worker has done so far. It may be called from any
// goroutine.
func (w *Worker) Achieved() Achieved { return w.meter.read() }

// Run works until ctx ends, which is no error, or the source has no job to give
// or one that nobody can search for. It has nothing left running when it returns.
// Whenever the job changes it goes on with the new one. What was found before is
// submitted first. Blocks that come quicker than their times may move on are mined
// as soon as the chain would take them.
func (w *Worker) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		job, changed, err := w.Source.Job()
		if err != nil {
			return err
		}
		w.meter.begin(job)
		if err := w.work(ctx, job, changed); err != nil {
			return err
		}
	}
	return nil
}

// work does what there is to do of a job before it changes.
func (w *Worker) work(ctx context.Context, job Job, changed context.Context) error {
	fresh, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(changed, stop)()
	if job.Blocks == 0 {
		<-fresh.Done()
		return nil
	}
	found, err := w.Search(fresh, job)
	if len(found) > 0 {
		taken, refused := w.Source.Submit(job, found)
		w.meter.mined(taken)
		if refused != nil { // do not turn in circles
			_ = w.Clock.Wait(fresh, refresh)
		}
	}
	if errors.Is(err, ErrTarget) {
		return err
	}
	return nil // all other errors say that the search is to begin again
}

// Search mines blocks on one another for runTime, at least one and at most
// job.Blocks. With an error come those that were found before it: ctx's, or that
// of refresh, or of the solver, or of Clock.Wait where the chain would not take a
// block yet. It is for a worker that does not Run.
func (w *Worker) Search(ctx context.Context, job Job) (run []Found, err error) {
	ctx, cancel := context.WithTimeout(ctx, refresh)
	defer cancel()
	w.use(job.Power)
	state, transfers := job.State, job.Transfers
	for began := w.Clock.Now(); len(run) == 0 || len(run) < job.Blocks && w.Clock.Now().Sub(began) < runTime; {
		block := NewTemplate(state, transfers, job.Payout, job.Data, w.Clock.wall(), w.extraNonce)
		w.extraNonce++
		early := state.Params().ValidFrom(block.Header).Sub(w.Clock.wall())
		if early > 0 && len(run) == 0 {
			return nil, w.Clock.Wait(ctx, early)
		}
		if early > 0 {
			break
		}
		if block.Header, err = w.solve(ctx, block.Header); err != nil {
			return run, err
		}
		run = append(run, w.found(block))
		state, transfers = state.After(block.Header), nil
	}
	return run, nil
}

// use has the solver be one of this power.
func (w *Worker) use(power Power) {
	if w.solver != nil && w.power == power {
		return
	}
	create := w.NewSolver
	if create == nil {
		create = Power.Solver
	}
	w.solver, w.power = create(power, w.Clock, w.Background), power
}

func (w *Worker) solve(ctx context.Context, h types.Header) (types.Header, error) {
	began := w.Clock.Now()
	solved, hashes, err := w.solver.Solve(ctx, h)
	took := w.Clock.Now().Sub(began)
	w.meter.searched(hashes, took)
	w.spent.hashes += hashes
	w.spent.took += took
	return solved, err
}

// found is the block that the search was spent on.
func (w *Worker) found(block types.Block) Found {
	f := Found{Block: block, Hashes: w.spent.hashes, Took: w.spent.took}
	w.spent = stretch{}
	return f
}
