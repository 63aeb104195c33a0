package manager

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/fleet"
	"networkmngr/internal/manager/session"
)

var (
	// errMined means that a node has mined all the blocks that it was to mine, or was
	// told to end.
	errMined = errors.New("its race is over")
	// errSetAnew means that somebody else changed a node's mining settings.
	errSetAnew = errors.New("its mining settings were changed: it races no more")
	// errAnew means that a node has started again, and knows of no race.
	errAnew = errors.New("it has started again")
	// errNoBlock means that a node has found nothing for too long.
	errNoBlock = errors.New("it has found no block")
)

// mineRace has every node mine by itself, without a pause between its blocks.
func (m *Manager) mineRace(s *session.Session) {
	var racing sync.WaitGroup
	for _, c := range m.running() {
		racing.Go(func() { m.race(s, c) })
	}
	racing.Wait()
}

// race has one node mine its blocks. Where there is no end it tries again after a
// failure.
func (m *Manager) race(s *session.Session, c node) {
	for s.Context().Err() == nil && (c.Running() || c.State() == fleet.Restarting) {
		r := &racer{node: c, manager: m, session: s}
		err := r.run(s.Context())
		if err == nil || s.Context().Err() != nil {
			return
		}
		m.log.Warn("mining failed", "node", c.address(), "error", err)
		m.addResult(s, c, api.MiningResult{Node: c.address(), Error: new(err.Error())})
		if !s.Order.Endless() || errors.Is(err, errSetAnew) || m.pause(s.Context(), m.limits.retry) != nil {
			return
		}
	}
}

// racer is a node in a race. What it has mined, its events tell.
type racer struct {
	node
	manager *Manager
	session *session.Session
	former  api.MiningSettings
	from    uint64      // offset from which the network's events may be of this race
	alarm   *time.Timer // rings when the node has found no block for too long

	set    bool        // the node has told of the race's settings
	ending atomic.Bool // it has other ones, or is about to
}

// run has the node mine until it has all its blocks, or ctx ends, and then mine as it
// did before.
func (r *racer) run(ctx context.Context) error {
	ctx, cancel := r.whileAnswering(ctx)
	defer cancel()
	before, err := r.client.Mining(ctx)
	if err != nil {
		return r.explain(ctx, err)
	}
	r.from = r.manager.stream.Log.Told() + 1
	next, err := r.client.NextEvent(ctx)
	if err != nil {
		return r.explain(ctx, err)
	}
	r.former = before.Settings
	defer r.restore()
	mode, blocks := events.MiningOn, r.session.Order.Rounds
	// If ctx cut this short, the node could do it after what restore has it do.
	setting, stop := context.WithTimeout(context.WithoutCancel(ctx), r.manager.limits.ask)
	defer stop()
	if _, err := r.client.SetMining(setting, api.MiningChange{Mode: &mode, Blocks: &blocks}); err != nil {
		return r.explain(ctx, err)
	}
	return r.follow(ctx, next)
}

// follow sees the node's events from an offset on, to the end of its race. Once ctx
// has ended, these are what it mines before it hears of that.
func (r *racer) follow(ctx context.Context, from uint64) error {
	seeing, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	r.alarm = time.AfterFunc(r.manager.limits.mine, func() { cancel(errNoBlock) })
	defer r.alarm.Stop()
	defer context.AfterFunc(ctx, func() {
		if cause := context.Cause(ctx); errors.Is(cause, errPaused) || errors.Is(cause, errSilent) {
			cancel(cause)
		}
		r.alarm.Reset(r.manager.limits.look)
		r.restore()
	})()
	err := r.manager.stream.Follow(seeing, r.from, raceEvents(r.Name()), func(e *events.Event) error {
		if e.Boot != "" && e.Seq < from && e.Type != (events.Gap{}).Type() {
			return nil // of before the race
		}
		return r.take(e.Data)
	})
	switch {
	case errors.Is(err, errMined):
		return nil
	case errors.Is(err, errSetAnew):
		return err
	default:
		return r.explain(seeing, err)
	}
}

// raceEvents are what is to be known of a node that races.
func raceEvents(name string) events.Filter {
	return events.Filter{Nodes: []string{name}, Types: []events.Type{
		events.BlockMined{}.Type(), events.MiningStarted{}.Type(), events.MiningChanged{}.Type(),
		events.MiningStopped{}.Type(), events.NodeDown{}.Type(),
	}}
}

// take sees one event of the node's.
func (r *racer) take(data events.Data) error {
	switch data := data.(type) {
	case events.BlockMined:
		if r.set {
			r.mined(data)
		}
	case events.MiningStopped:
		if r.set && data.Mined > 0 {
			return errMined
		}
		return r.setAgain()
	case events.MiningStarted, events.MiningChanged:
		return r.setAgain()
	case events.NodeDown:
		if data.Why == events.Restart {
			return errAnew
		}
		return errEnded // explain says how
	case events.Gap:
		return fmt.Errorf("lost sight of %d of its events", data.Last-data.First+1)
	}
	return nil
}

// setAgain sees that the node's settings are others: first those of the race, then
// those of before.
func (r *racer) setAgain() error {
	switch {
	case !r.set:
		r.set = true
		return nil
	case r.ending.Swap(true):
		return errMined
	default:
		return errSetAnew
	}
}

func (r *racer) mined(b events.BlockMined) {
	r.alarm.Reset(r.manager.limits.mine)
	r.manager.log.Debug("node mined", "node", r.address(), "height", b.Index, "hash", b.Hash, "seconds", b.Seconds)
	result := api.MiningResult{Node: r.address(), Index: &b.Index, Hash: &b.Hash, Seconds: b.Seconds}
	r.manager.addResult(r.session, r.node, result)
}

// restore has the node mine as it did, whatever became of the race, unless somebody
// else has decided meanwhile how it is to mine.
func (r *racer) restore() {
	if r.ending.Swap(true) || r.State() == fleet.Exited {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), r.manager.limits.look)
	defer cancel()
	former := &r.former
	change := api.MiningChange{
		Mode: &former.Mode, Interval: &former.Interval, Blocks: &former.Blocks,
		Threads: &former.Threads, Hashrate: &former.Hashrate, Paced: &former.Paced,
	}
	if _, err := r.client.SetMining(ctx, change); err != nil {
		r.manager.log.Warn("node is left mining as in the race", "node", r.address(), "error", r.explain(ctx, err))
	}
}
