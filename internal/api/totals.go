package api

import (
	"context"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// totals counts what is on the main chain. It follows the chain only when it
// is asked, reads each block once, and goes back over those that a reorg
// undid.
type totals struct {
	chain    *chain.Chain
	counting chan struct{} // holds a value while somebody works on what follows

	at           types.Hash // the block up to which is counted
	transactions uint64
	paid         map[types.Address]uint64 // payments that each address got
}

// counts are totals after one block.
type counts struct {
	state                   consensus.State
	transactions, addresses uint64
}

func newTotals(c *chain.Chain) *totals {
	t := &totals{chain: c, counting: make(chan struct{}, 1), paid: make(map[types.Address]uint64)}
	genesis := c.Genesis()
	t.apply(&genesis.Block)
	t.at = genesis.Params.GenesisID
	return t
}

// count gives the totals at the tip. If ctx ends first, what was counted is
// kept for the next time.
func (t *totals) count(ctx context.Context) (counts, error) {
	select {
	case t.counting <- struct{}{}:
		defer func() { <-t.counting }()
	case <-ctx.Done():
		return counts{}, ctx.Err()
	}
	updates, state, err := t.chain.UpdatesSince(t.at)
	if err != nil {
		return counts{}, err
	}
	for _, ref := range updates.Reverted {
		if err := t.follow(ctx, ref, t.revert); err != nil {
			return counts{}, err
		}
	}
	for _, ref := range updates.Applied {
		if err := t.follow(ctx, ref, t.apply); err != nil {
			return counts{}, err
		}
	}
	return counts{state, t.transactions, uint64(len(t.paid))}, nil
}

// follow reads a block and takes one step over it.
func (t *totals) follow(ctx context.Context, ref chain.Ref, step func(*types.Block)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	block, err := t.chain.Block(ref.ID)
	if err != nil {
		return err
	}
	step(&block)
	return nil
}

func (t *totals) apply(b *types.Block) {
	t.at = b.Hash()
	t.transactions += uint64(len(b.Transactions))
	for i := range b.Transactions {
		if to := &b.Transactions[i]; to.Amount > 0 {
			t.paid[to.Recipient]++
		}
	}
}

func (t *totals) revert(b *types.Block) {
	t.at = b.Previous
	t.transactions -= uint64(len(b.Transactions))
	for i := range b.Transactions {
		to := &b.Transactions[i]
		if to.Amount == 0 {
			continue
		}
		if t.paid[to.Recipient]--; t.paid[to.Recipient] == 0 {
			delete(t.paid, to.Recipient)
		}
	}
}
