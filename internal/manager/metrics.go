package manager

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/events/state"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/metrics"
)

func (m *Manager) newMetrics() *metrics.Network {
	_, version, _ := strings.Cut(m.config.Software, "/")
	now := func() state.State { return m.stream.State() }
	return metrics.NewNetwork(version, now, func() int { return m.stream.Feed.Readers() })
}

// target is where Prometheus finds a node; see its HTTP service discovery.
type target struct {
	Targets []string          `json:"targets"`
	Labels  map[string]string `json:"labels"`
}

// handleTargets lists the nodes, those that have failed too, so that they are missed.
func (m *Manager) handleTargets(c *gin.Context) error {
	targets := []target{}
	for _, n := range m.nodes() {
		labels := map[string]string{"node": n.Name()}
		if m.trust != nil {
			labels["__scheme__"] = "https"
		}
		targets = append(targets, target{[]string{n.address()}, labels})
	}
	return httpserver.Answer(c, http.StatusOK, targets)
}
