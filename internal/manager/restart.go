package manager

import (
	"fmt"
	"time"

	"networkmngr/internal/config"
	"networkmngr/internal/fleet"
)

// tellEnd tells that a node has ended, and has it start again by itself after a while if the
// restart policy says so. A kill on purpose is a failure, too: what the policy is for. Who is
// taken out, or ends with the network, stays away.
func (m *Manager) tellEnd(c node, why string) {
	life, wait := c.Life(), time.Duration(0)
	exit, _, _ := life.End()
	again := m.restarts(exit.Clean())
	if again {
		wait = c.PlanRestart(time.Now())
		m.log.Info("node is to start again by itself", "name", c.Name(), "port", c.Port(), "policy", m.settings.Restart, "wait", wait)
	}
	m.tellDown(c, why, false)
	if again {
		m.watching.Go(func() { m.restartAfter(c, life, wait) })
	}
}

// restarts reports whether the policy has a node start again that has ended, in order or
// not.
func (m *Manager) restarts(clean bool) bool {
	return m.settings.Restart == config.Always || m.settings.Restart == config.OnFailure && !clean
}

// restartAfter starts a node again after a while, and after longer ones for as long as that
// fails, unless somebody is faster, takes the node out, or the network ends.
func (m *Manager) restartAfter(c node, life *fleet.Life, wait time.Duration) {
	for m.rest(m.ctx, wait) == nil {
		again, err := m.restartUnless(c, life)
		if !again {
			return
		}
		wait = c.PlanRestart(time.Now())
		m.recordNodes()
		m.tellNotice("node %s did not start again: %s; it is tried again in %s", c.Name(), err, wait)
	}
	c.DropRestart(life)
}

// restartUnless starts a node again, unless it lives, or is none of the network's any more.
// With again, that has failed with err.
func (m *Manager) restartUnless(c node, life *fleet.Life) (again bool, err error) {
	release, err := m.change(m.ctx)
	if err != nil {
		return false, err
	}
	defer release()
	if found, err := m.fleet.Find(c.Name()); err != nil || found.Life() != life || found.State() != fleet.Exited {
		c.DropRestart(life)
		return false, nil
	}
	c.SetRestarting(true)
	if err := m.startAgain(m.ctx, []node{c}); err != nil {
		return m.ctx.Err() == nil, err
	}
	m.log.Info("node has started again by itself", "name", c.Name(), "port", c.Port(), "boot", c.Life().Boot)
	return false, nil
}

// restartWords says when a node starts again by itself; nothing if it does not.
func (c node) restartWords() string {
	at := c.RestartAt()
	if at.IsZero() {
		return ""
	}
	return fmt.Sprintf("; it starts again by itself in %s", max(time.Until(at), 0).Round(time.Second/10))
}
