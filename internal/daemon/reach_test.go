package daemon

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/netgroup"
)

// Where a name leads is looked at when it is connected to.
func TestNamesLeadNowhereThatTheTellerCannotKnow(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		_, _ = w.Write([]byte("{}"))
	}))
	t.Cleanup(server.Close)
	address := strings.Replace(server.Listener.Addr().String(), "127.0.0.1", "localhost", 1)
	for _, teller := range []netgroup.Reach{netgroup.Site, netgroup.Internet} {
		_, err := newAsking(nil).told(teller).node(address).Info(t.Context())
		require.ErrorIs(t, err, netgroup.ErrElsewhere)
	}
	require.Zero(t, asked)

	var seen netgroup.Reach
	_, err := newAsking(nil).told(netgroup.Machine).node(address).Info(withTeller(t.Context(), &seen))
	require.NoError(t, err)
	require.Equal(t, netgroup.Machine, seen)
}
