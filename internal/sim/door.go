package sim

import (
	"time"

	"networkmngr/internal/mailbox"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// What it takes to give the chain blocks: a commit, on average, and each block.
const (
	commitCost = 2 * time.Millisecond
	blockCost  = time.Millisecond
)

// admitCost is what a transfer takes, most of it for its signature, good or forged:
// of the order that BenchmarkAdd of internal/mempool measures.
const admitCost = 60 * time.Microsecond

// door gives blocks and transfers from peers to chain and mempool, each in a
// lane of its own, as a node does; here one transfer at a time, as a machine
// with one core would.
type door struct {
	free      time.Time // when the chain has taken what it was given
	turns     mailbox.Turns[types.Transaction]
	admitting bool // a transfer is in hand
}

// verify gives the chain blocks once it has those before them.
func (d *door) verify(n *node, blocks []types.Block) {
	if d.free.Before(n.world.now) {
		d.free = n.world.now
	}
	d.free = d.free.Add(n.world.soon(commitCost) + blockCost*time.Duration(len(blocks)))
	n.world.at(d.free, n.thisLife(func() { n.verify(blocks) }))
}

func (d *door) admit(n *node, a protocol.Admit) {
	d.turns.Put(a.From, a.Transaction)
	if !d.admitting {
		d.next(n)
	}
}

// next judges the next transfer, until none waits.
func (d *door) next(n *node) {
	t, ok := d.turns.Take()
	if d.admitting = ok; !ok {
		return
	}
	n.later(admitCost, func() {
		n.admit(t)
		d.next(n)
	})
}
