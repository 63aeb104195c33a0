package manager

import (
	"fmt"
	"strings"
	"sync"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/manager/session"
	"networkmngr/internal/terminal"
)

// stopNodes ends the mining and every node, side by side, and says how each
// ended. It runs once; see Manager.stopAll.
func (m *Manager) stopNodes() api.Stopped {
	m.mu.Lock()
	m.stopping = true
	mining := m.session
	m.mu.Unlock()
	if mining != nil {
		mining.Stop(session.ErrShutdown)
		<-mining.Done()
	}
	m.cancel()
	m.changing <- struct{}{} // for good, once a change that was under way has ended
	nodes := m.nodes()
	ran := make([]bool, len(nodes))
	var stopping sync.WaitGroup
	for i, c := range nodes {
		stopping.Go(func() {
			if ran[i] = m.stopNode(c); ran[i] {
				m.tellDown(c, events.Asked, false)
			}
		})
	}
	stopping.Wait()
	return newStopped(nodes, ran)
}

// stopNode returns once the node's process has ended, and reports whether it ran.
func (m *Manager) stopNode(c node) (ran bool) {
	life := c.Life()
	_, _, ended := life.End()
	exit := life.Node().Stop(m.limits.grace)
	<-life.Gone()
	switch {
	case ended:
	case exit.Clean():
		m.log.Info("node stopped", "port", c.Port(), "pid", c.ready().PID)
	default:
		m.log.Error("node did not stop cleanly", "port", c.Port(), "pid", c.ready().PID, "exit", exit, "stderr", life.Node().Logs())
	}
	return !ended
}

// newStopped tells how every node ended, and which of them ran until now.
func newStopped(nodes []node, ran []bool) api.Stopped {
	answer := api.Stopped{Nodes: []api.StoppedNode{}}
	stopped := 0
	var forced []string
	for i, c := range nodes {
		form := newStoppedNode(c)
		form.EndedBefore = !ran[i]
		answer.Nodes = append(answer.Nodes, form)
		if ran[i] {
			stopped++
		}
		if c.exit().Forced {
			forced = append(forced, c.address())
		}
	}
	answer.Message = terminal.Plural(stopped, "node") + " stopped"
	if ended := len(nodes) - stopped; ended > 0 {
		answer.Message += fmt.Sprintf(", %d had ended before", ended)
	}
	if len(forced) > 0 {
		answer.Message += fmt.Sprintf("; killed, as they did not end in time: %s", strings.Join(forced, ", "))
	}
	return answer
}
