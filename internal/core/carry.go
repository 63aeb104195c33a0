package core

import (
	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/mempool"
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
	return done
}

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
