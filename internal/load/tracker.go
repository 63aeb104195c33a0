package load

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/types"
)

const (
	pollInterval     = 50 * time.Millisecond // between two looks for a new block
	progressInterval = 500 * time.Millisecond
	maxLookups       = 16
)

// tracker follows the main chain of one node.
type tracker struct {
	follower *client.Follower
	results  *results
	first    uint64    // height when it began
	moved    time.Time // when the chain last did
	reverted int       // blocks
}

// poll notes what is new.
func (t *tracker) poll(ctx context.Context) error {
	moves, err := t.follower.Next(ctx)
	if err != nil {
		return err
	}
	now := time.Now()
	for _, block := range moves.Reverted {
		t.results.reverted(block)
	}
	for i := range moves.Added {
		t.results.added(&moves.Added[i], now)
	}
	t.reverted += len(moves.Reverted)
	if len(moves.Added) > 0 {
		t.moved = now
	}
	return nil
}

// run polls until ctx ends, which is no error.
func (t *tracker) run(ctx context.Context, config Config, start time.Time) error {
	return t.until(ctx, config, start, func() bool { return false })
}

// awaitInclusion polls until all accepted transfers are in blocks, or the chain
// stands still.
func (t *tracker) awaitInclusion(ctx context.Context, config Config, start time.Time) error {
	err := t.until(ctx, config, start, func() bool {
		return len(t.results.missing()) == 0 || time.Since(t.moved) > config.Quiet
	})
	if err == nil {
		err = context.Cause(ctx)
	}
	return err
}

// until polls until done returns true, or ctx ends.
func (t *tracker) until(ctx context.Context, config Config, start time.Time, done func() bool) error {
	pause := time.NewTicker(pollInterval)
	defer pause.Stop()
	var told time.Time
	for {
		if err := t.poll(ctx); err != nil && ctx.Err() == nil {
			return err
		}
		if time.Since(told) > progressInterval && config.Progress != nil {
			told = time.Now()
			config.Progress(t.results.progress(told.Sub(start)))
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

// missing counts accepted transfers that are in none of the blocks seen.
type missing struct {
	pending, confirmed int
	lost               []types.Hash
}

// findMissing asks the nodes for accepted transfers that are in no block seen.
func findMissing(ctx context.Context, nodes []*client.Node, results *results) (found missing, err error) {
	var mu sync.Mutex // guards found
	var asking errgroup.Group
	asking.SetLimit(maxLookups)
	for _, id := range results.missing() {
		asking.Go(func() error {
			known, err := locate(ctx, nodes, id)
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

// locate returns what the first node that knows a transfer says of it, or nil.
func locate(ctx context.Context, nodes []*client.Node, id types.Hash) (*api.Transaction, error) {
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
