package manager_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/httpserver/openapi/openapitest"
	"networkmngr/internal/manager"
)

// description is what the server says of itself.
var description = sync.OnceValue(func() *openapitest.Description {
	d, err := openapitest.Parse(manager.Description)
	if err != nil {
		panic(err) // no test of this package means anything then
	}
	return d
})

// described checks all that passes a test's HTTP client.
func described(t testing.TB, next http.RoundTripper) http.RoundTripper {
	return &openapitest.Transport{Description: description(), Next: next, Reporter: t}
}

func TestDescriptionHoldsTogether(t *testing.T) {
	t.Parallel()
	require.Empty(t, description().Problems())
}

func TestDescriptionIsServed(t *testing.T) {
	t.Parallel()
	h := start(t, 1)
	require.Equal(t, string(manager.Description), h.get("/openapi.yaml").body)
	require.Equal(t, http.StatusOK, h.get("/docs").status)
	require.Equal(t, http.StatusOK, h.get("/docs/explorer.js").status)
}
