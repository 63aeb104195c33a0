//go:build linux

package main

import (
	"context"
	"errors"
	"iter"
	"os"
	"sync"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
	"networkmngr/scripts/measure"
)

// startOn runs a node on a chain that is written for it, on a network that funds so
// many accounts.
func (b *bench) startOn(ctx context.Context, accounts int, blocks func(*signer) iter.Seq[[]types.Transaction]) (*measure.Node, *measure.Network, error) {
	network, err := measure.NewNetwork(b.folder, accounts)
	if err != nil {
		return nil, nil, err
	}
	folder, err := os.MkdirTemp(b.folder, "ledger-")
	if err != nil {
		return nil, nil, err
	}
	if err := writeChain(network, folder, blocks(newSigner(network))); err != nil {
		return nil, nil, err
	}
	n, err := measure.Start(ctx, b.binary, network.File, folder)
	return n, network, err
}

// writeChain writes a chain into the folder of a node that does not run, given as
// the transfers of one block after the other. It does not check them: the nodes
// that are measured do.
func writeChain(network *measure.Network, folder string, blocks iter.Seq[[]types.Transaction]) (err error) {
	if err := os.MkdirAll(measure.DataIn(folder), 0o755); err != nil {
		return err
	}
	kept, err := store.Open(measure.DataIn(folder))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, kept.Close()) }()
	c, err := chain.Open(kept, network.Genesis, time.Now)
	if err != nil {
		return err
	}
	c.TrustSignatures(func(types.Hash) bool { return true })
	return addAll(c, blocks)
}

// addAll writes many small blocks at once, as each writing waits for the disk.
func addAll(c *chain.Chain, blocks iter.Seq[[]types.Transaction]) error {
	const blocksAtOnce, transfersAtOnce = 500, 20_000
	state := c.Tip()
	var batch []types.Block
	transfers := 0
	for list := range blocks {
		block := chaintest.Next(state, types.NamedAddress("miner"), list...)
		state = state.After(block.Header)
		batch, transfers = append(batch, block), transfers+len(list)
		if len(batch) < blocksAtOnce && transfers < transfersAtOnce {
			continue
		}
		if _, err := c.AddBlocks(batch...); err != nil {
			return err
		}
		batch, transfers = nil, 0
	}
	_, err := c.AddBlocks(batch...)
	return err
}

// signer makes transfers from accounts that know their next sequence numbers.
type signer struct {
	*measure.Network
	next []uint64 // by account
}

func newSigner(network *measure.Network) *signer {
	return &signer{network, make([]uint64, len(network.Names))}
}

// transfer is one that its sender has yet to sign.
type transfer struct {
	from      int // account
	recipient types.Address
	data      []byte // JSON; nil for none
}

// sign makes a list of transfers, with all cores.
func (s *signer) sign(list []transfer) []types.Transaction {
	signed := make([]types.Transaction, len(list))
	for i, t := range list {
		signed[i] = types.Transaction{Sequence: s.next[t.from], Recipient: t.recipient, Amount: 1, Fee: 1, Data: t.data}
		s.next[t.from]++
	}
	var work sync.WaitGroup
	const share = 64
	for first := 0; first < len(list); first += share {
		work.Go(func() {
			for i := first; i < min(first+share, len(list)); i++ {
				s.Sign(&signed[i], list[i].from)
			}
		})
	}
	work.Wait()
	return signed
}
