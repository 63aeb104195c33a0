package manager_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// Nodes that have ended are told of, and a network of which none is left is not well.
func TestHealthOfDeadNodes(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	require.Equal(t, http.StatusOK, h.post("/nodes/n1/kill", "").status)
	got := h.get("/healthz")
	require.Equal(t, http.StatusOK, got.status)
	require.Regexp(t, fmt.Sprintf(`^{"status":"degraded","problems":\["node %s has ended: [^"]+"\]}`, h.address(1)), got.body)
	require.Equal(t, http.StatusOK, h.post("/nodes/n0/kill", "").status)
	h.requireError(h.get("/healthz"), http.StatusServiceUnavailable, "no-node-works", "has ended")
	require.Equal(t, http.StatusOK, h.post("/nodes/n1/restart", "").status)
	require.Contains(t, h.get("/healthz").body, h.address(0))
	require.NotContains(t, h.get("/healthz").body, h.address(1))
}

func TestMetricsOfANetwork(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	require.Equal(t, 3, mined(h, "/start/mining?min=0s&max=0s").Mined)
	require.Equal(t, http.StatusOK, h.post("/nodes/n2/kill", "").status)
	got := h.get("/metrics")
	require.Equal(t, http.StatusOK, got.status)
	for _, line := range []string{
		`nodes{state="running"} 2`, `nodes{state="down"} 1`, "network_height 3", "network_tips 1", "network_partitions 1", "network_blocks_total 3",
		`events_total{type="node-up"} 3`, `http_requests_total{code="200",method="POST",route="/nodes/:node/kill"} 1`,
	} {
		require.Contains(t, got.body, "\nnetworkmngr_"+line+"\n")
	}
}

// Prometheus is told of nodes that failed too, so that it misses them, and of none that was
// removed.
func TestTargets(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	require.Equal(t, http.StatusOK, h.post("/nodes/n1/kill", "").status)
	require.Equal(t, http.StatusOK, h.send(http.MethodDelete, "/nodes/n2").status)
	got := h.get("/metrics/targets")
	require.JSONEq(t, fmt.Sprintf(`[{"targets": [%q], "labels": {"node": "n0"}}, {"targets": [%q], "labels": {"node": "n1"}}]`,
		h.address(0), h.address(1)), got.body)
	require.Equal(t, "application/json; charset=utf-8", got.header.Get("Content-Type"))
}
