package sim

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/holiman/uint256"

	"networkmngr/internal/consensus"
	"networkmngr/internal/core"
	"networkmngr/internal/mempool"
	"networkmngr/internal/types"
)

// posted is a transfer that a node accepted from a client.
type posted struct {
	node        *node
	boot        int // of the node when it accepted
	transaction types.Transaction
}

// transfer is the next one of the node's own client, to a random other client.
func (n *node) transfer() (types.Transaction, error) {
	w := n.world
	address := types.AddressOfKey(n.key)
	account, pending, err := n.pool.Account(address)
	if err != nil {
		return types.Transaction{}, err
	}
	t := types.Transaction{
		Sequence:  account.Sequence + uint64(len(pending)),
		Recipient: types.AddressOfKey(clientKey(w.rand.IntN(w.config.Nodes))),
		Amount:    types.Amount(1 + w.rand.IntN(int(8*types.Coin))),
		Fee:       types.Amount(w.rand.IntN(1000)),
	}
	t.Sign(n.key, w.genesis.Params.GenesisID)
	return t, nil
}

// post has the node's client post so many more transfers, one after the other, as
// each follows on the one before.
func (n *node) post(count int) {
	n.posting += count
	if n.posting == count {
		n.postNext()
	}
}

func (n *node) postNext() {
	t, err := n.transfer()
	if err != nil {
		n.world.violation("node %d: %v", n.number, err)
		return
	}
	n.ask("posted", func(number uint64) core.Input {
		return n.check(core.Admit{Number: number, Transaction: t})
	}, func(a core.Answer) {
		n.posted(t, a.Err)
		if n.posting--; n.posting > 0 {
			n.postNext()
		}
	})
}

// posted notes what came of a transfer.
func (n *node) posted(t types.Transaction, err error) {
	w := n.world
	switch {
	case err == nil:
		w.stats.Total["transfers posted"]++
		w.posted = append(w.posted, posted{node: n, boot: n.boot, transaction: t})
	case errors.Is(err, consensus.ErrOverspend):
		w.stats.Total["transfers posted without the means"]++
	case errors.Is(err, mempool.ErrFeeTooLow) && n.waits(t.Sequence):
		w.stats.Total["transfers posted whose number came back from a peer meanwhile"]++
	case !errors.Is(err, mempool.ErrTooMany):
		w.violation("node %d refuses a transfer: %v", n.number, err)
	}
}

// waits reports whether a transfer of the node's client with such a number is pending. One
// that a crash took here before it was acknowledged may come back from a peer at any time.
func (n *node) waits(sequence uint64) bool {
	account, pending, err := n.pool.Account(types.AddressOfKey(n.key))
	return err == nil && sequence >= account.Sequence && sequence < account.Sequence+uint64(len(pending))
}

// perClient is how many transfers of one account may be pending.
const perClient = 1000

// data is what the settings say that some transactions hold.
func (w *World) data() []byte {
	if w.config.Data == 0 {
		return nil
	}
	return fmt.Appendf(nil, "%q", strings.Repeat("x", w.config.Data-2))
}

// postPending has the transfers of many small clients wait here.
func (n *node) postPending() {
	w := n.world
	data := w.data()
	for i := range w.config.Pending {
		t := types.Transaction{
			Sequence: uint64(i % perClient), Recipient: types.AddressOfKey(clientKey(0)), Amount: 1, Data: data,
		}
		t.Sign(types.NamedKey(smallClient(i/perClient)), w.genesis.Params.GenesisID)
		n.inbox("heard", n.check(core.Admit{Transaction: t}), nil)
	}
}

// resolve is an expectation: once it is answered, the node has at least the work
// that the peers had when it was asked.
type resolve struct {
	begin          time.Time
	faultsInjected int // of the world when it was asked
	work           uint256.Int
	easy           bool // all honest peers are near and there

	answered bool
}

// askResolve has the node catch up with its peers.
func (n *node) askResolve() {
	w := n.world
	w.stats.Total["resolves"]++
	r := &resolve{begin: w.now, faultsInjected: w.faultsInjected, work: n.bestAround(), easy: n.allNear()}
	n.later(resolveTimeout+time.Second, func() {
		if !r.answered {
			w.violation("node %d: a resolve was not answered", n.number)
		}
	})
	n.ask("resolve", func(number uint64) core.Input { return core.Resolve{Number: number} },
		func(core.Answer) { n.resolved(r) })
}

// resolveTimeout is when a resolve ends as it is.
var resolveTimeout = core.DefaultProtocol(0).ResolveTimeout

// allNear reports whether all honest peers of n can answer within a moment.
func (n *node) allNear() bool {
	for _, info := range n.core.Peers() {
		if p := n.world.byID[info.ID]; p.adversary == nil && !n.world.isSound(n, p) {
			return false
		}
	}
	c := n.world.config
	return c.Latency <= 20*time.Millisecond && c.Link.IsZero() && c.Slow == 0 && c.Skew == 0
}

// bestAround is the most work that an honest peer has which can be heard. One
// whose answer was lost counts as silent, and so does a slow one, as who owes an
// answer for a second is not waited for, and one that has yet to answer first.
func (n *node) bestAround() uint256.Int {
	var most uint256.Int
	for _, info := range n.core.Peers() {
		p := n.world.byID[info.ID]
		if p.adversary != nil || !p.up() || !n.world.isSound(n, p) || !n.heardPong(p) || n.slow > 0 || p.slow > 0 {
			continue
		}
		if p.seen.Work.Gt(&most) {
			most = p.seen.Work
		}
	}
	return most
}

// heardPong reports whether p has answered a ping on its link.
func (n *node) heardPong(p *node) bool {
	return n.linkEnd(p).pong
}

func (n *node) resolved(r *resolve) {
	w := n.world
	r.answered = true
	took := w.now.Sub(r.begin)
	if r.easy {
		w.slowestResolve = max(w.slowestResolve, took)
	}
	if took > maxResolve && w.faultsInjected == r.faultsInjected && r.easy {
		w.violation("node %d resolved after %s, for no reason", n.number, took)
	}
	if took > resolveTimeout {
		w.stats.Total["resolves that ran out of time"]++
		return
	}
	// A node whose clock is behind may find a peer's tip too far in the future.
	if tip := n.chain.Tip(); w.faultsInjected == r.faultsInjected && w.config.Skew == 0 && tip.Work.Lt(&r.work) {
		w.violation("node %d resolved after %s, and is behind what a peer had", n.number, w.now.Sub(r.begin))
	}
}
