package manager

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/clock"
	"networkmngr/internal/config"
	"networkmngr/internal/events"
	"networkmngr/internal/manager/each"
	"networkmngr/internal/manager/folder"
	"networkmngr/internal/manager/kept"
	"networkmngr/internal/times"
)

// labClock is the network's time. What is wanted of it is in the data folder before
// anybody is told that it is done.
type labClock struct {
	kept     kept.File[clock.Lab]
	changing sync.Mutex // held from the reading of lab to its change

	mu      sync.Mutex // guards what follows
	lab     clock.Lab
	changes uint64 // how often somebody has wanted something else of it; 0 before it is known
}

// read is the network's time as it is now wanted.
func (l *labClock) read() clock.Lab {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lab
}

// wanted is read, and the number of the change that has made it so.
func (l *labClock) wanted() (clock.Lab, uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lab, l.changes
}

// note writes down what the network's time has come to. After an error it is as before.
func (l *labClock) note(lab clock.Lab) error { return l.write(lab, 0) }

// set is note for what the nodes are to be told of.
func (l *labClock) set(lab clock.Lab) error { return l.write(lab, 1) }

func (l *labClock) write(lab clock.Lab, changes uint64) error {
	if err := l.kept.Write(lab); err != nil {
		return fmt.Errorf("write down the lab's clock: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lab, l.changes = lab, l.changes+changes
	return nil
}

// of is the clock of a node as it is to go now.
func (l *labClock) of(name string) clock.Setting { return l.read().Now(time.Now()).Of(name) }

// now is the time by the clock of all nodes.
func (l *labClock) now() time.Time {
	now := time.Now()
	return now.Add(time.Duration(l.read().Now(now).Of("").Offset))
}

// openClock has the network go on in its own time, as if it had not rested, or, if the
// settings want that, at the machine's. After an error its time is not known, and stays as
// it is on disk.
func (m *Manager) openClock(settings config.ManagerSettings) error {
	m.clock.kept = kept.In[clock.Lab](m.data.Path, folder.ClockFile)
	lab, found, err := m.clock.kept.Read()
	if err != nil {
		return err
	}
	if !lab.Stands { // it was killed
		lab.Lived = times.Later(lab.Lived, m.stream.Before())
	}
	now := time.Now()
	lab = resumed(lab, now, settings.RealTime)
	if lab, err = lab.With(now, setAtStart(settings)); err != nil {
		return config.Misuse(fmt.Errorf("the lab's clock, in %s: %w; --real-time has it be the machine's", m.clock.kept.Path, err))
	}
	if found || !lab.Plain() {
		m.log.Info("lab clock", "behind", lab.Behind, "offset", lab.All.Offset, "drift", lab.All.Drift, "own", len(lab.Nodes))
	}
	return m.clock.set(lab)
}

// resumed is a lab that has rested until now.
func resumed(lab clock.Lab, now time.Time, realTime bool) clock.Lab {
	if !realTime {
		return lab.GoOn(now)
	}
	lab = lab.Alive(now)
	lab.Behind, lab.Stands = 0, false
	return lab
}

// setAtStart is what the settings want of all clocks.
func setAtStart(settings config.ManagerSettings) clock.Wanted {
	var change clock.Change
	if settings.OffsetSet {
		change.Offset = &settings.Offset
	}
	if drift, err := clock.ParseDrift(settings.Drift); err == nil && settings.DriftSet { // which was checked
		change.Drift = &drift
	}
	return clock.Wanted{All: &change}
}

// keepLived writes down from time to time that the network lives. After a kill its time
// goes on from there, or from the last event, if that is later.
func (m *Manager) keepLived() {
	m.everyLived(func() { m.noteLived(clock.Lab.Alive) })
}

// everyLived does something from time to time, until the network ends.
func (m *Manager) everyLived(do func()) {
	tick := time.NewTicker(m.limits.lived)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			do()
		case <-m.ctx.Done():
			return
		}
	}
}

// noteLived writes down what the network's time is now, unless it stands still.
func (m *Manager) noteLived(as func(clock.Lab, time.Time) clock.Lab) {
	m.clock.changing.Lock()
	defer m.clock.changing.Unlock()
	if lab, known := m.clock.wanted(); known > 0 && !lab.Stands {
		m.recorded("the lab's time", m.clock.note(as(lab, time.Now())))
	}
}

