package node

import (
	"cmp"
	"context"
	"sync"
	"time"

	"networkmngr/internal/core"
	"networkmngr/internal/mining"
	"networkmngr/internal/types"
)

// Mine catches up with the peers, mines count blocks in a row, sends each out,
// and catches up once more. Each block carries data, one compact JSON value, or
// nothing if it is nil. A node that mines by itself, too, searches for one block
// at a time: its next blocks are those of the call. Calls wait for one another.
// With an error, such as mining.ErrOff, come the blocks that were mined before it.
func (n *Node) Mine(ctx context.Context, count int, data []byte) ([]types.Block, error) {
	a, err := n.mine(ctx, core.Mine{Count: count, Data: data})
	if err == nil && len(a.Blocks) < count {
		err = context.Cause(ctx)
	}
	return a.Blocks, err
}

// MineAside mines on the block from, whatever the tip is, until its branch has more work
// than the main chain, which it then is: count blocks at most, of which peers are told with the last. It
// then catches up with the peers. hashes is how many were tried. With an error come the
// blocks that were mined before it: chain.ErrNotFound, chain.ErrNotBetter for a branch that
// count blocks were not enough for, or as of Mine.
func (n *Node) MineAside(ctx context.Context, from types.Hash, count int, data []byte) (blocks []types.Block, hashes uint64, err error) {
	a, err := n.mine(ctx, core.Mine{Count: count, Data: data, From: from})
	if err == nil {
		err = context.Cause(ctx)
	}
	return a.Blocks, a.Hashes, err
}

// mine has the core see to an order, and waits for that.
func (n *Node) mine(ctx context.Context, order core.Mine) (core.Answer, error) {
	if err := mining.CheckData(order.Data); err != nil {
		return core.Answer{}, err
	}
	number, answer := n.answers.expect()
	defer n.answers.forget(number)
	order.Number = number
	if !n.tell(ctx, order) {
		return core.Answer{}, cmp.Or(context.Cause(ctx), n.stopping())
	}
	defer context.AfterFunc(ctx, func() { n.tell(n.ctx, core.Cancel{Number: number}) })()
	select {
	case a := <-answer:
		return a, a.Err
	case <-n.ctx.Done():
		return core.Answer{}, n.stopping()
	}
}

// Mining says how the node mines, and what that has come to.
func (n *Node) Mining() (mining.Settings, mining.Achieved) {
	n.settings.Lock()
	defer n.settings.Unlock()
	return n.settings.Settings, n.worker.Achieved()
}

// Strategy says what has come of the strategy that the node mines by; nothing once the
// node has ended.
func (n *Node) Strategy() (now core.Strategy) {
	n.ask(func() { now = n.core.Strategy() })
	return now
}

// SetMining has the node mine by other settings, from now to its end. What Blocks
// counts begins anew. The error wraps mining.ErrSettings, or is ErrStopping.
func (n *Node) SetMining(settings mining.Settings) error {
	return n.setMining(settings, func(number uint64) core.Input {
		return core.SetMining{Number: number, Settings: settings}
	})
}

// Attack is SetMining for settings with a double spend, whose payment is pending here then
// and sent to peers. A payment that is refused changes nothing; the error is that of Submit
// then.
func (n *Node) Attack(settings mining.Settings) error {
	return n.setMining(settings, func(number uint64) core.Input {
		return core.Attack{Number: number, Settings: settings}
	})
}

func (n *Node) setMining(settings mining.Settings, question func(number uint64) core.Input) error {
	if err := settings.Validate(); err != nil {
		return err
	}
	n.settings.Lock()
	defer n.settings.Unlock()
	a, err := n.request(n.ctx, question)
	if err = cmp.Or(err, a.Err); err == nil {
		err = n.awaitKept()
	}
	if err != nil {
		return err
	}
	n.settings.Settings = settings
	n.log.Info("mining set", "mode", settings.Mode, "interval", settings.Interval, "blocks", settings.Blocks,
		"threads", settings.Threads, "hashrate", settings.Hashrate, "solver", settings.Power.Name(), "strategy", settings.Strategy.Normal().Name)
	return nil
}

// miningSettings are those that hold now.
type miningSettings struct {
	sync.Mutex // guards them, also while they are changed
	mining.Settings
}

// jobs is what the core wants searched for, as the worker asks for it.
type jobs struct {
	node *Node

	mu      sync.Mutex // guards what follows
	job     mining.Job
	changed context.Context // ends when there is another job
	change  context.CancelFunc
}

func newJobs(n *Node) *jobs {
	j := &jobs{node: n, change: func() {}}
	j.set(mining.Job{})
	return j
}

func (j *jobs) set(job mining.Job) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.change()
	j.job = job
	j.changed, j.change = context.WithCancel(context.Background())
}

// Job implements [mining.Source].
func (j *jobs) Job() (mining.Job, context.Context, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.job, j.changed, nil
}

// Submit implements [mining.Source].
func (j *jobs) Submit(job mining.Job, found []mining.Found) (taken int, err error) {
	n := j.node
	a, err := n.request(n.ctx, func(number uint64) core.Input {
		return core.Solved{Number: number, Call: job.Call, Found: found}
	})
	if err != nil {
		return 0, err
	}
	n.logMined(found[:a.Added])
	if a.Err != nil {
		n.log.Warn("mined block is not taken", "error", a.Err)
	}
	return a.Added, a.Err
}

func (n *Node) logMined(found []mining.Found) {
	for i := range found {
		b := &found[i]
		n.log.Info("block mined", append([]any{
			"height", b.Height(), "hash", b.Hash(), "transactions", len(b.Transactions), "took", b.Took.Round(time.Microsecond),
		}, n.miner(b.Transactions[0].Recipient, n.addressOf)...)...)
	}
}
