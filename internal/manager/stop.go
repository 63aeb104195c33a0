package manager

import (
	"fmt"
	"strings"
	"sync"

	"networkmngr/internal/api"
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
	m.endLife()
	m.changing <- struct{}{} // for good, once a change that was under way has ended
	before := m.members.running()
	var stopping sync.WaitGroup
	for _, c := range m.members.all() {
		stopping.Go(func() { m.stopNode(c) })
	}
	stopping.Wait()
	return m.newStopped(len(before))
}

// stopNode returns once the node's process has ended.
func (m *Manager) stopNode(c *child) {
	was := c.running()
	exit := c.process.Stop(m.limits.grace)
	<-c.gone
	switch {
	case !was:
	case exit.Clean():
		m.log.Info("node stopped", "port", c.port, "pid", c.pid)
	default:
		m.log.Error("node did not stop cleanly", "port", c.port, "pid", c.pid, "exit", exit, "stderr", exit.Stderr)
		m.config.Notice(fmt.Sprintf("node %s did not stop cleanly: %s", c.entry.Address, exit))
	}
}

// newStopped tells how every node ended, of which running ran until now.
func (m *Manager) newStopped(running int) api.Stopped {
	answer := api.Stopped{Message: plural(running, "node") + " stopped", Nodes: []api.StoppedNode{}}
	var forced []string
	for _, c := range m.members.all() {
		answer.Nodes = append(answer.Nodes, newStoppedNode(c))
		if c.exit.Forced {
			forced = append(forced, c.entry.Address)
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

// plural is "1 node", "2 nodes".
func plural(count int, thing string) string {
	if count == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", count, thing)
}
