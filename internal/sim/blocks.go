package sim

import (
	"context"
	"errors"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/mining"
	"networkmngr/internal/protocol"
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

// verify is the chain's door for what peers sent. The engine hears of the
// verdict, and of a new tip, a little later, in either order.
func (n *node) verify(blocks []types.Block) {
	w := n.world
	_, err := n.chain.AddBlocks(blocks...)
	n.keepPromises()
	var at *chain.BlockError
	if errors.As(err, &at) && chain.Invalid(err) {
		w.stats.Total["invalid blocks found"]++
		n.refused[at.ID] = true
		if w.config.Liars == 0 {
			w.fault("node %d finds a block of an honest node invalid: %v", n.number, err)
		}
	} else if errors.Is(err, chain.ErrStore) {
		w.fault("node %d: %v", n.number, err)
	}
	n.later(w.soon(time.Millisecond), func() {
		n.inbox("verified", protocol.Verified{Blocks: blocks, Err: err}, nil)
	})
	n.ring()
}

// ring has the engine hear of a new tip soon, once for all that happens until
// then.
func (n *node) ring() {
	if n.rung {
		return
	}
	n.rung = true
	n.later(n.world.soon(time.Millisecond), func() {
		n.rung = false
		if err := n.tipMoved(); err != nil {
			n.world.fault("node %d: %v", n.number, err)
		}
	})
}

// tipMoved tells the engine where the chain went, and which transactions a
// reorg put back.
func (n *node) tipMoved() error {
	updates, tip, err := n.chain.UpdatesSince(n.seen.ID)
	if err != nil || tip.ID == n.seen.ID {
		return err
	}
	if !tip.Work.Gt(&n.seen.Work) {
		n.world.fault("node %d leaves its tip %s for %s, which has no more work", n.number, n.seen.ID, tip.ID)
	}
	n.seen = tip
	if err := n.pool.Sync(); err != nil {
		return err
	}
	block, err := n.chain.Block(tip.ID)
	if err != nil {
		return err
	}
	n.countReorg(updates)
	n.inbox("tip", protocol.TipMoved{ID: tip.ID, Block: &block}, nil)
	n.promiseNeighbours()
	return n.putBack(updates.Reverted)
}

func (n *node) countReorg(updates chain.Updates) {
	if depth := len(updates.Reverted); depth > 0 {
		n.world.stats.Total["reorgs"]++
		n.world.stats.most("depth of a reorg", depth)
		if depth >= 5 {
			n.world.stats.Total["reorgs of five blocks and more"]++
		}
	}
}

func (n *node) putBack(reverted []chain.Ref) error {
	for _, ref := range reverted {
		block, err := n.chain.Block(ref.ID)
		if err != nil {
			return err
		}
		for _, t := range block.Transactions[1:] {
			if n.pool.Has(t.ID()) {
				delete(n.refused, t.ID()) // it did not fit as it was on the chain already
				n.world.stats.Total["transfers put back by a reorg"]++
				n.inbox("put-back", protocol.Admitted{Transaction: t}, nil)
			}
		}
	}
	return nil
}

// mine finds a block, as the time that the search takes has been waited for.
func (n *node) mine() {
	w := n.world
	b, err := n.search()
	if err == nil {
		_, err = n.chain.AddBlocks(b)
	}
	if err != nil {
		if !errors.Is(err, consensus.ErrTimeTooNew) || w.config.Skew == 0 {
			w.fault("node %d mines: %v", n.number, err)
		}
		return
	}
	n.keepPromises()
	id := b.Hash()
	w.note("mined", n.number, id[:])
	w.stats.Total["blocks mined"]++
	w.stats.most("transfers in a block", len(b.Transactions)-1)
	n.ring()
	w.tellLiars(n, &b)
}

// search solves a block on the tip, by the node's own clock.
func (n *node) search() (types.Block, error) {
	state, transfers, err := n.pool.Template(mining.Room(nil))
	if err != nil {
		return types.Block{}, err
	}
	worker := mining.Worker{
		Clock: mining.Clock{
			Now: func() time.Time { return n.world.now.Add(n.skew) },
			// The world goes on without a miner that would have to wait.
			Wait: func(context.Context, time.Duration) error { return consensus.ErrTimeTooNew },
		},
		NewSolver: func(mining.Power, mining.Clock) mining.Solver { return serial{} },
	}
	found, err := worker.Search(context.Background(),
		mining.Job{Blocks: 1, State: state, Transfers: transfers, Payout: types.Address(n.id[:types.AddressSize])})
	if err != nil {
		return types.Block{}, err
	}
	return found[0].Block, nil
}
