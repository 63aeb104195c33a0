package node

import (
	"context"
	"slices"
	"time"

	"networkmngr/internal/events"
)

// statsEvery is the time from one events.Stats to the next.
const statsEvery = time.Second

// tellStats tells how the node mines for as long as somebody wants that.
func (n *Node) tellStats(ctx context.Context) error {
	for ctx.Err() == nil {
		wanted, changed := n.events.WantedTypes()
		if slices.Contains(wanted, events.Stats{}.Type()) {
			n.tellStatsUntil(ctx, changed)
			continue
		}
		select {
		case <-ctx.Done():
		case <-changed:
		}
	}
	return nil
}

// tellStatsUntil tells of each second in which hashes were done, and of the first one in
// which none were.
func (n *Node) tellStatsUntil(ctx context.Context, changed <-chan struct{}) {
	tick := time.NewTicker(statsEvery)
	defer tick.Stop()
	before, at, rested := n.worker.Achieved().Hashes, time.Now(), true
	for {
		select {
		case <-ctx.Done():
			return
		case <-changed:
			return
		case <-tick.C:
		}
		achieved, now := n.worker.Achieved(), time.Now()
		stats := events.Stats{Hashes: achieved.Hashes - before, Seconds: now.Sub(at).Seconds(), Hashrate: achieved.Hashrate}
		if stats.Hashes > 0 || !rested {
			n.events.Tell(stats)
		}
		before, at, rested = achieved.Hashes, now, stats.Hashes == 0
	}
}
