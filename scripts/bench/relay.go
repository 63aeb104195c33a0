//go:build linux

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"
)

// relay mines blocks in a full mesh of six, one node after the other, and
// times each until it is the tip everywhere.
func relay(ctx context.Context, b *bench) (rows []row, err error) {
	const nodes = 6
	n, err := b.startEasy(ctx, nodes)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.stop()) }()
	tips, err := watchTips(n)
	if err != nil {
		return nil, err
	}
	defer tips.close()
	var took []float64
	for i := range b.repeat.relayed + warmUp {
		one, err := relayOne(ctx, n, tips, i%nodes)
		if err != nil {
			return nil, err
		}
		if i >= warmUp {
			took = append(took, milliseconds(one))
		}
	}
	disk, err := b.diskTimes(b.repeat.relayed)
	if err != nil {
		return nil, err
	}
	return []row{{
		what: "full mesh of six, from the mining call until the block is the tip everywhere, p50 / p99", format: "%.1f / %.1f ms",
		ours: middleAndTail(took), target: []float64{6, 12}, plain: middleAndTail(disk), by: "one write and fsync of 4 KiB on this disk",
		peers: "bitcoind 4.2 / 6.2 ms",
	}}, nil
}

// warmUp is how many blocks are mined before any is timed: two by each node.
const warmUp = 12

// relayOne has a node mine a block, and checks that it is the tip in every log and
// in every node's answer.
func relayOne(ctx context.Context, n *network, tips *tipWatch, miner int) (time.Duration, error) {
	began := time.Now()
	mined, err := n.nodes[miner].Mine(ctx, 1)
	if err != nil {
		return 0, err
	}
	id := mined.Block.Hash()
	last, err := tips.await(ctx, id.String())
	if err != nil {
		return 0, err
	}
	return last.Sub(began), n.sameTip(ctx, id)
}

// diskTimes are what a write and its sync take, in milliseconds.
func (b *bench) diskTimes(count int) (took []float64, err error) {
	file, err := os.Create(filepath.Join(b.folder, "written"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	page := make([]byte, 4096)
	for range count {
		began := time.Now()
		if _, err := file.Write(page); err != nil {
			return nil, err
		}
		if err := file.Sync(); err != nil {
			return nil, err
		}
		took = append(took, milliseconds(time.Since(began)))
	}
	return took, nil
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }

func middleAndTail(figures []float64) []float64 {
	return []float64{median(figures), percentile(figures, 99)}
}
