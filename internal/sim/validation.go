package sim

import (
	"errors"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/core"
	"networkmngr/internal/mailbox"
)

// What it takes to give the chain blocks: a commit, on average, and each block.
const (
	commitCost = 2 * time.Millisecond
	blockCost  = time.Millisecond
)

// admitCost is what a transfer takes, most of it for its signature, good or forged:
// of the order that BenchmarkAdd of internal/mempool measures.
const admitCost = 60 * time.Microsecond

// validation gives blocks and transfers to chain and mempool, each in a lane of its own, as
// a node does; here one transfer at a time, as a machine with one core would.
type validationQueue struct {
	free      time.Time // when the chain has taken what it was given
	turns     mailbox.Turns[core.Admit]
	admitting bool // a transfer is in hand
}

// write gives the chain blocks once it has those before them. The core hears of what
// came of it a little later.
func (d *validationQueue) write(n *node, e core.Write) {
	if d.free.Before(n.world.now) {
		d.free = n.world.now
	}
	d.free = d.free.Add(n.world.exponential(commitCost) + blockCost*time.Duration(len(e.Blocks)))
	n.world.at(d.free, n.thisBoot(func() { n.write(e) }))
}

func (n *node) write(e core.Write) {
	done := e.To(n.chain)
	n.checkExpectations()
	n.judge(done.Err)
	n.later(n.world.exponential(time.Millisecond), func() { n.inbox("written", done, nil) })
}

// judge notes what the chain says of blocks.
func (n *node) judge(err error) {
	w := n.world
	if at, ok := errors.AsType[*chain.BlockError](err); ok && chain.Invalid(err) {
		w.stats.Total["invalid blocks found"]++
		n.refused[at.ID] = true
		if w.config.Adversaries == 0 {
			w.violation("node %d finds a block of an honest node invalid: %v", n.number, err)
		}
	} else if errors.Is(err, chain.ErrStore) {
		w.violation("node %d: %v", n.number, err)
	}
}

// follow reads where the chain came from. The core hears of each step a little later.
func (n *node) follow(e core.Follow) {
	soon := n.world.exponential(time.Millisecond)
	err := e.Read(n.chain, n.pool, func(step core.Followed) {
		n.later(soon, func() { n.inbox("followed", step, nil) })
	})
	if err != nil {
		n.world.violation("node %d: %v", n.number, err)
	}
}

// persist takes as long as a commit. What is on disk ends with the node here, as the
// file of pending transfers is not simulated.
func (n *node) persist(e core.Persist) {
	n.later(n.world.exponential(commitCost), func() { n.inbox("persisted", core.Persisted{Numbers: []uint64{e.Number}}, nil) })
}

func (d *validationQueue) admit(n *node, e core.Admit) {
	d.turns.Put(e.From, e)
	if !d.admitting {
		d.next(n)
	}
}

// next checks the next transfer, until none waits.
func (d *validationQueue) next(n *node) {
	e, ok := d.turns.Take()
	if d.admitting = ok; !ok {
		return
	}
	n.later(admitCost, func() {
		n.inbox("admitted", n.check(e), nil)
		d.next(n)
	})
}

// check checks a transfer. What a node has found good, all do: that spares the run
// most of its time.
func (n *node) check(e core.Admit) core.Admitted {
	id := e.Transaction.ID()
	e.Checked = e.Checked || n.world.signed[id]
	checked := e.Check(n.pool)
	if checked.Err == nil {
		n.world.signed[id] = true
	}
	return checked
}
