package sim

import (
	"context"
	"errors"
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/core"
	"networkmngr/internal/mining"
	"networkmngr/internal/types"
)

// serial finds a nonce by counting, so that the same one is found each time.
type serial struct{}

func (serial) Solve(_ context.Context, h types.Header) (types.Header, uint64, error) {
	target, _ := consensus.TargetFromBits(h.Bits)
	for hashes := uint64(1); ; h.Nonce++ {
		if n := consensus.HashToInt(h.Hash()); !n.Gt(&target) {
			return h, hashes, nil
		}
		hashes++
	}
}

// mine finds a block, as the time that the search takes has been waited for.
func (n *node) mine() {
	if n.pool.At() != n.chain.Tip().ID || n.plays() && n.job.Blocks == 0 {
		n.later(time.Millisecond, n.mine) // the miner has no job
		return
	}
	w := n.world
	b, err := n.search()
	if err != nil {
		if !errors.Is(err, consensus.ErrTimeTooNew) || w.config.Skew == 0 {
			w.violation("node %d mines: %v", n.number, err)
		}
		return
	}
	id := b.Hash()
	w.note("mined", n.number, id[:])
	w.stats.Total["blocks mined"]++
	w.stats.most("transfers in a block", len(b.Transactions)-1)
	n.inbox("solved", core.Solved{Found: []mining.Found{{Block: b}}}, nil)
	w.showAdversaries(n, &b)
}

// search solves a block on what the node mines on, by its own clock.
func (n *node) search() (types.Block, error) {
	state, transfers := n.pool.Template(mining.Room(nil))
	transfers = n.mining().Strategy.Filter(transfers)
	if n.plays() {
		state, transfers = n.job.State, n.job.Transfers
	}
	worker := mining.Worker{
		Clock: mining.Clock{
			Now: func() time.Time { return n.world.now.Add(n.skew) },
			// The world goes on without a miner that would have to wait.
			Wait: func(context.Context, time.Duration) error { return consensus.ErrTimeTooNew },
		},
		NewSolver: func(mining.Power, mining.Clock, mining.Background) mining.Solver { return serial{} },
	}
	found, err := worker.Search(context.Background(),
		mining.Job{Blocks: 1, State: state, Transfers: transfers, Payout: n.account()})
	if err != nil {
		return types.Block{}, err
	}
	return found[0].Block, nil
}
