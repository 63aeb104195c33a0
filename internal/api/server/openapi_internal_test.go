package server

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/httpserver/feed"
	"networkmngr/internal/httpserver/openapi/openapitest"
	"networkmngr/internal/metrics"
)

func TestEveryRouteIsDescribed(t *testing.T) {
	d, err := openapitest.Parse(Description)
	require.NoError(t, err)
	require.Empty(t, d.Compare((&Server{feed: feed.New(nil, nil, nil), metrics: metrics.NewNode(metrics.Labels{}, nil)}).routes()))
}
