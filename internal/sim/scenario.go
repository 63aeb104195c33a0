package sim

import (
	"errors"
	"math/rand/v2"
	"slices"
	"time"
)

// Scenario is a run's settings with faults of every kind, drawn from the seed.
func Scenario(seed uint64, nodes int) Settings {
	r := rand.New(rand.NewPCG(seed, 0x73746f7279))
	c := Settings{
		Seed: seed, Nodes: nodes, Outbound: 3 + r.IntN(3),
		Active:       75 * time.Second,
		FullRegistry: r.IntN(2) == 0,
		BlockTime:    time.Duration(2+r.IntN(7)) * time.Second,
		TransferIn:   2 * time.Second, Burst: 1, Quiet: time.Duration(r.IntN(60)) * time.Second,
		ResolveIn: 5 * time.Second,
		Latency:   time.Duration(1+r.IntN(100)) * time.Millisecond,
		CrashIn:   30 * time.Second, DownFor: 15 * time.Second,
		CutIn: 40 * time.Second, CutFor: 20 * time.Second,
	}
	c.MineIn = c.BlockTime
	for range 2 + r.IntN(3) {
		variations[r.IntN(len(variations))](&c)
	}
	c.Adversaries = min(c.Adversaries, 4)
	// What came later is drawn apart, so that a seed's scenario stays what it was.
	more := rand.New(rand.NewPCG(seed, 0x6d6f7265))
	c.Tight = more.IntN(2) == 0
	c.Bandwidth = bandwidths[more.IntN(len(bandwidths))]
	return c
}

// bandwidths of links, in bytes a second: of a machine, a good line, a poor one.
var bandwidths = []int{0, 12_500_000, 1_250_000}

// variations make scenarios different from each other.
var variations = []func(*Settings){
	func(c *Settings) { c.Loss = 0.02 },
	func(c *Settings) { c.Loss = 0.001 },
	func(c *Settings) { c.ResetIn = 2 * time.Second },
	func(c *Settings) { c.CutIn, c.CutFor = 20*time.Second, 90*time.Second },
	func(c *Settings) { c.Active, c.CutIn, c.CutFor = 5*time.Minute, 10*time.Second, 4*time.Minute },
	func(c *Settings) { c.CrashIn, c.DownFor = 4*time.Second, 3*time.Second },
	func(c *Settings) { c.CrashAtWork, c.DownFor = 0.03, time.Second },
	func(c *Settings) { c.CrashIn, c.CutIn = 0, 0 },
	func(c *Settings) { c.Burst, c.TransferIn = 40, 10*time.Second },
	func(c *Settings) { c.History = 400 },
	func(c *Settings) { c.MineIn = c.BlockTime / 4 }, // the difficulty rises, and is not the same on all branches
	func(c *Settings) { c.Late, c.FullRegistry = c.Nodes/2, false },
	func(c *Settings) { c.Slow = c.Nodes / 4 },
	func(c *Settings) { c.Skew = 20 * c.BlockTime },
	func(c *Settings) { c.Adversaries = 1 + c.Nodes/3 },
	func(c *Settings) { c.Adversaries = 1 },
	func(c *Settings) { c.Nodes, c.Outbound, c.Active = 2*c.Nodes, 3, time.Minute },
}

// settleFor bounds the time that nodes have to agree once all faults are over.
// It spans several pings, by which a node that missed an announcement learns
// of it, and the longest wait before a failed dial is tried again.
const settleFor = 20 * time.Minute

// mineFor is more than it takes to bring a block that was found to the chain.
const mineFor = 10 * time.Second

// restFor is more than any request may take, and several pings.
const restFor = 4 * time.Minute

// Run plays the scenario to its end and returns what was wrong in the end, or
// nothing.
func (w *World) Run() error {
	if err := w.startAll(); err != nil {
		return err
	}
	w.runActive()
	w.endFaults()
	w.advance(w.now.Add(restFor), w.connected)
	w.advance(w.now.Add(restFor), w.agreed)
	w.pass(restFor)
	if w.agreed() && w.connected() {
		w.checkPosted()
		w.checkSpread()
	}
	w.agree()
	if w.config.Adversaries > 0 {
		w.removeAdversaries()
		w.pass(restFor)
		w.agree()
	}
	w.pass(restFor)
	w.advance(w.now.Add(restFor), func() bool { return w.queue.busy == 0 })
	w.check()
	return errors.Join(w.violations...)
}

