//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/config"
	"networkmngr/scripts/measure"
)

// snapshotOfSix saves six nodes that race, and has the copy go on: until it has mined.
func snapshotOfSix(ctx context.Context, b *bench) (found []bentRow, err error) {
	const nodes = 6
	n, err := b.startEasy(ctx, nodes)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.stop()) }()
	for range b.repeat.bend.past / rowLength {
		if _, err := n.nodes[0].Mine(ctx, rowLength); err != nil {
			return nil, err
		}
	}
	if _, err := n.agree(ctx); err != nil {
		return nil, err
	}
	// A block every tenth of a second of each: as fast as they can, they would outgrow the
	// blocks that are to be there.
	if _, err := n.manager().PlanMining(ctx, api.MiningPlan{Mode: "interval", Interval: 0.1}); err != nil {
		return nil, err
	}
	var taken, loaded []float64
	for i := range b.repeat.bend.snapshots {
		took, again, err := b.snapshotOnce(ctx, n, fmt.Sprintf("racing-%d", i))
		if err != nil {
			return nil, err
		}
		taken, loaded = append(taken, took.Seconds()), append(loaded, again.Seconds())
	}
	what := fmt.Sprintf("snapshot of six racing nodes with %d blocks: ", b.repeat.bend.past)
	return []bentRow{
		{what: what + "taken", measured: fmt.Sprintf("%.2f s", median(taken)), wanted: "1 s", holds: median(taken) <= 1},
		{
			what: what + "loaded and mining again", measured: fmt.Sprintf("%.2f s", median(loaded)), wanted: "2 s",
			holds: median(loaded) <= 2, besides: "what each node had acknowledged before is there",
		},
	}, nil
}

// snapshotOnce times how a snapshot is taken, and how its copy lives: from the command
// until a node has mined on.
func (b *bench) snapshotOnce(ctx context.Context, n *network, name string) (took, again time.Duration, err error) {
	least, err := n.lowest(ctx)
	if err != nil {
		return 0, 0, err
	}
	began := time.Now()
	saved, err := n.manager().Snapshot(ctx, api.SnapshotRequest{Name: name})
	if took = time.Since(began); err != nil {
		return 0, 0, err
	}
	port, err := b.freePorts(len(n.nodes) + 1)
	if err != nil {
		return 0, 0, err
	}
	folder, err := os.MkdirTemp(b.folder, "copy-")
	if err != nil {
		return 0, 0, err
	}
	command := exec.Command(b.binary, "snapshot", "load", saved.File, "--config=", fmt.Sprintf("--port=%d", port),
		"--data="+filepath.Join(folder, "data"), "--logs="+filepath.Join(folder, "logs"))
	command.Env, command.Stderr = config.Env(""), os.Stderr
	began = time.Now()
	if err := command.Start(); err != nil {
		return 0, 0, err
	}
	err = minesOn(ctx, port+1, least, saved.Height)
	again = time.Since(began)
	return took, again, errors.Join(err, command.Process.Signal(syscall.SIGTERM), command.Wait())
}

// lowest is the height that every node has acknowledged.
func (n *network) lowest(ctx context.Context) (least uint64, err error) {
	for i, node := range n.nodes {
		info, err := node.Info(ctx)
		if err != nil {
			return 0, err
		}
		if i == 0 || info.Tip.Index < least {
			least = info.Tip.Index
		}
	}
	return least, nil
}

// minesOn waits until the node on a port answers and has mined beyond a height. It begins
// with the chain that was acknowledged at least.
func minesOn(ctx context.Context, port int, least, height uint64) error {
	node, first := client.NewNode(fmt.Sprintf("http://127.0.0.1:%d", port), "", measure.NewHTTP()), true
	return await(ctx, lookEvery, "a copy that mines", func() (bool, error) {
		info, err := node.Info(ctx)
		if err != nil {
			return false, nil //nolint:nilerr // it does not run yet
		}
		if first && info.Tip.Index < least {
			return false, fmt.Errorf("the copy begins at height %d, and %d was acknowledged", info.Tip.Index, least)
		}
		first = false
		return info.Tip.Index > height, nil
	})
}
