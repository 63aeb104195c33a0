package command

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/coder/websocket"
	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/api/server"
	"networkmngr/internal/config"
	"networkmngr/internal/httpclient"
)

// put has a node's network changed.
func put(ctx context.Context, address string, settings server.Settings) (api.Blockchain, error) {
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
		set, err := put(t.Context(), before.Address, server.Settings{Name: &name})
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
	_, err = put(t.Context(), before.Address, server.Settings{Name: new("late")})
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
			_, _ = put(context.Background(), info.Address, server.Settings{Name: new("class")}) // it may be cut off
		}()
		until(t, "the restart or its end", func() bool { return strings.Contains(p.log(t), "network changed") })
		require.NoError(t, c.command.Process.Signal(syscall.SIGTERM))
		require.Zero(t, c.awaitExit(), c.stderr.String())
		<-set
	}
}

// hostNode makes a node of a new folder in this process. The test must serve it.
func hostNode(t *testing.T, change ...func(*config.Node)) *hosted {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, listener.Close()) })
	settings := config.DefaultNode()
	settings.Data = t.TempDir()
	for _, f := range change {
		f(&settings)
	}
	h := host{settings: settings, listener: listener, log: hclog.NewNullLogger()}
	h.ctx, h.shutdown = context.WithCancelCause(t.Context())
	next, err := h.open()
	require.NoError(t, err)
	return next
}

// brokenListener takes no connection any more.
type brokenListener struct{ net.Listener }

var errBroken = errors.New("no more connections")

func (brokenListener) Accept() (net.Conn, error) { return nil, errBroken }

// A node that cannot be asked any more ends, whatever of it still waits.
func TestNodeEndsWithItsServer(t *testing.T) {
	deaf := hostNode(t, func(settings *config.Node) { settings.Peers = []string{"127.0.0.1:1"} })
	deaf.lent.Listener = brokenListener{deaf.lent.Listener}
	require.ErrorIs(t, deaf.serve(), errBroken)
	require.ErrorIs(t, context.Cause(deaf.ctx), errBroken)
}

// A node may take longer to end than the server waits for the request that has
// changed its network. It starts again all the same, once the change is made.
func TestRestartThatOutlastsItsRequest(t *testing.T) {
	t.Parallel()
	slow := hostNode(t)
	run, release := slow.run, make(chan struct{})
	slow.run = func(ctx context.Context) error {
		err := run(ctx)
		<-release
		return err
	}
	served := make(chan error, 1)
	go func() { served <- slow.serve() }()

	_, err := put(t.Context(), slow.listener.Addr().String(), server.Settings{Name: new("class")})
	require.Error(t, err, "cut off")
	close(release)
	require.NoError(t, <-served)
	require.NoError(t, slow.ctx.Err())
	genesis, err := dataFolder(slow.settings).Settle(nil, nil)
	require.NoError(t, err)
	require.Equal(t, "class", genesis.Params.Name, "before the next node begins")
}

// Who connects while nobody takes connections waits for the next server.
func TestLentListener(t *testing.T) {
	own, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer own.Close()
	for range 3 {
		first, err := lend(own)
		require.NoError(t, err)
		require.NoError(t, first.Close())
		<-first.returned
		_, err = first.Accept()
		require.ErrorIs(t, err, net.ErrClosed)
		waiting, err := net.Dial("tcp", own.Addr().String())
		require.NoError(t, err)
		next, err := lend(own)
		require.NoError(t, err)
		conn, err := next.Accept()
		require.NoError(t, err)
		require.Equal(t, waiting.LocalAddr().String(), conn.RemoteAddr().String())
		require.NoError(t, conn.Close())
		require.NoError(t, waiting.Close())
		require.NoError(t, next.Close())
	}
}
