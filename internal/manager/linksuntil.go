package manager

import (
	"time"

	"networkmngr/internal/events"
	"networkmngr/internal/faults"
)

// tellFaultsOfBefore tells of the faults that are there from an earlier run on.
func (m *Manager) tellFaultsOfBefore() {
	release, err := m.change(m.ctx)
	if err != nil {
		return // all of it ends
	}
	defer release()
	f := &m.linkFaults
	if f.over.Generation > 0 {
		m.tellFaults(f.over.Desired, events.FaultsOver)
	}
	if !f.asked().Desired.IsZero() {
		m.tellFaults(faults.State{}, events.FaultsResumed)
	}
}

// retimeFaults is for faults that have an end, when it has become another one by the machine's
// time: the network goes on after a rest, or its time is another one. It tells of them anew. The
// caller has the change; see Manager.change.
func (m *Manager) retimeFaults() {
	if f := &m.linkFaults; !f.asked().Desired.Next().IsZero() {
		f.move()
		m.tellFaults(faults.State{}, events.FaultsResumed)
	}
}

// untilNextEnd is how long it is until a part of the faults ends; nothing ends while the network's
// time stands still.
func (m *Manager) untilNextEnd() (wait time.Duration, ends bool) {
	lab, next := m.clock.read(), m.linkFaults.asked().Desired.Next()
	return next.Sub(lab.Time(time.Now())), !next.IsZero() && !lab.Stands
}

// endFaults ends faults when the time that they were set for has passed, until the network
// ends.
func (m *Manager) endFaults() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		timer.Stop()
		if wait, ends := m.untilNextEnd(); ends {
			timer.Reset(wait)
		}
		select {
		case <-m.ctx.Done():
			return
		case <-m.linkFaults.moved:
		case <-timer.C:
			if err := m.endFaultsNow(); err != nil {
				m.log.Warn("faults that are over have not ended", "error", err)
				_ = pause(m.ctx, m.limits.retry)
			}
		}
	}
}

// endFaultsNow ends what is over.
func (m *Manager) endFaultsNow() error {
	release, err := m.change(m.ctx)
	if err != nil {
		return nil // all of it ends
	}
	defer release()
	before := m.linkFaults.asked().Desired
	left := before.After(m.clock.read().Time(time.Now()))
	if left.Equal(before) {
		return nil // somebody was faster
	}
	_, err = m.applyFaults(m.ctx, faultsChange{next: left, why: events.FaultsOver, reconnect: before.Reconnects()})
	return err
}
