//go:build linux

package main

import (
	"context"
	"iter"

	"networkmngr/internal/types"
)

// takeTransfers has fresh nodes download a chain full of signed transfers from one
// peer.
func takeTransfers(ctx context.Context, b *bench) ([]row, error) {
	const blocks, transfers, accounts = 200, 2000, 1000
	source, network, err := b.startOn(ctx, accounts, func(s *signer) iter.Seq[[]types.Transaction] {
		return b.busyBlocks(s, blocks, transfers)
	})
	if err != nil {
		return nil, err
	}
	defer source.Stop()
	var rates []float64
	for range b.repeat.catchUps {
		took, err := b.catchUpOnce(ctx, source, network.File, blocks)
		if err != nil {
			return nil, err
		}
		rates = append(rates, blocks*transfers/took.Seconds())
	}
	return []row{{
		what: "transfers of 200 blocks of 2,000 that a fresh node takes from one peer", format: "%.0f/s", more: true,
		ours: []float64{median(rates)}, target: []float64{40_000},
		peers: "bitcoind 33,400/s, btcd 8,000/s",
	}}, nil
}

// busyBlocks returns blocks of transfers between random accounts.
func (b *bench) busyBlocks(s *signer, blocks, transfers int) iter.Seq[[]types.Transaction] {
	return func(yield func([]types.Transaction) bool) {
		for range blocks {
			list := make([]transfer, transfers)
			for i := range list {
				list[i] = transfer{from: b.random.IntN(len(s.Addresses)), recipient: s.Addresses[b.random.IntN(len(s.Addresses))]}
			}
			if !yield(s.sign(list)) {
				return
			}
		}
	}
}
