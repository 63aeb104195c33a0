package chain

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// check looks on all cores, before the store is held up, at what of blocks does
// not depend on accounts: that they are what their headers commit to, and their
// signatures. It tells of each whether that is good. It looks at those that
// follow on the tip, whose headers have passed, and blames nobody: what is not
// known to be good is checked again when the block is applied. The blocks keep their
// transactions' ids, which are needed again.
func (c *Chain) check(entries []*blockNode, blocks []types.Block) []bool {
	good := make([]bool, len(entries))
	following := c.following(entries)
	signed := make([][]batch, len(following)) // what is left to check of each
	inParallel(len(following), func(i int) {
		at := following[i]
		signed[i], good[at] = c.unsigned(at, &blocks[at])
	})
	for _, at := range forged(slices.Concat(signed...), c.genesis.Params.GenesisID) {
		good[at] = false
	}
	return good
}

// unsigned is what is left to check of a block once it is what its header commits to, if
// it is: some of its signatures.
func (c *Chain) unsigned(at int, b *types.Block) (left []batch, fits bool) {
	b.Identify(b.TransactionIDs())
	if consensus.CheckTrusting(b, c.verified) != nil {
		return nil, false
	}
	return batches(at, consensus.Unverified(b, c.verified)), true
}

// sound is check for one block, whatever it stands on.
func (c *Chain) sound(b *types.Block) bool {
	left, fits := c.unsigned(0, b)
	return fits && forged(left, c.genesis.Params.GenesisID) == nil
}

// following lists which of nodes extend the main chain, one after the other.
// Callers hold writing.
func (c *Chain) following(entries []*blockNode) []int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var list []int
	tip := c.last()
	for i, e := range entries {
		status := c.standing(e).status
		if status == stored {
			continue
		}
		if status == invalid || e.parent != tip {
			break
		}
		list, tip = append(list, i), e
	}
	return list
}

// batchSize is how many signatures are checked at once: so many that a
// batch pays, so few that every core has work.
const batchSize = 1024

// batch is some transfers of one block.
type batch struct {
	block     int
	transfers []*types.Transaction
}

// batches cuts up a block's transfers.
func batches(block int, transfers []*types.Transaction) (list []batch) {
	for part := range slices.Chunk(transfers, batchSize) {
		list = append(list, batch{block, part})
	}
	return list
}

// forged lists the blocks of shares with a signature that is no good, on the
// network with this genesis block.
func forged(shares []batch, genesis types.Hash) (blocks []int) {
	bad := make([]bool, len(shares))
	inParallel(len(shares), func(i int) {
		bad[i] = consensus.CheckSignatures(shares[i].transfers, genesis) != nil
	})
	for i := range shares {
		if bad[i] {
			blocks = append(blocks, shares[i].block)
		}
	}
	return blocks
}

// inParallel calls work for each number below count, on all cores, and waits.
func inParallel(count int, work func(i int)) {
	if count == 1 {
		work(0)
		return
	}
	var next atomic.Int64
	worker := func() {
		for i := int(next.Add(1)) - 1; i < count; i = int(next.Add(1)) - 1 {
			work(i)
		}
	}
	var others sync.WaitGroup
	for range min(runtime.NumCPU(), count) - 1 {
		others.Go(worker)
	}
	worker()
	others.Wait()
}
