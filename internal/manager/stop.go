package manager

import (
	"fmt"
	"strings"
	"sync"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/terminal"
)

// stopNodes ends the mining and every node, side by side, and says how each
// ended. It runs once; see Manager.stopAll.
func (m *Manager) stopNodes() api.Stopped {
	m.mu.Lock()
	m.stopping = true
	session := m.session
	m.mu.Unlock()
	if session != nil {
		session.cancel(errShutdown)
		<-session.done
	}
	m.cancel()
	m.changing <- struct{}{} // for good, once a change that was under way has ended
	before := len(m.fleet.Running()) + len(m.fleet.Paused())
	var stopping sync.WaitGroup
	for _, c := range m.nodes() {
		stopping.Go(func() {
			if m.stopNode(c) {
				m.tellDown(c, events.Asked, false)
			}
		})
	}
	stopping.Wait()
	return m.newStopped(before)
}

// stopNode returns once the node's process has ended, and reports whether it ran.
func (m *Manager) stopNode(c node) (ran bool) {
	life := c.Life()
	_, _, ended := life.End()
	exit := life.Node.Stop(m.limits.grace)
	<-life.Gone()
	switch {
	case ended:
	case exit.Clean():
		m.log.Info("node stopped", "port", c.Port(), "pid", c.ready().PID)
	default:
		m.log.Error("node did not stop cleanly", "port", c.Port(), "pid", c.ready().PID, "exit", exit, "stderr", life.Node.Logs())
	}
	return !ended
}

// newStopped tells how every node ended, of which running ran until now.
func (m *Manager) newStopped(running int) api.Stopped {
	answer := api.Stopped{Message: terminal.Plural(running, "node") + " stopped", Nodes: []api.StoppedNode{}}
	var forced []string
	for _, c := range m.nodes() {
		answer.Nodes = append(answer.Nodes, newStoppedNode(c))
		if c.exit().Forced {
			forced = append(forced, c.address())
		}
	}
	if ended := len(answer.Nodes) - running; ended > 0 {
		answer.Message += fmt.Sprintf(", %d had ended before", ended)
	}
	if len(forced) > 0 {
		answer.Message += fmt.Sprintf("; killed, as they did not end in time: %s", strings.Join(forced, ", "))
	}
	return answer
}
