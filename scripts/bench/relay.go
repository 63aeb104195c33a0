//go:build linux

package main

import (
	"context"
	"encoding/json"
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

// relay mines blocks in a full mesh of six, one node after the other, and
// times each until it is the tip everywhere.
func relay(ctx context.Context, b *bench) ([]row, error) {
	const nodes = 6
	took, err := b.relayed(ctx, nodes, nodes-1, b.repeat.relayed)
	if err != nil {
		return nil, err
	}
	disk, err := b.diskTimes(b.repeat.relayed)
	return []row{{
		what: "full mesh of six, from the mining call until the block is the tip everywhere, p50 / p99", format: "%.1f / %.1f ms",
		ours: middleAndTail(took), target: []float64{6, 12}, plain: middleAndTail(disk), by: "one write and fsync of 4 KiB on this disk",
		peers: "bitcoind 4.2 / 6.2 ms",
	}}, err
}

// sparse is how many peers each node seeks of those that have about six: as many have
// sought it.
const sparse = 3

// relay20 is relay in a network of twenty nodes with about six random peers each.
func relay20(ctx context.Context, b *bench) ([]row, error) {
	const nodes = 20
	took, err := b.relayed(ctx, nodes, sparse, b.repeat.relayed, fmt.Sprintf("--peers-out=%d", sparse))
	return []row{{
		what: "20 nodes, about six random peers each, the same", format: "%.1f / %.1f ms",
		ours: middleAndTail(took), target: []float64{8, 16}, peers: "bitcoind 10.3 / 17.4 ms",
	}}, err
}

// relay200 is relay20 with two hundred nodes.
func relay200(ctx context.Context, b *bench) ([]row, error) {
	const nodes = 200
	took, err := b.relayed(ctx, nodes, sparse, b.repeat.relayed/2, fmt.Sprintf("--peers-out=%d", sparse))
	return []row{{
		what: "200 nodes, the same", format: "%.0f / %.0f ms", ours: middleAndTail(took), target: []float64{60, 200},
	}}, err
}

// relayed starts a network in which each node has so many peers at least, has its nodes
// mine in turn, and returns the milliseconds that each block took.
func (b *bench) relayed(ctx context.Context, nodes, peers, blocks int, flags ...string) (took []float64, err error) {
	easy, err := measure.NewNetwork(b.folder, 0)
	if err != nil {
		return nil, err
	}
	n, err := b.startNetwork(ctx, nodes, peers, append(flags, "--genesis="+easy.File)...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.stop()) }()
	tips, err := watchTips(n)
	if err != nil {
		return nil, err
	}
	defer tips.close()
	for i := range blocks + warmUp {
		one, err := relayOne(ctx, n, tips, i%nodes)
		if err != nil {
			return nil, err
		}
		if i >= warmUp {
			took = append(took, milliseconds(one))
		}
	}
	return took, nil
}

// warmUp is how many blocks are mined before any is timed: two by each of six nodes.
const warmUp = 12

// relayOne has a node mine a block, and checks that it is the tip in every log and
// in every node's answer.
func relayOne(ctx context.Context, n *network, tips *tipWatch, miner int) (time.Duration, error) {
	began := time.Now()
	id, err := n.mine(ctx, miner)
	if err != nil {
		return 0, err
	}
	last, err := tips.await(ctx, id.String())
	if err != nil {
		return 0, err
	}
	return last.Sub(began), n.sameTip(ctx, id)
}

// mine has a node mine a block. Of the answer, 4 MB for a full block, only what comes before
// the hash is decoded: the nodes that still work on the block need the processor.
func (n *network) mine(ctx context.Context, miner int) (id types.Hash, err error) {
	url := fmt.Sprintf("http://127.0.0.1:%d/mine", n.first+miner)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, nil)
	if err != nil {
		return id, err
	}
	response, err := n.http.Do(request)
	if err != nil {
		return id, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return id, fmt.Errorf("%w: %s", errAnswer, response.Status)
	}
	if id, err = firstHash(json.NewDecoder(response.Body)); err != nil {
		return id, err
	}
	_, err = io.Copy(io.Discard, response.Body) // so that the connection is used again
	return id, err
}

// firstHash is the first field of this name.
func firstHash(text *json.Decoder) (hash types.Hash, err error) {
	for {
		token, err := text.Token()
		if err != nil {
			return hash, err
		}
		if token == "hash" {
			return hash, text.Decode(&hash)
		}
	}
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
	if len(figures) == 0 {
		return nil
	}
	return []float64{median(figures), percentile(figures, 99)}
}
