package ports_test

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/manager/ports"
)

// free returns a port that nobody has.
func free(t *testing.T) int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

func TestAHeldPortIsOnlyForWhoeverTakesIt(t *testing.T) {
	port := free(t)
	held, err := ports.Hold("127.0.0.1", port)
	require.NoError(t, err)
	_, err = ports.Hold("127.0.0.1", port)
	require.ErrorIs(t, err, ports.ErrInUse)

	listener, err := held.Take(port)
	require.NoError(t, err)
	_, err = held.Take(port)
	require.ErrorIs(t, err, ports.ErrInUse, "it is taken")
	require.NoError(t, listener.Close())
	again, err := held.Take(port)
	require.NoError(t, err, "a node that had it has ended")
	require.NoError(t, again.Close())
}

func TestPortsAreHeldTogetherOrNotAtAll(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	port := free(t)
	_, err = ports.Hold("127.0.0.1", port, taken.Addr().(*net.TCPAddr).Port)
	require.ErrorIs(t, err, ports.ErrInUse)
	held, err := ports.Hold("127.0.0.1", port)
	require.NoError(t, err)
	held.Free()
	held, err = ports.Hold("127.0.0.1", port)
	require.NoError(t, err)
	held.Free()
}