// startAll starts the nodes, the late ones some time in the busy time.
func (w *World) startAll() error {
	if err := w.nodes[0].start(); err != nil {
		return err
	}
	for range w.config.History {
		w.pass(w.config.BlockTime)
		if w.rand.IntN(4) == 0 {
			w.nodes[0].post(1)
		}
		w.nodes[0].mine()
	}
	w.nodes[0].postPending()
	late := w.config.Nodes - w.config.Late
	for _, n := range w.nodes[1:] {
		if n.number < late || n.adversary != nil {
			if err := n.start(); err != nil {
				return err
			}
			continue
		}
		w.background(time.Duration(w.rand.Int64N(int64(w.config.Active))), func() { w.up(n) })
	}
	return nil
}

// runActive has clients, miners and faults at work.
func (w *World) runActive() {
	c, end := &w.config, w.now.Add(w.config.Active)
	each := time.Duration(c.Nodes)
	for _, n := range w.honest() {
		w.repeat(n.mineIn(), end.Add(-c.Quiet), n.whileUp(n.mine))
		w.repeat(c.TransferIn*each, end, n.whileUp(n.postBurst))
		w.repeat(c.ResolveIn*each, end, n.whileUp(n.askResolve))
	}
	w.repeat(c.CrashIn, end, w.crashOne)
	w.repeat(c.CutIn, end, w.cutOnce)
	w.repeat(c.ResetIn, end, w.reset)
	w.pass(c.Active)
}

// endFaults leaves nothing in the way of agreement but the adversaries.
func (w *World) endFaults() {
	w.heal()
	w.stopLosing()
	w.config.CrashAtWork = 0
	for _, n := range w.nodes {
		w.up(n)
		n.reform()
	}
}

func (w *World) removeAdversaries() {
	for _, n := range w.nodes[w.config.Nodes:] {
		n.crash()
	}
}

// agree wants all nodes on one tip. One more block breaks the tie of branches
// of equal work, which may stand side by side for ever once nobody mines.
func (w *World) agree() {
	w.nodes[0].mine()
	w.pass(mineFor)
	w.advance(w.now.Add(settleFor), w.agreed)
	if !w.agreed() {
		w.violation("nodes do not agree")
	}
}

// repeat has f happen again and again, mean apart, until end.
func (w *World) repeat(mean time.Duration, end time.Time, f func()) {
	if mean <= 0 {
		return
	}
	w.background(w.exponential(mean), func() {
		if w.now.After(end) {
			return
		}
		f()
		w.repeat(mean, end, f)
	})
}

func (n *node) whileUp(f func()) func() {
	return func() {
		if n.up() {
			f()
		}
	}
}

// postBurst has the node's client post one transfer, or many in a row.
func (n *node) postBurst() {
	n.post(1 + n.world.rand.IntN(n.world.config.Burst))
}

// crashOne ends a node for a while.
func (w *World) crashOne() {
	if n := w.honest()[w.rand.IntN(w.config.Nodes)]; n.up() {
		w.crashFor(n, w.exponential(w.config.DownFor))
	}
}

func (w *World) crashFor(n *node, down time.Duration) {
	w.countCrash(n)
	n.crash()
	w.background(down, func() { w.up(n) })
}

// crashAtWork ends a node now and then soon after it has begun to download or
// to verify.
func (n *node) crashAtWork() {
	w := n.world
	if w.config.CrashAtWork > 0 && w.rand.Float64() < w.config.CrashAtWork {
		w.background(w.exponential(2*time.Millisecond), n.thisBoot(func() { w.crashFor(n, w.exponential(w.config.DownFor)) }))
	}
}

func (w *World) countCrash(n *node) {
	w.stats.Total["crashes"]++
	switch b := n.core.Backlog(); {
	case b.Verifying > 0:
		w.stats.Total["crashes in the middle of a verification"]++
	case b.Blocks > 0:
		w.stats.Total["crashes in the middle of a download"]++
	}
}

// up brings a node that is down up again, with all that it had.
func (w *World) up(n *node) {
	if n.up() {
		return
	}
	before := n.chain
	if err := n.start(); err != nil {
		w.violation("node %d does not start: %v", n.number, err)
		return
	}
	if before != nil && before.Tip() != n.chain.Tip() {
		w.violation("node %d lost its tip %s in a crash, now %s", n.number, before.Tip().ID, n.chain.Tip().ID)
	}
}

// cutOnce parts the network for a while, unless it is parted already.
func (w *World) cutOnce() {
	if slices.Contains(w.groups, 1) {
		return
	}
	w.stats.Total["partitions"]++
	w.cut()
	w.background(w.exponential(w.config.CutFor), w.heal)
}
