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
	progressInterval = 500 * time.Millisecond
	maxLookups       = 16
)

// tracker follows the main chain of one node.
type tracker struct {
	node     *client.Node
	follower *client.Follower
	results  *results
	first    uint64 // height when it began
	reverted int    // blocks
}

// note notes what is new, up to the tip, and reports whether anything was.
func (t *tracker) note(ctx context.Context) (moved bool, err error) {
	for {
		moves, err := t.follower.Next(ctx)
		if err != nil || len(moves.Added) == 0 {
			return moved, err
		}
		t.take(moves)
		moved = true
	}
}

func (t *tracker) take(moves client.Moves) {
	now := time.Now()
	for _, block := range moves.Reverted {
		t.results.reverted(block)
	}
	for i := range moves.Added {
		t.results.added(&moves.Added[i], now)
	}
	t.reverted += len(moves.Reverted)
}

// run follows the chain until ctx ends, which is no error.
func (t *tracker) run(ctx context.Context) error {
	return t.follow(ctx, func(bool) bool { return false })
}

// awaitInclusion follows the chain until all accepted transfers are in blocks, or it
// stands still.
func (t *tracker) awaitInclusion(ctx context.Context, config Options) error {
	waiting, cancel := context.WithCancel(ctx)
	defer cancel()
	quiet := time.AfterFunc(config.Quiet, cancel)
	defer quiet.Stop()
	err := t.follow(waiting, func(moved bool) bool {
		if moved {
			quiet.Reset(config.Quiet)
		}
		return len(t.results.missing()) == 0
	})
	if err == nil {
		err = context.Cause(ctx)
	}
	return err
}

// follow notes what is new, whenever the tip has moved, until done returns true, or
// ctx ends.
func (t *tracker) follow(ctx context.Context, done func(moved bool) bool) error {
	err := t.node.AwaitTip(ctx, func() (bool, error) {
		moved, err := t.note(ctx)
		return err == nil && done(moved), err
	})
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// tell tells how far the load has come, until ctx ends.
func (config *Options) tell(ctx context.Context, results *results, start time.Time) {
	if config.Progress == nil {
		return
	}
	pause := time.NewTicker(progressInterval)
	defer pause.Stop()
	for {
		select {
		case <-pause.C:
			config.Progress(results.progress(time.Since(start)))
		case <-ctx.Done():
			return
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

// locate returns what the first node says of a transfer that knows it to wait or to be in
// a block, or nil.
func locate(ctx context.Context, nodes []*client.Node, id types.Hash) (*api.Transaction, error) {
	for _, node := range nodes {
		answer, err := node.Transaction(ctx, id)
		if err == nil && (answer.Block != nil || answer.Waits()) {
			return &answer, nil
		}
		if err == nil {
			continue
		}
		var refusal *api.Error
		if !errors.As(err, &refusal) || refusal.Status != http.StatusNotFound {
			return nil, err
		}
	}
	return nil, nil
}
