// Package each does something with many nodes at once.
package each

import (
	"context"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// perCore is how many nodes are spoken to at once for each core.
const perCore = 16

// Do calls f for every number below count, many at once. The first error
// ends the context of the others.
func Do(ctx context.Context, count int, f func(ctx context.Context, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(perCore * runtime.GOMAXPROCS(0))
	for i := range count {
		group.Go(func() error { return f(ctx, i) })
	}
	return group.Wait()
}
