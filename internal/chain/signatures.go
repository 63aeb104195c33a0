package chain

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// signatureShare is how many signatures are checked at once: so many that a
// batch pays, so few that every core has work.
const signatureShare = 512

// share is some transfers of one block.
type share struct {
	block     int
	transfers []*types.Transaction
}

// checkSignatures checks the signatures of blocks that follow on the tip on all
// cores, and tells for each block whether all are good. It blames nobody: what
// is not known to be good is checked again when the block is applied, after all
// that is cheaper.
func (c *Chain) checkSignatures(entries []*entry, blocks []types.Block) []bool {
	good := make([]bool, len(entries))
	var all []share
	for _, i := range c.following(entries) {
		list := consensus.Unverified(blocks[i].Transactions, c.verified)
		good[i], all = len(list) > 0, append(all, shares(i, list)...)
	}
	for _, i := range c.forged(all) {
		good[i] = false
	}
	return good
}

// shares cuts up a block's transfers.
func shares(block int, transfers []*types.Transaction) (list []share) {
	for part := range slices.Chunk(transfers, signatureShare) {
		list = append(list, share{block, part})
	}
	return list
}

// following lists which of entries extend the main chain, one after the other.
// Callers hold writing.
func (c *Chain) following(entries []*entry) []int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var list []int
	tip := c.main[len(c.main)-1]
	for i, e := range entries {
		if e.status == stored {
			continue
		}
		if e.status == invalid || e.parent != tip {
			break
		}
		list, tip = append(list, i), e
	}
	return list
}

// forged lists the blocks of shares with a signature that is no good.
func (c *Chain) forged(shares []share) (blocks []int) {
	var next atomic.Int64
	var mu sync.Mutex // guards blocks
	work := func() {
		for {
			i := int(next.Add(1)) - 1
			if i >= len(shares) {
				return
			}
			if consensus.CheckSignatures(shares[i].transfers, c.genesis.Params.GenesisID) != nil {
				mu.Lock()
				blocks = append(blocks, shares[i].block)
				mu.Unlock()
			}
		}
	}
	var others sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(shares)) - 1 {
		others.Go(work)
	}
	work()
	others.Wait()
	return blocks
}
