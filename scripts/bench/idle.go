//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"networkmngr/internal/launch/process"
	"networkmngr/scripts/measure"
)

// idle measures twenty nodes, and as many bare servers, that have nothing to do.
func idle(ctx context.Context, b *bench) (rows []row, err error) {
	const nodes, peers = 20, 8
	n, err := b.startNetwork(ctx, nodes, peers)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.stop()) }()
	servers, err := startPlain(ctx, nodes, "ok")
	defer stopAll(servers)
	if err != nil {
		return nil, err
	}
	ours, err := n.pids(ctx)
	if err != nil {
		return nil, err
	}
	plain := pids(servers)
	if err := sleep(ctx, b.repeat.settle); err != nil {
		return nil, err
	}
	load, err := loads(ctx, b.repeat.idle, ours, plain)
	if err != nil {
		return nil, err
	}
	memory, err := medianPSS(ours)
	if err != nil {
		return nil, err
	}
	plainMemory, err := medianPSS(plain)
	if err != nil {
		return nil, err
	}
	return []row{{
		what: "memory of an idle node among twenty, PSS", format: "%.1f MiB",
		ours: []float64{memory}, target: []float64{8}, plain: []float64{plainMemory}, by: "a bare net/http process",
		peers: "btcd trimmed 6.0 MiB, bitcoind 40 MiB",
	}, {
		what: "processor time of an idle node", format: "%.3f %% of a core",
		ours: []float64{load[0]}, target: []float64{0.1}, plain: []float64{load[1]}, by: "a bare net/http process",
		peers: "btcd trimmed 0.01 %, bitcoind 0.2 %",
	}}, nil
}

// pids asks the manager for its nodes' processes.
func (n *network) pids(ctx context.Context) ([]int, error) {
	answer, err := n.manager().Nodes(ctx)
	var list []int
	for _, node := range answer.Nodes {
		list = append(list, node.PID)
	}
	return list, err
}

func pids(processes []*process.Process) []int {
	list := make([]int, len(processes))
	for i, p := range processes {
		list[i] = p.Ready().PID
	}
	return list
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// loads returns, for each group of processes, the per cent of a core that one of
// them takes on average over a window.
func loads(ctx context.Context, window time.Duration, groups ...[]int) ([]float64, error) {
	before, err := processorTimes(groups)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := sleep(ctx, window); err != nil {
		return nil, err
	}
	after, err := processorTimes(groups)
	if err != nil {
		return nil, err
	}
	took := time.Since(began)
	shares := make([]float64, len(groups))
	for i := range groups {
		used := after[i] - before[i]
		shares[i] = 100 * used.Seconds() / took.Seconds() / float64(len(groups[i]))
	}
	return shares, nil
}

// processorTimes returns the processor time of each group of processes so far.
func processorTimes(groups [][]int) ([]time.Duration, error) {
	times := make([]time.Duration, len(groups))
	for i, group := range groups {
		for _, pid := range group {
			used, err := processorTime(pid)
			if err != nil {
				return nil, err
			}
			times[i] += used
		}
	}
	return times, nil
}

// processorTime reads a process's own clock, whose number is made from its id
// as clock_getcpuclockid(3) does.
func processorTime(pid int) (time.Duration, error) {
	const scheduler = 2 // CPUCLOCK_SCHED
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|scheduler), &t); err != nil {
		return 0, fmt.Errorf("clock of process %d: %w", pid, err)
	}
	return time.Duration(t.Nano()), nil
}

// medianPSS is in MiB.
func medianPSS(pids []int) (float64, error) {
	var sizes []float64
	for _, pid := range pids {
		size, err := measure.PSS(pid)
		if err != nil {
			return 0, err
		}
		sizes = append(sizes, mebibytes(size))
	}
	return median(sizes), nil
}

func mebibytes(size uint64) float64 { return float64(size) / (1 << 20) }
