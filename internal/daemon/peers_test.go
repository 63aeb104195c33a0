package daemon

import (
	"context"
	"fmt"
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
	s := newSeeker(ctx, nil, settings, hclog.NewNullLogger()) // nobody answers, so that no node is needed
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
