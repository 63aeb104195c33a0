package core

import (
	"slices"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/mempool"
	"networkmngr/internal/types"
)

// To gives the blocks to the chain, or the decision. It returns when that is on disk.
func (w Write) To(c *chain.Chain) (done Written) {
	c.Expect(w.Expected...)
	switch {
	case !w.Invalidate.IsZero():
		done.Change, done.Err = c.Invalidate(w.Invalidate)
	case !w.Reconsider.IsZero():
		done.Change, done.Err = c.Reconsider(w.Reconsider)
	case w.Whole:
		done.Change, done.Err = c.Replace(w.Blocks)
	default:
		done.Change, done.Err = c.AddBlocks(w.Blocks...)
	}
	done.Joined = w.joined(c, done.Change.Update.Applied)
	return done
}

// joined are, of the blocks that came to the main chain and that are told of one by one, those
// that were stored before: what is told of them is read from the disk. One that cannot be read
// is told of without its miner; who needs the block itself is told of the error.
func (w Write) joined(c *chain.Chain, applied []chain.Ref) (stored []types.Block) {
	for _, ref := range lastOf(applied) {
		if w.brings(ref) {
			continue
		}
		if b, err := c.Block(ref.ID); err == nil {
			stored = append(stored, b)
		}
	}
	return stored
}

// brings reports whether a block is one of those to write. Heights come first, as they cost less
// than ids.
func (w Write) brings(ref chain.Ref) bool {
	return slices.ContainsFunc(w.Blocks, func(b types.Block) bool { return b.Height() == ref.Height && b.Hash() == ref.ID })
}

// lastOf are the blocks of one move of the tip that are told of one by one.
func lastOf(applied []chain.Ref) []chain.Ref { return applied[max(0, len(applied)-fewApplied):] }

// Read yields the way that the pool has to follow, step by step. An error is the
// chain's.
func (f Follow) Read(c *chain.Chain, pool *mempool.Reader, yield func(Followed)) error {
	return mempool.Way(c, f.From, pool.Concerns, func(_ consensus.State, step mempool.Step) error {
		yield(Followed{step})
		return nil
	})
}

// Check checks a transfer as far as that goes without the machine.
func (a Admit) Check(pool *mempool.Reader) Admitted {
	checked := Admitted{Number: a.Number, From: a.From, Transaction: a.Transaction}
	checked.Account, checked.At, checked.Err = pool.AccountAt(a.Transaction.Sender())
	if checked.Err == nil && !a.Checked {
		checked.Err = pool.Check(mempool.Offer{
			Transaction: a.Transaction, Account: checked.Account, At: checked.At, Local: a.Number != 0,
		})
	}
	return checked
}
