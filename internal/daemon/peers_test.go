package daemon

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/api/server"
	"networkmngr/internal/config"
)

// What a node seeks has a bound, is sought once, and ends with it.
func TestSeekerIsBounded(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	settings := config.NodeSettings{Peers: []string{"127.0.0.1:1", "127.0.0.1:1"}}
	s := newSeeker(ctx, nil, settings, newAsking(nil), hclog.NewNullLogger()) // nobody answers, so that no node is needed
	require.Equal(t, []string{"127.0.0.1:1"}, s.Sought())
	for i := range maxSought {
		added, err := s.Seek(fmt.Sprintf("127.0.0.%d:1", i+1))
		require.NoError(t, err)
		require.Equal(t, i > 0, added, i)
	}
	_, err := s.Seek("192.0.2.1:1")
	require.ErrorIs(t, err, server.ErrManySought)
	end()
	s.wait()
	_, err = s.Seek("127.0.0.1:1")
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, s.Sought())
}

// Who is asked for an id must not have this node ask somebody else.
func TestNodesAreAskedWhereTheyAre(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("is asked") }))
	defer other.Close()
	server := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusFound))
	defer server.Close()
	_, err := newAsking(nil).node(server.Listener.Addr().String()).Info(t.Context())
	require.ErrorContains(t, err, "leads elsewhere")
}
