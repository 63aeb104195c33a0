package node

import (
	"context"
	"fmt"

	"networkmngr/internal/chain"
	"networkmngr/internal/core"
	"networkmngr/internal/types"
)

// writeChain writes blocks to the chain, and reads what the mempool needs of it, in order,
// until ctx ends, which is no error.
func (n *Node) writeChain(ctx context.Context) error {
	return n.stored.Drain(ctx, func(effect core.Effect) {
		switch e := effect.(type) {
		case core.Write:
			n.write(e)
		case core.Follow:
			n.follow(e)
		case core.Keep:
			n.keep(e.Kept)
		case kept:
			close(e.done)
		}
	})
}

func (n *Node) write(w core.Write) {
	done := w.To(n.chain)
	if chain.Invalid(done.Err) {
		n.log.Warn("invalid block", "error", done.Err)
	}
	n.tell(n.ctx, done)
}

// miner is the account that a block pays and, if that is of a known node, the node's
// HTTP address.
func (n *Node) miner(account types.Address, addressOf func(types.Address) string) []any {
	line := []any{"miner", account}
	address := n.self.Address
	if account != n.self.ID.Account() {
		address = addressOf(account)
	}
	if address == "" {
		return line
	}
	return append(line, "miner-name", address)
}

func (n *Node) follow(f core.Follow) {
	if err := f.Read(n.chain, n.pool, func(step core.Followed) { n.tell(n.ctx, step) }); err != nil {
		n.fail(err)
	}
}

// persist brings posted and undone transfers to the disk until ctx ends, which is no
// error. Those who come while others are being written share the next write.
func (n *Node) persist(ctx context.Context) error {
	for range n.pendingWrites.Filled(ctx) {
		if err := n.persistAll(n.pendingWrites.TakeAll()); err != nil {
			return err
		}
	}
	return nil
}

func (n *Node) persistAll(batch []core.Persist) error {
	var local, undone []types.Transaction
	var done core.Persisted
	at := n.settled.Load()
	for i := range batch {
		if one := &batch[i]; one.Undone {
			undone, at = append(undone, one.Transfers...), &one.At
		} else {
			local = append(local, one.Transfers...)
			done.Numbers = append(done.Numbers, one.Number)
		}
	}
	if err := n.pending.add(local, undone); err != nil {
		done.Err = fmt.Errorf("%w: %w", chain.ErrStore, err)
	} else {
		n.settled.Store(at)
	}
	n.tell(n.ctx, done)
	return done.Err
}
