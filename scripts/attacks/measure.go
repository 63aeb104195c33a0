//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/shirou/gopsutil/v4/process"

	"networkmngr/internal/types"
)

// patience is how long honest blocks are timed during an attack.
const patience = 45 * time.Second

func newHTTP() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}, Timeout: longest}
}

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
	pid := s.victim.process.Ready().PID
	ctx, stop := context.WithCancel(ctx)
	peak, failed := make(chan uint64, 1), make(chan error, 1)
	go func() {
		most, look := uint64(0), time.NewTicker(every)
		defer look.Stop()
		for {
			now, err := memoryOf(pid)
			if most = max(most, now); err != nil || ctx.Err() != nil {
				peak <- most
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

// memoryOf is a process's proportional set size in bytes.
func memoryOf(pid int) (uint64, error) {
	maps, err := (&process.Process{Pid: int32(pid)}).MemoryMaps(true)
	if err != nil {
		return 0, fmt.Errorf("memory of process %d: %w", pid, err)
	}
	return (*maps)[0].Pss << 10, nil
}
