package sim

import (
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// posted is a transfer that a node accepted from a client.
type posted struct {
	node        *node
	life        int // of the node when it accepted
	transaction types.Transaction
}

// agreed reports whether all nodes are up and on one tip.
func (w *World) agreed() bool {
	tip := w.nodes[0].chain.Tip().ID
	for _, n := range w.nodes {
		if !n.up() || n.chain.Tip().ID != tip {
			return false
		}
	}
	return true
}

// check holds the invariants of a run that is over.
func (w *World) check() {
	for _, n := range w.nodes {
		tip := n.chain.Tip()
		w.note("end", n.number, tip.ID[:])
		if first := w.nodes[0].chain.Tip(); tip != first {
			w.fault("node %d ends on %d (%s), node 0 on %d (%s)", n.number, tip.Height, tip.ID, first.Height, first.ID)
		}
		w.checkReplay(n)
	}
	w.checkPosted()
}

// checkReplay applies the node's main chain from genesis: it must be valid,
// give the accounts that the node's disk holds, and make no coin and lose
// none.
func (w *World) checkReplay(n *node) {
	state, accounts := w.genesis.State(), make(consensus.Accounts)
	settle(accounts, w.genesis.Diff())
	tip := n.chain.Tip()
	for _, ref := range n.chain.MainChain(1, int(tip.Height)) {
		block, err := n.chain.Block(ref.ID)
		if err != nil {
			w.fault("node %d: %v", n.number, err)
			return
		}
		next, diff, err := state.Apply(&block, accounts)
		if err != nil {
			w.fault("node %d holds invalid block %d: %v", n.number, ref.Height, err)
			return
		}
		settle(accounts, diff)
		state = next
	}
	if state != tip {
		w.fault("node %d: replay ends on %s, the node is on %s", n.number, state.ID, tip.ID)
	}
	w.checkCoins(n, accounts, tip.Height)
}

func settle(accounts consensus.Accounts, diff consensus.Diff) {
	for _, c := range diff {
		accounts[c.Address] = c.After
	}
}

func (w *World) checkCoins(n *node, accounts consensus.Accounts, height uint64) {
	var coins types.Amount
	var addresses []types.Address
	for address, account := range accounts {
		coins += account.Balance
		addresses = append(addresses, address)
	}
	if want := w.genesis.Params.CoinsAt(height); coins != want {
		w.fault("node %d: accounts hold %s, issued were %s", n.number, coins, want)
	}
	stored, _, err := n.chain.Accounts(addresses...)
	if err != nil {
		w.fault("node %d: %v", n.number, err)
	}
	for address, account := range accounts {
		if stored[address] != account {
			w.fault("node %d: account %s is %+v on disk, %+v by replay", n.number, address, stored[address], account)
		}
	}
}

// checkPosted looks for every transfer that was accepted by a node which has
// not crashed since: it is on the chain or pending, unless another one with
// its sequence number is on the chain.
func (w *World) checkPosted() {
	type slot struct {
		sender   types.Address
		sequence uint64
	}
	n := w.nodes[0]
	included := make(map[slot]bool)
	for _, ref := range n.chain.MainChain(1, int(n.chain.Tip().Height)) {
		block, err := n.chain.Block(ref.ID)
		if err != nil {
			w.fault("node %d: %v", n.number, err)
			return
		}
		for _, t := range block.Transactions[1:] {
			included[slot{t.Sender(), t.Sequence}] = true
		}
	}
	for _, p := range w.posted {
		t := &p.transaction
		if p.node.life == p.life && !included[slot{t.Sender(), t.Sequence}] && !p.node.pool.Has(t.ID()) {
			w.fault("node %d lost transfer %s (sequence %d)", p.node.number, t.ID(), t.Sequence)
		}
	}
}
