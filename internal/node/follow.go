package node

import (
	"context"
	"errors"
	"slices"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// follow tells the engine and the mempool wherever the chain goes.
func (n *Node) follow(ctx context.Context) error {
	moved, cancel := n.chain.Subscribe()
	defer cancel()
	seen := n.followed
	for {
		updates, tip, err := n.chain.UpdatesSince(seen)
		if err != nil {
			return err
		}
		if tip.ID != seen {
			seen = tip.ID
			if err := n.tipMoved(ctx, updates, tip); err != nil {
				return err
			}
			n.settled.Store(&tip.ID)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-moved:
		}
	}
}

// tipMoved announces the new tip first, as peers wait for it, and then puts the
// mempool in order.
func (n *Node) tipMoved(ctx context.Context, updates chain.Updates, tip consensus.State) error {
	block, err := n.chain.Block(tip.ID)
	if err != nil {
		return err
	}
	n.tell(ctx, protocol.TipMoved{Block: block})
	n.log.Info("tip moved", "height", tip.Height, "hash", tip.ID, "transactions", len(block.Transactions),
		"applied", len(updates.Applied), "reverted", len(updates.Reverted))
	if err := n.tellTip(updates, tip, &block); err != nil {
		return err
	}
	if err := n.pool.Sync(); err != nil {
		return err
	}
	n.jobs.transfersCame()
	returned, dropped, err := n.putBack(ctx, updates.Reverted)
	n.tellReorg(updates, tip, returned, dropped)
	return err
}

// putBack has the transfers of blocks that a reorg undid relayed again: peers
// on the other branch may never have heard of them. They are on disk when it
// returns, whoever took them. The lowest block goes first, so that each sender's
// come in order. It counts them, and those that neither wait nor are
// in the new chain.
func (n *Node) putBack(ctx context.Context, reverted []chain.Ref) (returned, dropped int, err error) {
	var undone []types.Transaction
	for _, ref := range slices.Backward(reverted) {
		block, err := n.chain.Block(ref.ID)
		if err != nil {
			return 0, 0, err
		}
		for _, t := range block.Transactions[1:] {
			if kept, pending := n.pool.Get(t.ID()); pending {
				n.tell(ctx, protocol.Admitted{Transaction: kept})
				undone = append(undone, kept)
			} else if _, _, err := n.chain.Transaction(t.ID()); errors.Is(err, chain.ErrNotFound) {
				dropped++
			}
		}
	}
	return len(undone), dropped, n.keepUndone(undone)
}

// Resolve asks every peer for its tip and waits until the chain has caught up
// with the best, or for as long as protocol.Config.ResolveTimeout says.
func (n *Node) Resolve(ctx context.Context) (chain.Change, error) {
	before := n.chain.Tip()
	done := make(chan struct{})
	register := func() {
		n.asked++
		n.resolves[n.asked] = func() { close(done) }
		n.happened(protocol.ResolveAsked{Number: n.asked})
	}
	if !n.ask(register) {
		return chain.Change{}, ErrStopping
	}
	select {
	case <-done:
		return n.changeSince(before.ID)
	case <-ctx.Done():
		return chain.Change{}, ctx.Err()
	case <-n.life.Done():
		return chain.Change{}, ErrStopping
	}
}

// changeSince says what became of the chain since id was its tip.
func (n *Node) changeSince(id types.Hash) (chain.Change, error) {
	updates, tip, err := n.chain.UpdatesSince(id)
	return chain.Change{
		Added: len(updates.Applied), Moved: tip.ID != id, Reverted: len(updates.Reverted), Tip: tip,
	}, err
}
