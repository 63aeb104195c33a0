//go:build linux

package main

import (
	"context"
	"encoding/binary"
	"iter"
	"time"

	"networkmngr/internal/types"
	"networkmngr/scripts/measure"
)

// Of the large ledger.
const (
	manyAccounts   = 1_000_000
	manyBlocks     = 100_000
	accountsABlock = 5000
)

// largeLedger measures a node that has a million accounts after 100,000 blocks: how
// fast it answers for one of them, and its memory.
func largeLedger(ctx context.Context, b *bench) ([]row, error) {
	// One account pays a million others, and the blocks after that are empty.
	n, _, err := b.startOn(ctx, 1, largeBlocks)
	if err != nil {
		return nil, err
	}
	defer n.Stop()
	if err := hasHeight(ctx, n, manyBlocks); err != nil {
		return nil, err
	}
	times, err := b.askAccounts(n)
	if err != nil {
		return nil, err
	}
	memory, err := n.Memory()
	if err != nil {
		return nil, err
	}
	return []row{{
		what: "GET /accounts/:address with a million accounts, p50 / p99", format: "%.2f / %.2f ms",
		ours: []float64{median(times), percentile(times, 99)}, target: []float64{5, 5},
	}, {
		what: "memory of that node, with 100,000 blocks, after those requests, PSS", format: "%.0f MiB",
		ours: []float64{mebibytes(memory)}, target: []float64{300},
	}}, nil
}

// numbered is the address of one of the million.
func numbered(i int) (address types.Address) {
	scattered := types.DoubleSHA256(binary.BigEndian.AppendUint64(nil, uint64(i)))
	copy(address[:], scattered[:])
	return address
}

func largeBlocks(payer *signer) iter.Seq[[]types.Transaction] {
	return func(yield func([]types.Transaction) bool) {
		for block := range manyBlocks {
			var list []transfer
			for i := block * accountsABlock; i < min((block+1)*accountsABlock, manyAccounts); i++ {
				list = append(list, transfer{recipient: numbered(i)})
			}
			if !yield(payer.sign(list)) {
				return
			}
		}
	}
}

// askAccounts asks for one account after the other, anywhere in the store, and
// returns the milliseconds that each answer took.
func (b *bench) askAccounts(n *measure.Node) ([]float64, error) {
	client, times := measure.NewHTTP(), make([]float64, b.repeat.accounts)
	for i := range times {
		address := numbered(b.random.IntN(manyAccounts))
		began := time.Now()
		if _, err := get(client, "http://"+n.Self.Address+"/accounts/"+address.String()); err != nil {
			return nil, err
		}
		times[i] = milliseconds(time.Since(began))
	}
	return times, nil
}
