//go:build linux

package main

import (
	"context"
	"os"

	"networkmngr/scripts/measure"
)

// startNode runs one node with an empty folder and no peers.
func (b *bench) startNode(ctx context.Context, genesis string) (*measure.Node, error) {
	folder, err := os.MkdirTemp(b.folder, "node-")
	if err != nil {
		return nil, err
	}
	return measure.Start(ctx, b.binary, genesis, folder)
}
