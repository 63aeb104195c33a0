package load

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"networkmngr/internal/api"
	"networkmngr/internal/types"
)

const (
	lookPause     = 50 * time.Millisecond // between two looks for a new block
	progressPause = 500 * time.Millisecond
	askAtOnce     = 16
)

// watch sees what comes into the chain, as one node has it.
type watch struct {
	follower *api.Follower
	tally    *tally
	first    uint64    // height when it began
	moved    time.Time // when the chain last did
	reverted int       // blocks
}

// look takes in what is new.
func (w *watch) look(ctx context.Context) error {
	moves, err := w.follower.Next(ctx)
	if err != nil {
		return err
	}
	now := time.Now()
	for _, block := range moves.Reverted {
		w.tally.reverted(block)
	}
	for i := range moves.Added {
		w.tally.added(&moves.Added[i], now)
	}
	w.reverted += len(moves.Reverted)
	if len(moves.Added) > 0 {
		w.moved = now
	}
	return nil
}

// run looks until ctx ends, which is no error.
func (w *watch) run(ctx context.Context, config Config, start time.Time) error {
	return w.until(ctx, config, start, func() bool { return false })
}

// settle looks until all that was accepted is in blocks, or the chain stands
// still.
func (w *watch) settle(ctx context.Context, config Config, start time.Time) error {
	err := w.until(ctx, config, start, func() bool {
		return len(w.tally.missing()) == 0 || time.Since(w.moved) > config.Quiet
	})
	if err == nil {
		err = context.Cause(ctx)
	}
	return err
}

// until looks until done says so, or ctx ends.
func (w *watch) until(ctx context.Context, config Config, start time.Time, done func() bool) error {
	pause := time.NewTicker(lookPause)
	defer pause.Stop()
	var told time.Time
	for {
		if err := w.look(ctx); err != nil && ctx.Err() == nil {
			return err
		}
		if time.Since(told) > progressPause && config.Progress != nil {
			told = time.Now()
			config.Progress(w.tally.progress(told.Sub(start)))
		}
		if done() {
			return nil
		}
		select {
		case <-pause.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// missing is what has become of what was accepted and is in none of the blocks
// that were seen.
type missing struct {
	pending, confirmed int
	lost               []types.Hash
}

// findMissing asks the nodes for what is in no block that was seen.
func findMissing(ctx context.Context, nodes []*api.Client, tally *tally) (found missing, err error) {
	var mu sync.Mutex // guards found
	var asking errgroup.Group
	asking.SetLimit(askAtOnce)
	for _, id := range tally.missing() {
		asking.Go(func() error {
			known, err := whereIs(ctx, nodes, id)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			switch {
			case known == nil:
				found.lost = append(found.lost, id)
			case known.Block == nil:
				found.pending++
			default:
				found.confirmed++
			}
			return nil
		})
	}
	return found, asking.Wait()
}

// whereIs is what the first node that knows a transfer says of it, or nil.
func whereIs(ctx context.Context, nodes []*api.Client, id types.Hash) (*api.Transaction, error) {
	for _, node := range nodes {
		answer, err := node.Transaction(ctx, id)
		if err == nil {
			return &answer, nil
		}
		var refusal *api.Error
		if !errors.As(err, &refusal) || refusal.Status != http.StatusNotFound {
			return nil, err
		}
	}
	return nil, nil
}
