//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"networkmngr/internal/types"
)

// patience is how long honest blocks are timed during an attack.
const patience = 45 * time.Second

// measure times several blocks, for as long as patience lasts, and watches the
// victim's memory. one times a block.
func (s *stage) measure(ctx context.Context, into *figures, one func(context.Context) (time.Duration, error)) error {
	watched := s.watchMemory(ctx)
	began := time.Now()
	for len(into.blocks) < several && time.Since(began) < patience {
		took, err := one(ctx)
		if err != nil {
			return errors.Join(err, watched(into))
		}
		into.blocks = append(into.blocks, took)
	}
	return watched(into)
}

// blocks measures honest blocks that are relayed.
func (s *stage) blocks(ctx context.Context, into *figures, before func(types.Block)) error {
	return s.measure(ctx, into, func(ctx context.Context) (time.Duration, error) { return s.relay(ctx, before) })
}

// watchMemory polls the victim's memory until the function that it returns is
// called, which notes the peak.
func (s *stage) watchMemory(ctx context.Context) func(into *figures) error {
	const every = 100 * time.Millisecond
	victim := s.victim
	ctx, stop := context.WithCancel(ctx)
	peak, failed := make(chan uint64, 1), make(chan error, 1)
	go func() {
		highest, look := uint64(0), time.NewTicker(every)
		defer look.Stop()
		for {
			now, err := victim.Memory()
			if highest = max(highest, now); err != nil || ctx.Err() != nil {
				peak <- highest
				failed <- err
				return
			}
			select {
			case <-look.C:
			case <-ctx.Done():
			}
		}
	}()
	return func(into *figures) error {
		stop()
		into.memory = max(into.memory, <-peak)
		return <-failed
	}
}

// figures are what is measured without an attack, or during one.
type figures struct {
	blocks []time.Duration // until each was verified
	memory uint64          // bytes, at most
	note   string          // what else is to be said
}

// times are the middle and the worst of the blocks' times.
func (f figures) times() string {
	if len(f.blocks) == 0 {
		return f.note
	}
	sorted := slices.Sorted(slices.Values(f.blocks))
	text := fmt.Sprintf("%s / %s (%d)", timeText(sorted[len(sorted)/2]), timeText(sorted[len(sorted)-1]), len(sorted))
	if f.note != "" {
		text += "; " + f.note
	}
	return text
}

func timeText(d time.Duration) string {
	if d >= blockLimit {
		return "over " + blockLimit.String()
	}
	return fmt.Sprintf("%.3f s", d.Seconds())
}

func (f figures) size() string { return fmt.Sprintf("%d MiB", f.memory>>20) }
