//go:build linux

package main

import (
	"context"
	"sync"
	"time"

	"networkmngr/internal/launch/process"
)

// startSix is the command's usual case: a full mesh of six.
func startSix(ctx context.Context, b *bench) ([]row, error) {
	const nodes = 6
	ours, plain, err := b.starts(ctx, b.repeat.starts, nodes, nodes-1)
	return []row{{
		what: "six nodes, from the command until all answer, registered, connected", format: "%.3f s",
		ours: ours, target: []float64{0.2}, plain: plain, by: "six bare net/http processes until all answer",
		peers: "btcd trimmed 0.073 s, bitcoind 0.33 s",
	}}, err
}

func startHundred(ctx context.Context, b *bench) ([]row, error) {
	const nodes, peers = 100, 6
	ours, plain, err := b.starts(ctx, b.repeat.bigStarts, nodes, peers, "--peers-out=6")
	return []row{{
		what: "a hundred nodes, six peers each at least", format: "%.2f s",
		ours: ours, target: []float64{2.5}, plain: plain, by: "a hundred bare net/http processes",
		peers: "btcd trimmed 1.5 s, bitcoind 3.2 s",
	}}, err
}

// starts returns the median seconds until a network runs, and until as many plain
// processes do.
func (b *bench) starts(ctx context.Context, times, nodes, peers int, flags ...string) (ours, plain []float64, err error) {
	for range times {
		n, err := b.startNetwork(ctx, nodes, peers, flags...)
		if err != nil {
			return nil, nil, err
		}
		if err := n.stop(); err != nil {
			return nil, nil, err
		}
		ours = append(ours, n.took.Seconds())
		began := time.Now()
		processes, err := startPlain(ctx, nodes, "ok")
		plain = append(plain, time.Since(began).Seconds())
		stopAll(processes)
		if err != nil {
			return nil, nil, err
		}
	}
	return []float64{median(ours)}, []float64{median(plain)}, nil
}

func stopAll(processes []*process.Process) {
	var stopping sync.WaitGroup
	for _, p := range processes {
		stopping.Go(func() { p.Stop(endGrace) })
	}
	stopping.Wait()
}
