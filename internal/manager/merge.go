package manager

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"sync"
	"time"

	"networkmngr/internal/events"
	"networkmngr/internal/events/state"
	"networkmngr/internal/fleet"
	"networkmngr/internal/httpclient"
	"networkmngr/internal/httpserver/feed"
)

// errMerged means that all events of a node that is gone were taken.
var errMerged = errors.New("the node has ended")

// merger brings one node's events, of one start, into the network's stream.
type merger struct {
	m      *Manager
	c      node
	boot   string
	seq    uint64    // of the last event
	broken time.Time // since when there is no connection; zero if there is
}

// longestEvent bounds an event of a node or a machine, in bytes. Theirs have a few hundred,
// with a node's last blocks as it starts some more.
const longestEvent = 1 << 20

// errEvent means that a node tells what no node would.
var errEvent = errors.New("no node has so many of them in one event")

// silentAfter is how long a node may be out of reach before that is told: one that
// ends breaks its connections a while before its process is gone.
const silentAfter = 2 * time.Second

// merge follows a node until it has ended. What was lost on the way stands as a gap in
// its place.
func (m *Manager) merge(c node, life *fleet.Life) {
	g := &merger{m: m, c: c}
	follow := &httpclient.Follow{Take: g.take, Lost: g.lost, Most: longestEvent}
	for {
		err := m.followAs(c, follow, life)
		switch {
		case errors.Is(err, errMerged), c.Machine() != "" && !life.Lasts():
			return
		case !errors.Is(err, context.Canceled):
			m.log.Warn("node's events cannot be followed", "node", c.Name(), "error", err)
			m.tellNotice("what happens at node %s is not told any more, until it starts again: its events cannot be followed: %s", c.Name(), err)
			<-life.Gone()
			return
		}
	}
}

// followAs follows a node as long as the same verbose types are wanted. Where a node of
// another machine was, its next life may be before it is known here that this one has ended.
func (m *Manager) followAs(c node, follow *httpclient.Follow, life *fleet.Life) error {
	verbose, changed := m.stream.Log.WantedTypes()
	follow.Query = asking(verbose)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var gone <-chan struct{} // never, of a node of this machine, whose end breaks the connection
	if c.Machine() != "" {
		gone = life.Gone()
	}
	go func() {
		select {
		case <-changed:
			cancel()
		case <-gone:
			cancel()
		case <-ctx.Done():
		}
	}()
	return c.client.Follow(ctx, follow)
}

// asking is the query for a node's events, those of verbose types among them.
func asking(verbose []events.Type) url.Values {
	query := url.Values{"from": {"start"}}
	if len(verbose) == 0 {
		return query
	}
	types := []string{feed.Usual}
	for _, t := range verbose {
		types = append(types, string(t))
	}
	query.Set("types", strings.Join(types, ","))
	return query
}

// take appends one event of the node's.
func (g *merger) take(e httpclient.Followed) error {
	g.broken = time.Time{}
	if e.Stream != g.boot {
		g.boot, g.seq = e.Stream, 0
	}
	gap, isGap := e.Data.(events.Gap)
	switch {
	case e.Type == events.Bookmark{}.Type() || e.Offset <= g.seq:
		return nil
	case isGap:
		g.miss(gap.Last)
		return nil
	case e.Offset > g.seq+1:
		g.miss(e.Offset - 1)
	}
	g.seq = e.Offset
	if err := checkLists(e.Data); err != nil {
		return err
	}
	g.append(events.Event{Time: e.Time, Seq: e.Offset, Data: e.Data}, len(e.JSON()))
	return nil
}

// checkLists returns an errEvent if a list has more than a node tells: entries that say
// nothing take much more memory than text.
func checkLists(data events.Data) error {
	count, most := 0, 0
	switch data := data.(type) {
	case events.TipMoved:
		count, most = len(data.Last), state.LastBlocks
	case events.Reorg:
		count, most = len(data.Overtaken), events.MaxOvertaken
	}
	if count > most {
		return fmt.Errorf("%w: %d blocks or transfers, at most %d", errEvent, count, most)
	}
	return nil
}

// miss tells that the node's events up to one are lost.
func (g *merger) miss(last uint64) {
	if last > g.seq {
		g.append(events.Event{Time: time.Now(), Data: events.Gap{First: g.seq + 1, Last: last, Reason: events.Lost}}, 0)
		g.seq = last
	}
}

// append appends an event whose JSON form has so many bytes; 0 if that is not known.
func (g *merger) append(e events.Event, length int) {
	e.Node, e.Boot = g.c.Name(), g.boot
	g.m.stream.Log.AppendLong(e, length)
}

// lost is told why the connection broke.
func (g *merger) lost(err error) error {
	if g.c.endsSoon(context.Background()) {
		return errMerged
	}
	if g.broken.IsZero() {
		g.broken = time.Now()
	}
	if g.c.Running() && time.Since(g.broken) >= silentAfter {
		if err == nil {
			err = io.EOF
		}
		g.m.tellSilent(g.c, g.broken, err)
	}
	return nil
}

// merges are those of the lives whose end was not told yet: of each, a channel that closes once
// all that the node has told in it is in the stream.
type merges struct {
	mu sync.Mutex
	of map[*fleet.Life]chan struct{}
}

// begin has there be one more.
func (g *merges) begin(life *fleet.Life) (merged chan struct{}) {
	merged = make(chan struct{})
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.of == nil {
		g.of = make(map[*fleet.Life]chan struct{})
	}
	g.of[life] = merged
	return merged
}

// wait returns once all that a node has told in a life is in the stream, at once if it never was ready.
func (g *merges) wait(life *fleet.Life) {
	g.mu.Lock()
	merged, known := g.of[life]
	g.mu.Unlock()
	if known {
		<-merged
	}
}

// end is for a life whose end was told.
func (g *merges) end(life *fleet.Life) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.of, life)
}

// tellUp tells that a node is ready, and begins to follow it.
func (m *Manager) tellUp(c node, took time.Duration) {
	ready, life := c.ready(), c.Life()
	m.stream.Tell(c.Name(), events.NodeUp{ID: ready.ID, Account: ready.ID.Account(), PID: ready.PID, Address: ready.Address, Machine: c.Machine(), Seconds: took.Seconds()})
	merged := m.merges.begin(life)
	m.watching.Go(func() {
		defer close(merged)
		m.merge(c, life)
	})
	m.watching.Go(func() { m.pulse(c, life) })
}

// tellDown tells that a node has ended, after all that it told itself.
func (m *Manager) tellDown(c node, why string, left bool) {
	life := c.Life()
	exit, at, _ := life.End()
	m.merges.wait(life)
	down := events.NodeDown{
		PID: c.ready().PID, Address: c.address(), Clean: exit.Clean(), Why: why, Left: left,
		Exit: exit.Code, Forced: exit.Forced, Message: exit.String(), Seconds: at.Sub(life.Started).Seconds(),
	}
	if exit.Signal != 0 {
		down.Signal = signalName(exit.Signal)
	}
	if at := c.RestartAt(); !at.IsZero() {
		down.RestartsIn = max(time.Until(at), time.Millisecond).Seconds()
	}
	if why == events.Crash {
		down.Last, _, _ = strings.Cut(life.Node().Logs(), "\n")
	}
	m.stream.Tell(c.Name(), down)
	m.merges.end(life)
	life.Release()
}

// resolve returns the name of the node that a text means: a name or a port.
func (m *Manager) resolve(text string) (string, error) {
	c, err := m.find(text)
	if err != nil {
		return "", err
	}
	return c.Name(), nil
}
