package sim

import (
	"errors"
	"time"

	"networkmngr/internal/types"
)

// Story is a run's settings with faults of every kind, drawn from the seed.
func Story(seed uint64, nodes int) Config {
	return Config{
		Seed: seed, Nodes: nodes, Outbound: 3 + int(seed%3),
		Busy:       2 * time.Minute,
		BlockTime:  time.Duration(2+seed%7) * time.Second,
		TransferIn: 2 * time.Second,
		Latency:    time.Duration(1+seed%100) * time.Millisecond,
		Loss:       []float64{0, 0.001, 0.02}[seed%3],
		CrashIn:    30 * time.Second, DownFor: 15 * time.Second,
		CutIn: 40 * time.Second, CutFor: 20 * time.Second,
	}
}

// settleFor bounds the time that nodes have to agree once all faults are over.
// It spans several pings, by which a node that missed an announcement learns
// of it, and the longest wait before a failed dial is tried again.
const settleFor = 20 * time.Minute

// Run plays the story to its end and returns what was wrong in the end, or
// nothing.
func (w *World) Run() error {
	for _, n := range w.nodes {
		if err := n.start(); err != nil {
			return err
		}
	}
	end := w.now.Add(w.config.Busy)
	for _, n := range w.nodes {
		w.mineNext(n, end)
		w.postNext(n, end)
	}
	w.repeat(w.config.CrashIn, end, w.crashOne)
	w.repeat(w.config.CutIn, end, w.cutOnce)
	never := func() bool { return false }
	w.advance(end, never)

	w.heal()
	w.config.Loss = 0
	for _, n := range w.nodes {
		if !n.up() {
			w.restart(n)
		}
	}
	w.advance(w.now.Add(settleFor), w.agreed)
	w.breakTie()
	w.advance(w.now.Add(settleFor), w.agreed)
	w.check()
	return errors.Join(w.faults...)
}

// breakTie mines one more block: branches of equal work may stand side by side
// for ever once nobody mines.
func (w *World) breakTie() {
	w.nodes[0].tryMine()
}

// repeat has f happen again and again, mean apart, until end.
func (w *World) repeat(mean time.Duration, end time.Time, f func()) {
	if mean <= 0 {
		return
	}
	w.after(w.soon(mean), func() {
		if w.now.After(end) {
			return
		}
		f()
		w.repeat(mean, end, f)
	})
}

func (w *World) mineNext(n *node, end time.Time) {
	mean := w.config.BlockTime * time.Duration(len(w.nodes))
	w.repeat(mean, end, func() {
		if !n.up() {
			return
		}
		n.tryMine()
	})
}

// postNext has the node's client post transfers now and then, each to a random
// other client.
func (w *World) postNext(n *node, end time.Time) {
	key := types.NamedKey(accountName(n.number))
	address := types.NamedAddress(accountName(n.number))
	w.repeat(w.config.TransferIn*time.Duration(len(w.nodes)), end, func() {
		if !n.up() {
			return
		}
		accounts, _, err := n.chain.Accounts(address)
		if err != nil {
			w.fault("node %d: %v", n.number, err)
		}
		t := types.Transaction{
			Sequence:  accounts[address].Sequence + uint64(len(n.pool.BySender(address))),
			Recipient: types.NamedAddress(accountName(w.rand.IntN(len(w.nodes)))),
			Amount:    types.Amount(1 + w.rand.IntN(int(types.Coin))),
			Fee:       types.Amount(w.rand.IntN(1000)),
		}
		t.Sign(key, w.genesis.Params.GenesisID)
		n.post(t)
	})
}

func (w *World) crashOne() {
	n := w.nodes[w.rand.IntN(len(w.nodes))]
	if !n.up() {
		return
	}
	n.crash()
	w.after(w.soon(w.config.DownFor), func() {
		if !n.up() {
			w.restart(n)
		}
	})
}

// restart brings a node up again, which must come back with all it had.
func (w *World) restart(n *node) {
	before := n.chain.Tip()
	if err := n.start(); err != nil {
		w.fault("node %d does not start again: %v", n.number, err)
		return
	}
	if after := n.chain.Tip(); after != before {
		w.fault("node %d lost its tip %s in a crash, now %s", n.number, before.ID, after.ID)
	}
}

func (w *World) cutOnce() {
	w.cut()
	w.after(w.soon(w.config.CutFor), w.heal)
}
