package manager_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/manager"
)

func (h *harness) client() *manager.Client {
	return manager.NewClient(h.summary.URL+"/", "", &http.Client{Transport: described(h, &http.Transport{DisableKeepAlives: true})})
}

func TestClient(t *testing.T) {
	h := start(t, 2)
	client := h.client()
	health, err := client.Health(t.Context())
	require.NoError(t, err)
	require.Equal(t, "ok", health.Status)
	nodes, err := client.Nodes(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, nodes.Running)
	require.Equal(t, h.node(1).self, nodes.Nodes[1].Entry)

	var results []manager.MiningResult
	report, err := client.Mine(t.Context(), manager.MiningRequest{
		Rounds: new(2), Min: new(time.Millisecond), Max: new(3 * time.Millisecond),
	}, func(r manager.MiningResult) { results = append(results, r) })
	require.NoError(t, err)
	require.Equal(t, 4, report.Mined)
	require.Equal(t, report.Results, results)
	for _, pause := range h.pauses.all() {
		require.LessOrEqual(t, pause, 3*time.Millisecond)
	}

	stopped, err := client.Shutdown(t.Context())
	require.NoError(t, err)
	require.Equal(t, "2 nodes stopped", stopped.Message)
	require.Len(t, stopped.Nodes, 2)
	require.NoError(t, receives(t, h.ended))
}

func TestClientIsRefused(t *testing.T) {
	h := start(t, 1)
	_, err := h.client().Mine(t.Context(), manager.MiningRequest{Race: true, Min: new(time.Second)}, nil)
	var refusal *manager.Error
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, http.StatusBadRequest, refusal.Status)
	_, err = h.client().StopMining(t.Context())
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, "not-mining", refusal.Code)
}

func TestClientStopsContinuousMining(t *testing.T) {
	h := start(t, 2)
	_, err := h.client().StartMining(t.Context(), manager.MiningRequest{Race: true})
	require.NoError(t, err)
	report, err := h.client().StopMining(t.Context())
	require.NoError(t, err)
	require.Contains(t, report.Message, "stopped by /stop/mining")
}

func TestClientGivesUp(t *testing.T) {
	h := start(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	h.node(0).set(func(n *fakeNode) {
		n.mine = func(ctx context.Context) error { cancel(); <-ctx.Done(); return ctx.Err() }
	})
	_, err := h.client().Mine(ctx, manager.MiningRequest{}, func(manager.MiningResult) {})
	require.ErrorIs(t, err, context.Canceled)
}
