package sim

import (
	"math"

	"networkmngr/internal/consensus"
	"networkmngr/internal/core"
	"networkmngr/internal/mempool"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// agreed reports whether all honest nodes are up and on one tip.
func (w *World) agreed() bool {
	tip := w.nodes[0].chain.Tip().ID
	for _, n := range w.honest() {
		if !n.up() || n.chain.Tip().ID != tip {
			return false
		}
	}
	return true
}

// connected reports whether nodes on terms with each other lead from every
// honest node to every other, over links that have lost nothing.
func (w *World) connected() bool {
	honest := w.honest()
	reached := make([]bool, len(honest)) // by number
	reached[0] = true
	count := 0
	for next := honest[:1:1]; len(next) > 0; next = next[1:] {
		count++
		for _, n := range honest {
			if !reached[n.number] && w.isSound(next[0], n) && n.hasPeer(next[0].id) {
				reached[n.number] = true
				next = append(next, n)
			}
		}
	}
	return count == len(honest)
}

// check holds the invariants of a run that is over.
func (w *World) check() {
	if w.queue.busy > 0 {
		w.violation("%d things are still to happen", w.queue.busy)
	}
	for _, n := range w.honest() {
		tip := n.chain.Tip()
		w.note("end", n.number, tip.ID[:])
		if first := w.nodes[0].chain.Tip(); tip != first {
			w.violation("node %d ends on %d (%s), node 0 on %d (%s)", n.number, tip.Height, tip.ID, first.Height, first.ID)
		}
		n.checkReplay()
		n.checkRest()
	}
	w.checkPosted()
}

// checkReplay applies the node's main chain from genesis: it must be valid,
// give the accounts that the node's disk holds, and make no coin and lose
// none.
func (n *node) checkReplay() {
	tip := n.chain.Tip()
	accounts, done := n.world.replayed[tip.ID]
	if !done { // nodes that agree hold the same blocks, so one replay serves all
		accounts = n.replay(tip)
		n.world.replayed[tip.ID] = accounts
	}
	n.checkCoins(accounts, tip.Height)
}

func (n *node) replay(tip consensus.State) consensus.Accounts {
	w := n.world
	state, accounts := w.genesis.State(), make(consensus.Accounts)
	settle(accounts, w.genesis.Diff())
	for _, ref := range n.chain.MainChain(1, int(tip.Height)) {
		block, err := n.chain.Block(ref.ID)
		if err != nil {
			w.violation("node %d: %v", n.number, err)
			return accounts
		}
		next, diff, err := state.Apply(&block, accounts)
		if err != nil {
			w.violation("node %d holds invalid block %d: %v", n.number, ref.Height, err)
			return accounts
		}
		settle(accounts, diff)
		state = next
	}
	if state != tip {
		w.violation("node %d: replay ends on %s, the node is on %s", n.number, state.ID, tip.ID)
	}
	return accounts
}

func settle(accounts consensus.Accounts, diff consensus.Diff) {
	for _, c := range diff {
		accounts[c.Address] = c.After
	}
}

func (n *node) checkCoins(accounts consensus.Accounts, height uint64) {
	w := n.world
	var coins types.Amount
	var addresses []types.Address
	for address, account := range accounts {
		coins += account.Balance
		addresses = append(addresses, address)
	}
	if want := w.genesis.Params.CoinsAt(height); coins != want {
		w.violation("node %d: accounts hold %s, issued were %s", n.number, coins, want)
	}
	stored, _, err := n.chain.Accounts(addresses...)
	if err != nil {
		w.violation("node %d: %v", n.number, err)
	}
	for address, account := range accounts {
		if stored[address] != account {
			w.violation("node %d: account %s is %+v on disk, %+v by replay", n.number, address, stored[address], account)
		}
	}
}

// checkRest wants nothing under way: no request forgotten, none kept for ever.
func (n *node) checkRest() {
	b := n.core.Backlog()
	b.Known, b.Waiting, b.WaitingBytes = 0, 0, 0
	b.Dialling = 0 // of addresses where nobody is
	if b != (protocol.Backlog{}) {
		n.world.violation("node %d does not come to rest: %+v", n.number, b)
	}
}

// checkBest wants the tip to have as much work as anything that is stored.
func (n *node) checkBest() {
	best, tip := n.view.HeadersTip(), n.view.Tip()
	if best.Stored && best.Work.Gt(&tip.Work) {
		n.world.violation("node %d stays on %s, and has %s with more work", n.number, tip.ID, best.ID)
	}
}

// maxWaiting is how many bytes of blocks and transfers may wait at a node for
// its peers' sake, all together.
const maxWaiting = 96 << 20

// checkBacklog holds the bounds of an engine's memory.
func (n *node) checkBacklog() {
	b, stats := n.core.Backlog(), &n.world.stats
	n.kept = b.ArrivedBytes + b.AdmittingBytes + b.WaitingBytes
	n.hold(0)
	if n.kept > maxWaiting {
		n.world.violation("node %d lets %d bytes of its peers wait", n.number, n.kept)
	}
	stats.most("blocks asked for", b.Blocks)
	stats.most("blocks that waited to be verified", b.Arrived)
	stats.most("transfers asked for", b.Transactions)
	stats.most("transfers that waited for others", b.Waiting)
	peers := len(n.world.nodes)
	if b.Blocks > 128*peers || b.Arrived > 1024+128*peers || b.Filling > peers ||
		b.Transactions > 10_000*peers || b.Waiting > 256 || b.Known > 5000 {
		n.world.violation("node %d remembers too much: %+v", n.number, b)
	}
}

// checkPassOn wants a node to tell nobody of what it refused itself.
func (n *node) checkPassOn(m protocol.Message) {
	if len(n.refused) == 0 {
		return // naming costs hashes
	}
	for _, id := range named(m) {
		if n.refused[id] {
			n.world.violation("node %d passes on what it refused, in a %T: %s", n.number, m, id)
		}
	}
}

// named lists the transfers and blocks that a message vouches for.
func named(m protocol.Message) []types.Hash {
	var ids []types.Hash
	switch m := m.(type) {
	case protocol.Have:
		ids = m.IDs
	case protocol.Transactions:
		for i := range m.Transactions {
			ids = append(ids, m.Transactions[i].ID())
		}
	case protocol.Headers:
		for _, h := range m.Headers {
			ids = append(ids, h.Hash())
		}
	case protocol.Compact:
		ids = append(ids, m.Header.Hash())
	}
	return ids
}

// senderSequence is a place that only one transfer can take.
type senderSequence struct {
	sender   types.Address
	sequence uint64
}

func senderSequenceOf(t *types.Transaction) senderSequence {
	return senderSequence{t.Sender(), t.Sequence}
}

// checkPosted looks for every transfer that was accepted by a node which has
// not crashed since, or another one in its place: it is on the chain, or
// pending everywhere, or waits there for what its sender cannot pay. A node may
// lack what it would not take: after a crash a client may have spent otherwise.
func (w *World) checkPosted() {
	included, err := w.included()
	if err != nil {
		w.violation("node 0: %v", err)
		return
	}
	for _, p := range w.posted {
		if p.node.boot != p.boot || p.node.isParked(&p.transaction) || included[senderSequenceOf(&p.transaction)] {
			continue
		}
		for _, n := range w.honest() {
			if !n.isPending(&p.transaction) && n.wouldTake(p.transaction) {
				w.violation("node %d lacks transfer %s (sequence %d) that node %d accepted",
					n.number, p.transaction.ID(), p.transaction.Sequence, p.node.number)
			}
		}
	}
	w.stats.Total["transfers on the chain"] += len(included)
}

// checkSpread wants what is pending at one node to be so at all, whoever it came from: as
// no block has come for a while, nobody can have been told of it by one. A node may lack
// what it would not take.
func (w *World) checkSpread() {
	for _, from := range w.honest() {
		for _, id := range from.pool.IDs(math.MaxInt) {
			t, _ := from.pool.Get(id)
			if from.isParked(&t) {
				continue
			}
			for _, n := range w.honest() {
				if !n.isPending(&t) && n.wouldTake(t) {
					w.violation("node %d lacks transfer %s (sequence %d) that is pending at node %d", n.number, id, t.Sequence, from.number)
				}
			}
		}
	}
}

// included are the slots that the main chain has taken.
func (w *World) included() (map[senderSequence]bool, error) {
	n, taken := w.nodes[0], make(map[senderSequence]bool)
	for _, ref := range n.chain.MainChain(1, int(n.chain.Tip().Height)) {
		block, err := n.chain.Block(ref.ID)
		if err != nil {
			return nil, err
		}
		for i := range block.Transactions[1:] {
			taken[senderSequenceOf(&block.Transactions[i+1])] = true
		}
	}
	return taken, nil
}

// isPending reports whether t, or another transfer in its place, may be taken
// by a block.
func (n *node) isPending(t *types.Transaction) bool {
	for _, other := range n.pool.BySender(t.Sender()) {
		if other.Sequence == t.Sequence {
			return true
		}
	}
	return false
}

// isParked reports whether t is parked, as it may at the end only where a
// crash lost what would pay for it.
func (n *node) isParked(t *types.Transaction) bool {
	c := n.world.config
	crashes := c.CrashIn > 0 || c.CrashAtWork > 0
	return crashes && n.pool.Has(t.ID()) && !n.isPending(t)
}

// wouldTake reports whether the mempool takes a transfer, as it does then.
func (n *node) wouldTake(t types.Transaction) bool {
	checked := core.Admit{Transaction: t}.Check(n.pool)
	offer := mempool.Offer{Transaction: t, Account: checked.Account, At: checked.At}
	return checked.Err == nil && n.pool.Enter(offer, n.world.now.Add(n.skew)) == nil
}
