package node

import (
	"context"
	"time"

	"networkmngr/internal/mining"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// Mine catches up with the peers, mines count blocks in a row, sends each out,
// and catches up once more. Each block carries data, one compact JSON value, or
// nothing if it is nil. Calls wait for one another. With an error come the
// blocks that were mined before it.
func (n *Node) Mine(ctx context.Context, count int, data []byte) ([]types.Block, error) {
	if err := mining.CheckData(data); err != nil {
		return nil, err
	}
	select {
	case n.mining <- struct{}{}:
		defer func() { <-n.mining }()
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-n.life.Done():
		return nil, ErrStopping
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(n.life, func() { cancel(ErrStopping) })()
	blocks, err := n.mine(ctx, count, data)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return blocks, err
}

func (n *Node) mine(ctx context.Context, count int, data []byte) ([]types.Block, error) {
	if _, err := n.Resolve(ctx); err != nil {
		return nil, err
	}
	var blocks []types.Block
	for len(blocks) < count {
		began := time.Now()
		run, err := n.miner.Mine(ctx, count-len(blocks), data)
		n.logMined(run, time.Since(began))
		n.tellMined(run, time.Since(began))
		blocks = append(blocks, run...)
		if err != nil {
			return blocks, err
		}
		// The loop hears of the tip in any case; told here, it announces the
		// block before it asks peers for their tips.
		n.tell(ctx, protocol.TipMoved{Block: run[len(run)-1]})
	}
	if _, err := n.Resolve(ctx); err != nil {
		return blocks, err
	}
	return blocks, n.pool.Sync() // who looks at the mempool next finds nothing that was mined
}

func (n *Node) logMined(run []types.Block, took time.Duration) {
	for i := range run {
		n.log.Info("block mined", "height", run[i].Height(), "hash", run[i].Hash(),
			"transactions", len(run[i].Transactions), "took", (took / time.Duration(len(run))).Round(time.Microsecond))
	}
}

// wait returns nil after d, or ctx's error when ctx ends first.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
