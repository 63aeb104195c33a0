package command

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api/client"
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
