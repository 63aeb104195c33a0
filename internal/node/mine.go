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
// nothing if it is nil. A node that mines by itself, too, searches for one block
// at a time: its next blocks are those of the call. Calls wait for one another.
// With an error, such as mining.ErrOff, come the blocks that were mined before it.
func (n *Node) Mine(ctx context.Context, count int, data []byte) ([]types.Block, error) {
	if err := mining.CheckData(data); err != nil {
		return nil, err
	}
	if n.jobs.settings().Mode == mining.Off {
		return nil, mining.ErrOff
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
	blocks, err := n.jobs.call(ctx, count, data)
	if err != nil {
		return blocks, err
	}
	if _, err := n.Resolve(ctx); err != nil {
		return blocks, err
	}
	return blocks, n.pool.Sync() // who looks at the mempool next finds nothing that was mined
}

// Mining says how the node mines, and what that has come to.
func (n *Node) Mining() (mining.Settings, mining.Achieved) {
	return n.jobs.settings(), n.worker.Achieved()
}

// SetMining has the node mine by other settings, from now to its end. What Blocks
// counts begins anew. The error wraps mining.ErrSettings.
func (n *Node) SetMining(settings mining.Settings) error {
	if err := settings.Validate(); err != nil {
		return err
	}
	n.tellMining(n.jobs.set(settings), settings)
	n.log.Info("mining set", "mode", settings.Mode, "interval", settings.Interval, "blocks", settings.Blocks,
		"threads", settings.Threads, "hashrate", settings.Hashrate, "solver", settings.Name())
	return nil
}

// runWorker mines for as long as the node runs.
func (n *Node) runWorker(ctx context.Context) error {
	defer n.jobs.end()
	return n.worker.Run(ctx)
}

// watchTip has the worker know when it searches in vain.
func (n *Node) watchTip(ctx context.Context) error {
	moved, cancel := n.chain.Subscribe()
	defer cancel()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-moved:
			n.jobs.tipMoved(n.chain.Tip().ID)
		}
	}
}

// addMined brings blocks of our own to the chain, and returns those that have
// become the tip or its ancestors.
func (n *Node) addMined(found []mining.Found) ([]types.Block, error) {
	blocks := make([]types.Block, len(found))
	for i := range found {
		blocks[i] = found[i].Block
	}
	change, err := n.chain.AddBlocks(blocks...)
	switch {
	case err != nil:
		n.log.Warn("mined block is not taken", "error", err)
		blocks = blocks[:change.Added]
	case !change.Moved:
		blocks = nil
	}
	if len(blocks) == 0 {
		return nil, err
	}
	n.logMined(found[:len(blocks)])
	n.tellMined(found[:len(blocks)])
	// The loop hears of the tip in any case; told here, it announces the
	// block before it asks peers for their tips.
	n.tell(n.life, protocol.TipMoved{Block: blocks[len(blocks)-1]})
	return blocks, err
}

func (n *Node) logMined(found []mining.Found) {
	for i := range found {
		b := &found[i]
		n.log.Info("block mined", "height", b.Height(), "hash", b.Hash(),
			"transactions", len(b.Transactions), "took", b.Took.Round(time.Microsecond))
	}
}