// setClocks changes the clocks of the network. They are kept before the nodes are told. The caller
// has the change; see Manager.change.
func (m *Manager) setClocks(ctx context.Context, wanted clock.Wanted) (failed map[string]error, err error) {
	m.clock.changing.Lock()
	lab, err := m.clock.read().With(time.Now(), wanted)
	if err == nil {
		err = m.clock.set(lab)
	}
	m.clock.changing.Unlock()
	if err != nil {
		return nil, err
	}
	m.tellClock(lab)
	if wanted.Behind != nil {
		m.links.Retime()
	}
	return m.pushClocks(ctx, m.running(), wanted), nil
}

// syncClocks has those nodes take what is wanted of their clocks that have missed a change of
// it. The caller has the change; see Manager.change.
func (m *Manager) syncClocks(ctx context.Context, nodes ...node) {
	lab, change := m.clock.wanted()
	nodes = slices.DeleteFunc(slices.Clone(nodes), func(c node) bool { return c.Life().Clock == change })
	wanted := clock.Wanted{}
	if !lab.Stands {
		wanted.Behind = new(time.Duration(lab.Behind)) // what was missed may be a jump
	}
	m.pushClocks(ctx, nodes, wanted)
}

// pushClocks has nodes that answer take what is wanted of their clocks. It returns why some
// have not.
func (m *Manager) pushClocks(ctx context.Context, nodes []node, wanted clock.Wanted) map[string]error {
	ctx, cancel := context.WithTimeout(ctx, m.limits.ask)
	defer cancel()
	failures := make([]error, len(nodes))
	_ = each.Do(ctx, len(nodes), func(ctx context.Context, i int) error {
		if nodes[i].answers() == nil {
			failures[i] = m.pushClock(ctx, nodes[i], wanted)
		}
		return nil // the others are told all the same
	})
	failed := make(map[string]error)
	for i, err := range failures {
		if err != nil {
			failed[nodes[i].Name()] = err
			m.log.Warn("node has not taken its clock", "node", nodes[i].address(), "error", err)
		}
	}
	return failed
}

// jumps reports whether a node's time does not go on from where it is.
func jumps(wanted clock.Wanted, name string) bool {
	own, named := wanted.Nodes[name]
	return wanted.Behind != nil || wanted.All != nil && wanted.All.Offset != nil || named && (own == nil || own.Offset != nil)
}

// pushClock has a node take what is wanted of its clock; its offset, if its time is to
// jump there, or may have been to before.
func (m *Manager) pushClock(ctx context.Context, c node, wanted clock.Wanted) error {
	ctx, cancel := c.whileAnswering(ctx)
	defer cancel()
	life := c.Life()
	lab, number := m.clock.wanted()
	want := lab.Now(time.Now()).Of(c.Name())
	change := api.ClockChange{Drift: new(want.Drift.String()), Stopped: new(lab.Stands)}
	missed := life.Clock+1 < number && !lab.Stands
	if missed || jumps(wanted, c.Name()) {
		change.Offset = new(want.Offset.String())
	}
	if _, err := c.client.SetClock(ctx, change); err != nil {
		life.Clock = 0 // nobody knows
		return c.unanswered(ctx, err)
	}
	life.Clock = number
	return nil
}

// tellClock tells how the clocks go.
func (m *Manager) tellClock(lab clock.Lab) {
	told := events.ClockChanged{Behind: lab.Behind.String(), All: toldSetting(lab.All), Nodes: make(map[string]events.ClockSetting)}
	for name, s := range lab.Nodes {
		told.Nodes[name] = toldSetting(s)
	}
	m.log.Info("clock changed", "behind", lab.Behind, "offset", lab.All.Offset, "drift", lab.All.Drift, "own", len(lab.Nodes))
	m.stream.Tell("", told)
}

func toldSetting(s clock.Setting) events.ClockSetting {
	return events.ClockSetting{Offset: s.Offset.String(), Drift: s.Drift.String()}
}
