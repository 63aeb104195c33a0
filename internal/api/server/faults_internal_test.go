package server

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/node"
)

// faulty has faults, and is no more of a network.
type faulty struct {
	Network
	has node.Faults
}

func (f *faulty) Faults() node.Faults       { return f.has }
func (f *faulty) SetFaults(has node.Faults) { f.has = has }

// patient records an answer, however long it takes.
type patient struct{ *httptest.ResponseRecorder }

func (patient) SetReadDeadline(time.Time) error  { return nil }
func (patient) SetWriteDeadline(time.Time) error { return nil }

// A request whose client has given up changes nothing, though it was read whole: whoever sent
// it takes it that the node has what it had, and may have set other faults since.
func TestFaultsOfWhoHasGivenUpAreNotSet(t *testing.T) {
	gin.SetMode(gin.ReleaseMode)
	network := &faulty{has: node.Faults{Generation: 1}}
	s := &Server{node: Backend{Network: network}}
	ctx, cancel := context.WithCancel(t.Context())
	put := func() error {
		c, _ := gin.CreateTestContext(patient{httptest.NewRecorder()})
		c.Request = httptest.NewRequestWithContext(ctx, http.MethodPut, "/faults", strings.NewReader(`{"generation": 2}`))
		return s.setFaults(c)
	}
	require.NoError(t, put())
	require.EqualValues(t, 2, network.has.Generation)
	network.has.Generation = 3
	cancel()
	require.ErrorIs(t, put(), context.Canceled)
	require.EqualValues(t, 3, network.has.Generation)
}
