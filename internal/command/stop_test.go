package command

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api/client"
	"networkmngr/internal/terminal"
)

// A manager that ends is not gone yet.
func TestAManagerThatEndsAnswers(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(`{"error": {"code": "shutting-down", "message": "the network is shutting down"}}`))
	}))
	n := &network{client: client.NewManager(server.URL, "", &http.Client{})}
	require.True(t, n.answers(t.Context()))
	server.Close()
	require.False(t, n.answers(t.Context()))
}

// Who waits no longer for a manager that does not end is not told that time is up.
func TestStopIsInterrupted(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/healthz" {
			interrupt()
		}
		_, _ = w.Write([]byte("{}"))
	}))
	defer server.Close()
	http := server.Client()
	n := &network{client: client.NewManager(server.URL, "", http), http: http}
	_, err := n.stop(ctx, terminal.New(io.Discard, false))
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, errStillThere)
}
