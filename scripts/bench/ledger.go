//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"sync"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/genesis"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// startOn runs a node on a chain that is written for it, on a network that funds so
// many accounts. It returns the network's genesis file too.
func (b *bench) startOn(ctx context.Context, accounts int, blocks func(*signer, []types.Address) iter.Seq[[]types.Transaction]) (n *alone, genesis string, err error) {
	names, addresses := people(accounts)
	if genesis, err = b.easyGenesis(addresses...); err != nil {
		return nil, "", err
	}
	folder, err := os.MkdirTemp(b.folder, "ledger-")
	if err != nil {
		return nil, "", err
	}
	s, err := newSigner(genesis, names)
	if err != nil {
		return nil, "", err
	}
	if err := writeChain(genesis, folder, blocks(s, addresses)); err != nil {
		return nil, "", err
	}
	n, err = b.resumeNode(ctx, genesis, folder)
	return n, genesis, err
}

// writeChain writes a chain into the folder of a node that does not run, given as
// the transfers of one block after the other. It does not check them: the nodes
// that are measured do.
func writeChain(genesisFile, folder string, blocks iter.Seq[[]types.Transaction]) (err error) {
	genesis, err := readGenesis(genesisFile)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dataIn(folder), 0o755); err != nil {
		return err
	}
	kept, err := store.Open(dataIn(folder))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, kept.Close()) }()
	c, err := chain.Open(kept, genesis, time.Now)
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

func readGenesis(file string) (*consensus.Genesis, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return genesis.Parse(text)
}

// people returns so many names, whose accounts a genesis file may fund.
func people(count int) (names []string, addresses []types.Address) {
	for i := range count {
		name := fmt.Sprintf("person %d", i)
		names, addresses = append(names, name), append(addresses, types.NamedAddress(name))
	}
	return names, addresses
}

// signer makes transfers from accounts that know their next sequence numbers.
type signer struct {
	genesis types.Hash
	names   []string // see types.NamedKey
	next    []uint64
}

func newSigner(genesisFile string, names []string) (*signer, error) {
	genesis, err := readGenesis(genesisFile)
	if err != nil {
		return nil, err
	}
	return &signer{genesis.Params.GenesisID, names, make([]uint64, len(names))}, nil
}

// transfer is one that its sender has yet to sign.
type transfer struct {
	from      int // in signer.names
	recipient types.Address
}

// sign makes a list of transfers, with all cores.
func (s *signer) sign(list []transfer) []types.Transaction {
	signed := make([]types.Transaction, len(list))
	for i, t := range list {
		signed[i] = types.Transaction{Sequence: s.next[t.from], Recipient: t.recipient, Amount: 1, Fee: 1}
		s.next[t.from]++
	}
	var work sync.WaitGroup
	const share = 64
	for first := 0; first < len(list); first += share {
		work.Go(func() {
			for i := first; i < min(first+share, len(list)); i++ {
				signed[i].Sign(types.NamedKey(s.names[list[i].from]), s.genesis)
			}
		})
	}
	work.Wait()
	return signed
}
