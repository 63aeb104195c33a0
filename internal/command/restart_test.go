package command

import (
	"context"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/genesis"
	"networkmngr/internal/httpclient"
)

// put has a node's network changed.
func put(ctx context.Context, address string, settings genesis.Settings) (api.Blockchain, error) {
	client := httpclient.Client{Base: "http://" + address, HTTP: &http.Client{}, Most: 1 << 20}
	return httpclient.Call[api.Blockchain](ctx, &client, http.MethodPut, "/blockchain", settings)
}

// A node by hand changes its network in its own process, at its own port, with
// its own identity. Its network is its folder's, whatever it was started with.
func TestNodeRestartsOnAnotherNetwork(t *testing.T) {
	p := newPlace(t)
	c := start(t, p.args())
	client := p.client(t)
	before, err := client.Info(t.Context())
	require.NoError(t, err)
	listener, _, err := websocket.Dial(t.Context(), "ws://"+before.Address+"/ws", nil)
	require.NoError(t, err)
	defer listener.CloseNow()
	_, _, err = listener.Read(t.Context())
	require.NoError(t, err)

	for _, name := range []string{"class", "course"} {
		set, err := put(t.Context(), before.Address, genesis.Settings{Name: &name})
		require.NoError(t, err)
		got, err := client.Blockchain(t.Context())
		require.NoError(t, err)
		require.Equal(t, set, got, "whoever asks next is told by the new node")
		require.Equal(t, name, got.Name)
	}
	_, _, err = listener.Read(t.Context())
	require.Equal(t, websocket.StatusServiceRestart, websocket.CloseStatus(err), "%v", err)
	after, err := client.Info(t.Context())
	require.NoError(t, err)
	require.Equal(t, before.NodeInfo, after.NodeInfo)
	_, err = client.Mine(t.Context(), 1)
	require.NoError(t, err)
	_, err = put(t.Context(), before.Address, genesis.Settings{Name: new("late")})
	require.ErrorContains(t, err, "the height of "+before.Address+" is 1")

	require.NoError(t, c.command.Process.Signal(syscall.SIGTERM))
	require.Zero(t, c.awaitExit(), c.stderr.String())
	code, stderr := attempt(t, p.args()...)
	require.Equal(t, exitMisuse, code)
	require.Contains(t, stderr, `"course"`)
	start(t, p.args("--genesis="))
	resumed, err := p.client(t).Info(t.Context())
	require.NoError(t, err)
	require.Equal(t, "course", resumed.Network)
	require.Equal(t, before.ID, resumed.ID)
}

// A node that is to end while it restarts does end.
func TestShutdownDuringARestart(t *testing.T) {
	for range 5 {
		p := newPlace(t)
		c := start(t, p.args())
		client := p.client(t)
		info, err := client.Info(t.Context())
		require.NoError(t, err)
		set := make(chan struct{})
		go func() {
			defer close(set)
			_, _ = put(context.Background(), info.Address, genesis.Settings{Name: new("class")}) // it may be cut off
		}()
		until(t, "the restart or its end", func() bool { return strings.Contains(p.log(t), "network changed") })
		require.NoError(t, c.command.Process.Signal(syscall.SIGTERM))
		require.Zero(t, c.awaitExit(), c.stderr.String())
		<-set
	}
}
