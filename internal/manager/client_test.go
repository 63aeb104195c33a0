package manager_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
)

func (h *harness) client() *client.Manager {
	return client.NewManager(h.summary.URL+"/", "", &http.Client{Transport: described(h, h.transport())})
}

func TestClient(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	manager := h.client()
	health, err := manager.Health(t.Context())
	require.NoError(t, err)
	require.Equal(t, "ok", health.Status)
	nodes, err := manager.Nodes(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, nodes.Running)
	require.Equal(t, h.node(1).self, nodes.Nodes[1].NodeInfo)

	var results []api.MiningResult
	report, err := manager.Mine(t.Context(), client.MiningRequest{
		Rounds: new(2), Min: new(time.Millisecond), Max: new(3 * time.Millisecond),
	}, func(r api.MiningResult) { results = append(results, r) })
	require.NoError(t, err)
	require.Equal(t, 4, report.Mined)
	require.Equal(t, report.Results, results)
	for _, pause := range h.pauses.all() {
		require.LessOrEqual(t, pause, 3*time.Millisecond)
	}

	stopped, err := manager.Shutdown(t.Context())
	require.NoError(t, err)
	require.Equal(t, "2 nodes stopped", stopped.Message)
	require.Len(t, stopped.Nodes, 2)
	require.NoError(t, receives(t, h.ended))
}

func TestClientIsRefused(t *testing.T) {
	t.Parallel()
	h := start(t, 1)
	_, err := h.client().Mine(t.Context(), client.MiningRequest{Race: true, Min: new(time.Second)}, nil)
	var refusal *api.Error
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, http.StatusBadRequest, refusal.Status)
	_, err = h.client().StopMining(t.Context())
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, "not-mining", refusal.Code)
}

func TestClientStopsContinuousMining(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	_, err := h.client().StartMining(t.Context(), client.MiningRequest{Race: true, Continuous: true})
	require.NoError(t, err)
	report, err := h.client().StopMining(t.Context())
	require.NoError(t, err)
	require.Contains(t, report.Message, "stopped by /stop/mining")
}

func TestClientGivesUp(t *testing.T) {
	t.Parallel()
	h := start(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	h.node(0).set(func(n *fakeNode) {
		n.mine = func(ctx context.Context) error { cancel(); <-ctx.Done(); return ctx.Err() }
	})
	_, err := h.client().Mine(ctx, client.MiningRequest{}, func(api.MiningResult) {})
	require.ErrorIs(t, err, context.Canceled)
}
