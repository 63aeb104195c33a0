package node

import (
	"cmp"
	"context"
	"sync"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/core"
	"networkmngr/internal/netgroup"
	"networkmngr/internal/types"
)

// answers are those that somebody waits for. Each is found by the number of its
// question.
type answers struct {
	mu      sync.Mutex // guards what follows
	asked   uint64
	waiting map[uint64]chan core.Answer // each has room for the answer
}

func newAnswers() *answers { return &answers{waiting: make(map[uint64]chan core.Answer)} }

// expect makes a number for a question. Whoever does not wait any more forgets it.
func (a *answers) expect() (number uint64, answer chan core.Answer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked++
	a.waiting[a.asked] = make(chan core.Answer, 1)
	return a.asked, a.waiting[a.asked]
}

func (a *answers) forget(number uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.waiting, number)
}

// answered tells who waits.
func (n *Node) answered(e core.Answer) {
	n.answers.mu.Lock()
	defer n.answers.mu.Unlock()
	if answer := n.answers.waiting[e.Number]; answer != nil {
		answer <- e
		delete(n.answers.waiting, e.Number)
	}
}

// request brings the core what question makes of a number, and waits for the answer.
// The error is ctx's, or ErrStopping.
func (n *Node) request(ctx context.Context, question func(number uint64) core.Input) (core.Answer, error) {
	number, answer := n.answers.expect()
	defer n.answers.forget(number)
	if n.tell(ctx, question(number)) {
		select {
		case a := <-answer:
			return a, nil
		case <-ctx.Done():
		case <-n.ctx.Done():
		}
	}
	if n.ctx.Err() == nil {
		return core.Answer{}, ctx.Err()
	}
	return core.Answer{}, n.stopping()
}

// Resolve asks every peer for its tip and waits until the chain has caught up
// with the best, or for as long as protocol.Config.ResolveTimeout says. The error is
// ctx's, or ErrStopping.
func (n *Node) Resolve(ctx context.Context) (chain.Change, error) {
	before := n.chain.Tip()
	if _, err := n.request(ctx, func(number uint64) core.Input { return core.Resolve{Number: number} }); err != nil {
		return chain.Change{}, err
	}
	return n.changeSince(before.ID)
}

// changeSince says what became of the chain since id was its tip.
func (n *Node) changeSince(id types.Hash) (chain.Change, error) {
	updates, tip, err := n.chain.UpdatesSince(id)
	return chain.Change{
		Added: len(updates.Applied), Moved: tip.ID != id, Reverted: len(updates.Reverted), Tip: tip,
	}, err
}

// Register remembers nodes, and connects to them in the background as far as
// peers are wanted. It counts those that were not known and can be used. The error is
// ErrStopping.
func (n *Node) Register(entries []types.NodeInfo) (added int, err error) {
	a, err := n.request(n.ctx, func(number uint64) core.Input {
		return core.Learned{Number: number, Nodes: entries}
	})
	return a.Added, err
}

// RegisterFrom is Register for nodes that a seed has named, which are not trusted for that;
// of their addresses those count that the seed can know, by its reach. Its error is that of
// Register.
func (n *Node) RegisterFrom(seed string, reach netgroup.Reach, entries []types.NodeInfo) (added int, err error) {
	a, err := n.request(n.ctx, func(number uint64) core.Input {
		return core.Seeded{Number: number, Seed: seed, Reach: reach, Nodes: entries}
	})
	return a.Added, err
}

// Forget takes note that nodes have left in order: they are sought no more, until they
// are met or registered again. It counts those that were known. The error is
// ErrStopping.
func (n *Node) Forget(ids []types.NodeID) (forgotten int, err error) {
	a, err := n.request(n.ctx, func(number uint64) core.Input {
		return core.Departed{Number: number, Nodes: ids}
	})
	return a.Forgotten, err
}

// Redial dials nodes that are known in the background, as somebody says that they can be
// reached again. The error is ErrStopping.
func (n *Node) Redial(ids []types.NodeID) error {
	_, err := n.request(n.ctx, func(number uint64) core.Input {
		return core.Redial{Number: number, Nodes: ids}
	})
	return err
}

// Connect dials a node that is known in the background, also where as many links stand as
// are sought. The error is ErrStopping.
func (n *Node) Connect(id types.NodeID) error {
	_, err := n.request(n.ctx, func(number uint64) core.Input { return core.Connect{Number: number, Node: id} })
	return err
}

// Disconnect ends the link with a peer, and there is none with it for so long. The error is
// ErrStopping.
func (n *Node) Disconnect(id types.NodeID, wait time.Duration) error {
	_, err := n.request(n.ctx, func(number uint64) core.Input {
		return core.Disconnect{Number: number, Peer: id, Wait: wait}
	})
	return err
}

// Submit gives a transfer to the mempool, has it on disk and relayed. A node
// that is killed then comes back with it. The error is that of [mempool.Pool.Check] or
// [mempool.Pool.Enter], or of the disk, or ErrStopping.
func (n *Node) Submit(t types.Transaction) error {
	a, err := n.request(n.ctx, func(number uint64) core.Input {
		return n.check(core.Admit{Number: number, Transaction: t})
	})
	return cmp.Or(err, a.Err)
}

// Replace takes another chain, genesis first, if it is valid and has more
// work. The error is that of [chain.Chain.Replace], or ErrStopping.
func (n *Node) Replace(blocks []types.Block) (chain.Change, error) {
	return n.bring(core.Replace{Blocks: blocks})
}

// AddBlock adds a block whose parent is known. The error is that of
// [chain.Chain.AddBlocks], or ErrStopping.
func (n *Node) AddBlock(block types.Block) (chain.Change, error) {
	return n.bring(core.Replace{Blocks: []types.Block{block}, Part: true})
}

// Invalidate takes a block, and all that follows, off the main chain by hand, and
// Reconsider takes that back. An error is that of chain.Chain.Invalidate or Reconsider, or
// ErrStopping.
func (n *Node) Invalidate(id types.Hash) (chain.Change, error) {
	return n.decide(id, func(number uint64) core.Input { return core.Invalidate{Number: number, Block: id} })
}

// Reconsider takes back Invalidate, with the same errors.
func (n *Node) Reconsider(id types.Hash) (chain.Change, error) {
	return n.decide(id, func(number uint64) core.Input { return core.Reconsider{Number: number, Block: id} })
}

func (n *Node) decide(id types.Hash, question func(number uint64) core.Input) (chain.Change, error) {
	a, err := n.request(n.ctx, question)
	if err != nil {
		return chain.Change{}, err
	}
	if a.Err == nil {
		u := a.Result.Change.Update
		n.log.Info("decided by hand", "block", id, "invalidated", u.Invalidated, "reconsidered", u.Reconsidered)
	}
	return a.Result.Change, a.Err
}

func (n *Node) bring(blocks core.Replace) (chain.Change, error) {
	a, err := n.request(n.ctx, func(number uint64) core.Input {
		blocks.Number = number
		return blocks
	})
	if err != nil {
		return chain.Change{}, err
	}
	return a.Result.Change, a.Err
}
