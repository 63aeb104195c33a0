//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"networkmngr/internal/types"
	"networkmngr/scripts/measure"
)

// rowLength is how many blocks one call may mine.
const rowLength = 1000

// mineRow has one node mine many empty blocks in one call.
func mineRow(ctx context.Context, b *bench) ([]row, error) {
	network, err := measure.NewNetwork(b.folder, 0)
	if err != nil {
		return nil, err
	}
	miner, err := b.startNode(ctx, network.File)
	if err != nil {
		return nil, err
	}
	defer miner.Stop()
	client := measure.NewHTTP()
	var rates []float64
	for range b.repeat.rows {
		began := time.Now()
		if _, err := get(client, fmt.Sprintf("http://%s/mine?count=%d", miner.Self.Address, rowLength)); err != nil {
			return nil, err
		}
		rates = append(rates, rowLength/time.Since(began).Seconds())
	}
	return []row{{
		what: "1,000 empty blocks on one node in one call, easiest target", format: "%.0f/s", more: true,
		ours: []float64{median(rates)}, target: []float64{4000},
		peers: "btcd 5,100/s, bitcoind 3,300/s",
	}}, hasHeight(ctx, miner, uint64(b.repeat.rows)*rowLength)
}

func hasHeight(ctx context.Context, n *measure.Node, height uint64) error {
	info, err := n.Info(ctx)
	if err == nil && info.Tip.Index != height {
		err = fmt.Errorf("node %s has height %d, want %d", info.Address, info.Tip.Index, height)
	}
	return err
}

// catchUp has fresh nodes download a chain from one peer.
func catchUp(ctx context.Context, b *bench) ([]row, error) {
	const calls, length = 10, 10 * rowLength
	network, err := measure.NewNetwork(b.folder, 0)
	if err != nil {
		return nil, err
	}
	source, err := b.startNode(ctx, network.File)
	if err != nil {
		return nil, err
	}
	defer source.Stop()
	for range calls {
		if _, err := source.Mine(ctx, rowLength); err != nil {
			return nil, err
		}
	}
	var ours, plain []float64
	for range b.repeat.catchUps {
		took, err := b.catchUpOnce(ctx, source, network.File, length)
		if err != nil {
			return nil, err
		}
		ours = append(ours, length/took.Seconds())
		if took, err = b.copyChain(source); err != nil {
			return nil, err
		}
		plain = append(plain, length/took.Seconds())
	}
	return []row{{
		what: "a fresh node takes 10,000 near-empty blocks from one peer", format: "%.0f/s", more: true,
		ours: []float64{median(ours)}, target: []float64{8000}, plain: []float64{median(plain)}, by: "GET /chain into a file, synced, nothing checked",
		peers: "btcd 6,500/s, bitcoind 3,200/s",
	}}, nil
}

// catchUpOnce times one fresh node from when it learns of the source.
func (b *bench) catchUpOnce(ctx context.Context, source *measure.Node, genesis string, length uint64) (time.Duration, error) {
	const look = 2 * time.Millisecond
	fresh, err := b.startNode(ctx, genesis)
	if err != nil {
		return 0, err
	}
	defer fresh.Stop()
	began := time.Now()
	if err := introduce(ctx, fresh, source); err != nil {
		return 0, err
	}
	err = await(ctx, look, "the fresh node's tip", func() (bool, error) {
		info, err := fresh.Info(ctx)
		return info.Tip.Index == length, err
	})
	return time.Since(began), err
}

// introduce registers two nodes with each other, whichever may dial.
func introduce(ctx context.Context, a, b *measure.Node) error {
	_, errA := a.Register(ctx, []types.NodeInfo{b.Self})
	_, errB := b.Register(ctx, []types.NodeInfo{a.Self})
	return errors.Join(errA, errB)
}

// copyChain times a copy of the chain that checks nothing.
func (b *bench) copyChain(source *measure.Node) (took time.Duration, err error) {
	began := time.Now()
	response, err := http.Get("http://" + source.Self.Address + "/chain")
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	file, err := os.Create(filepath.Join(b.folder, "chain.json"))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err := io.Copy(file, response.Body); err != nil {
		return 0, err
	}
	return time.Since(began), file.Sync()
}
