package node

import (
	"context"
	"time"

	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// Mine catches up with the peers, mines count blocks in a row, sends each out,
// and catches up once more. Calls wait for one another. With an error come the
// blocks that were mined before it.
func (n *Node) Mine(ctx context.Context, count int) ([]types.Block, error) {
	select {
	case n.mining <- struct{}{}:
		defer func() { <-n.mining }()
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-n.ended:
		return nil, ErrStopping
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-n.ended:
			cancel(ErrStopping)
		case <-ctx.Done():
		}
	}()
	blocks, err := n.mine(ctx, count)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return blocks, err
}

func (n *Node) mine(ctx context.Context, count int) ([]types.Block, error) {
	if _, err := n.Resolve(ctx); err != nil {
		return nil, err
	}
	var blocks []types.Block
	for range count {
		began := time.Now()
		block, err := n.miner.Mine(ctx)
		if err != nil {
			n.check(err)
			return blocks, err
		}
		n.log.Info("block mined", "height", block.Height(), "hash", block.Hash(),
			"transactions", len(block.Transactions), "took", time.Since(began).Round(time.Millisecond))
		blocks = append(blocks, block)
		// The loop hears of the tip in any case; told here, it announces the
		// block before it asks peers for their tips.
		n.tell(ctx, protocol.TipMoved{Block: block})
	}
	_, err := n.Resolve(ctx)
	return blocks, err
}
