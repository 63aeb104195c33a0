package node

import (
	"context"
	"sync"
	"time"

	"networkmngr/internal/mining"
	"networkmngr/internal/types"
)

// jobs is the node as the source of what its worker searches for: first the blocks
// that a call of Mine waits for, then those that the schedule wants.
type jobs struct {
	node *Node

	mu       sync.Mutex // guards what follows
	schedule mining.Schedule
	calls    uint64 // so far; numbers them
	current  *call  // nil for none
	ended    bool   // nobody works any more
	last     mining.Job
	changed  chan struct{} // closed, and replaced, when the job is another one
}

// call is one call of Mine.
type call struct {
	ctx    context.Context
	number uint64
	count  int
	data   []byte
	blocks []types.Block // so far
	err    error
	done   chan struct{} // closed when blocks and err are final
}

func newJobs(n *Node, settings mining.Settings) *jobs {
	j := &jobs{node: n, changed: make(chan struct{})}
	j.schedule.Set(time.Now(), settings)
	return j
}

func (j *jobs) settings() mining.Settings {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.schedule.Settings()
}

func (j *jobs) set(settings mining.Settings) (before mining.Settings) {
	j.mu.Lock()
	defer j.mu.Unlock()
	before = j.schedule.Settings()
	j.schedule.Set(time.Now(), settings)
	j.change()
	return before
}

// call has count blocks mined, and waits for them. There is one call at a time.
func (j *jobs) call(ctx context.Context, count int, data []byte) ([]types.Block, error) {
	c := &call{ctx: ctx, count: count, data: data, done: make(chan struct{})}
	if !j.begin(c) {
		return nil, ErrStopping
	}
	defer context.AfterFunc(ctx, j.stir)() // the worker ends the call, as it may be about to submit
	<-c.done
	return c.blocks, c.err
}

func (j *jobs) begin(c *call) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.ended {
		return false
	}
	j.calls++
	c.number, j.current = j.calls, c
	j.change()
	return true
}

// end is told when the worker has left.
func (j *jobs) end() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ended = true
	j.finish(ErrStopping)
}

// stir has the worker ask for its job again.
func (j *jobs) stir() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.change()
}

// tipMoved has it ask again if it searches on another block.
func (j *jobs) tipMoved(tip types.Hash) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.last.Blocks > 0 && j.last.State.ID != tip {
		j.change()
	}
}

// transfersCame has it ask again if it rests until there are transfers.
func (j *jobs) transfersCame() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.last.Blocks == 0 && j.waits(j.last) {
		j.change()
	}
}

// change says that the job is another one. Callers hold mu.
func (j *jobs) change() {
	close(j.changed)
	j.changed = make(chan struct{})
}

// finish ends the call that is served, if there is one. Callers hold mu.
func (j *jobs) finish(err error) {
	if j.current == nil {
		return
	}
	j.current.err = err
	close(j.current.done)
	j.current = nil
}

// Job implements [mining.Source].
func (j *jobs) Job() (mining.Job, <-chan struct{}, error) {
	job, changed := j.order()
	if job.Blocks == 0 {
		return job, changed, nil
	}
	state, transfers, err := j.node.pool.Template(mining.Room(job.Data))
	j.mu.Lock()
	defer j.mu.Unlock()
	if err != nil {
		j.finish(err)
		return job, changed, err
	}
	if job.State, job.Transfers = state, transfers; len(transfers) == 0 && j.waits(job) {
		job.Blocks, job.Wake = 0, time.Now().Add(time.Second) // what is pending came or went just now
	}
	j.last = job
	return job, changed, nil
}

// waits reports whether a job is there for the transfers alone. Callers hold mu.
func (j *jobs) waits(job mining.Job) bool {
	return job.Call == 0 && j.schedule.Settings().Mode == mining.Pending
}

// order is a job without what chain and mempool say.
func (j *jobs) order() (job mining.Job, changed <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	settings := j.schedule.Settings()
	job = mining.Job{Payout: j.node.Account(), Power: settings.Power}
	j.settle(settings.Mode)
	if c := j.current; c != nil {
		job.Call, job.Blocks, job.Data = c.number, c.count-len(c.blocks), c.data
	} else {
		job.Blocks, job.Wake = j.schedule.Next(time.Now(), j.node.pool.Len() > 0)
	}
	j.last = job
	return job, j.changed
}

// settle ends a call that is done or given up. Callers hold mu.
func (j *jobs) settle(mode mining.Mode) {
	c := j.current
	switch {
	case c == nil:
	case c.err != nil:
		j.finish(c.err)
	case len(c.blocks) == c.count:
		j.finish(nil)
	case c.ctx.Err() != nil:
		j.finish(c.ctx.Err())
	case mode == mining.Off:
		j.finish(mining.ErrOff)
	}
}

// Submit implements [mining.Source].
func (j *jobs) Submit(job mining.Job, found []mining.Found) (int, error) {
	blocks, err := j.node.addMined(found)
	j.mu.Lock()
	defer j.mu.Unlock()
	if c := j.current; c != nil && c.number == job.Call {
		c.blocks, c.err = append(c.blocks, blocks...), err
	} else if job.Call == 0 {
		j.schedule.Mined(time.Now(), len(blocks))
	}
	return len(blocks), err
}
