package manager

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/fleet"
)

// Who waits for a machine gives up once that is found not to answer.
func TestAMachineThatFallsSilentHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	m := &Manager{http: newNodeClient(nil), ctx: t.Context(), limits: defaultLimits()}
	var x *machine
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		x.set(api.MachineSilent, errors.New("cut off"))
		_, _ = io.Copy(io.Discard, r.Body) // so that it is seen when the client hangs up
		<-r.Context().Done()
	}))
	defer server.Close()
	x = m.newMachine(server.URL)
	x.set(api.MachineJoined, nil)
	member, err := new(fleet.Fleet).NewOn(x.url, "n1", 1)
	require.NoError(t, err)

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for name, do := range map[string]func() error{
		"act": func() error {
			_, err := m.actElsewhere(ctx, x, member, "pause")
			return err
		},
		"remove":    func() error { return m.removeElsewhere(ctx, x, member) },
		"return":    func() error { return m.returnElsewhere(ctx, x, member) },
		"of a life": func() error { return (&remote{machine: x, name: "n1"}).Pause() },
	} {
		x.set(api.MachineJoined, nil)
		err := do()
		require.ErrorIs(t, err, errMachine, name)
		require.ErrorContains(t, err, "cut off", name)
	}
}
