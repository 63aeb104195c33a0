package manager

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/httpserver/openapi/openapitest"
)

func TestEveryRouteIsDescribed(t *testing.T) {
	t.Parallel()
	d, err := openapitest.Parse(Description)
	require.NoError(t, err)
	require.Empty(t, d.Compare((&Manager{metrics: new(Manager).newMetrics()}).routes()))
}
