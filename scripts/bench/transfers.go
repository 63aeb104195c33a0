//go:build linux

package main

import (
	"context"
	"fmt"
	"iter"
	"os"

	"networkmngr/internal/types"
)

// people makes so many names, whose accounts a genesis file may fund.
func people(count int) (names []string, addresses []types.Address) {
	for i := range count {
		name := fmt.Sprintf("person %d", i)
		names, addresses = append(names, name), append(addresses, types.NamedAddress(name))
	}
	return names, addresses
}

// takeTransfers has fresh nodes take a chain full of signed transfers from one
// peer.
func takeTransfers(ctx context.Context, b *bench) ([]row, error) {
	const blocks, transfers, accounts = 200, 2000, 1000
	names, addresses := people(accounts)
	genesis, err := b.easyGenesis(addresses...)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp(b.folder, "source-")
	if err != nil {
		return nil, err
	}
	signer, err := newSigner(genesis, names)
	if err != nil {
		return nil, err
	}
	if err := writeChain(genesis, folder, b.busyBlocks(signer, addresses, blocks, transfers)); err != nil {
		return nil, err
	}
	source, err := b.resumeNode(ctx, genesis, folder)
	if err != nil {
		return nil, err
	}
	defer source.stop()
	var rates []float64
	for range b.repeat.catchUps {
		took, err := b.catchUpOnce(ctx, source, genesis, blocks)
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

// busyBlocks gives blocks of transfers between anybody and anybody.
func (b *bench) busyBlocks(s *signer, addresses []types.Address, blocks, transfers int) iter.Seq[[]types.Transaction] {
	return func(yield func([]types.Transaction) bool) {
		for range blocks {
			list := make([]transfer, transfers)
			for i := range list {
				list[i] = transfer{b.random.IntN(len(addresses)), addresses[b.random.IntN(len(addresses))]}
			}
			if !yield(s.sign(list)) {
				return
			}
		}
	}
}
