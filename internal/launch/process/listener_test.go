package process

import (
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/config"
	"networkmngr/internal/launch"
)

// A node has the listener that its parent held for it, and when it has ended, nobody
// has.
func TestAListenerIsHandedOver(t *testing.T) {
	held, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := held.Addr().String()
	node, err := launcher(t).Start(t.Context(), launch.Spec{Genesis: []byte(`{}`), Listener: held})
	require.NoError(t, err)
	require.NoError(t, held.Close())
	require.Equal(t, address, node.Ready().Address)
	answer, err := http.Get("http://" + address)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	node.Kill()
	again, err := net.Listen("tcp", address)
	require.NoError(t, err)
	require.NoError(t, again.Close())
}

// pathless is a listener without a socket.
type pathless struct{ net.Listener }

func TestAListenerThatCannotBeHandedOver(t *testing.T) {
	held, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer held.Close()
	_, err = launcher(t).Start(t.Context(), launch.Spec{Genesis: []byte(`{}`), Listener: pathless{held}})
	require.ErrorIs(t, err, errListener)
	require.ErrorContains(t, err, held.Addr().String())
	require.NoError(t, held.Close())
	_, err = launcher(t).Start(t.Context(), launch.Spec{Genesis: []byte(`{}`), Listener: held})
	require.ErrorIs(t, err, errListener, "a closed one")
}

// Who was handed nothing listens by itself.
func TestListen(t *testing.T) {
	own, err := Listen("127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, own.Close())
	t.Setenv(config.Launched, "http://127.0.0.1:1")
	t.Setenv(config.Listener, "three")
	_, err = Listen("127.0.0.1:0")
	require.ErrorContains(t, err, "three")
	t.Setenv(config.Listener, "1000000")
	_, err = Listen("127.0.0.1:0")
	require.Error(t, err, "there is none")
}
