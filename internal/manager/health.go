package manager

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/fleet"
	"networkmngr/internal/httpserver"
)

// errNoneWorks means that the manager is all that is left of its network.
var errNoneWorks = errors.New("no node of the network works")

// healthz says that the network works, and what of it does not.
func (m *Manager) healthz(c *gin.Context) error {
	if m.ending() {
		return errStopping
	}
	nodes := m.nodes()
	problems, working := nodeProblems(nodes)
	if working == 0 && len(nodes) > 0 {
		return fmt.Errorf("%w: %s", errNoneWorks, problems[0])
	}
	if err := m.stream.Unkept(); err != nil {
		problems = append(problems, fmt.Sprintf("events are no longer kept on disk: %v", err))
	}
	health := api.Health{Status: "ok", Problems: problems}
	if len(problems) > 0 {
		health.Status = "degraded"
	}
	return httpserver.Answer(c, http.StatusOK, health)
}

// ending reports whether the network ends.
func (m *Manager) ending() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.stopping
}

// nodeProblems tells which nodes do not work, and how many do. One that was paused does
// what somebody wanted, as one does that is being restarted.
func nodeProblems(nodes []node) (problems []string, working int) {
	for _, n := range nodes {
		switch {
		case n.State() == fleet.Exited:
			problems = append(problems, fmt.Sprintf("node %s has ended: %s", n.address(), n.exit()))
		case n.Silent():
			problems = append(problems, "node "+n.address()+" is not answering")
		default:
			working++
		}
	}
	return problems, working
}
