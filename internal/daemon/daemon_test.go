package daemon

import (
	"context"
	"errors"
	"net"
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/clock"
	"networkmngr/internal/config"
	"networkmngr/internal/genesis"
	"networkmngr/internal/httpclient"
	"networkmngr/internal/mining"
)

// newDaemon makes one of a new folder in this process.
func newDaemon(t *testing.T, change ...func(*config.NodeSettings)) *daemon {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, listener.Close()) })
	settings := config.DefaultNode()
	settings.Data = t.TempDir()
	for _, f := range change {
		f(&settings)
	}
	return &daemon{settings: settings, listener: listener, log: hclog.NewNullLogger(), clock: new(clock.Clock)}
}

// patience is for a machine with much else to do.
const patience = 3 * time.Minute

// openNode makes a node of a new folder in this process. The test must serve it.
func openNode(t *testing.T, change ...func(*config.NodeSettings)) *instance {
	d := newDaemon(t, change...)
	d.ctx, d.shutdown = context.WithCancelCause(t.Context())
	next, err := d.open()
	require.NoError(t, err)
	return next
}

// brokenListener takes no connection any more.
type brokenListener struct{ net.Listener }

func (brokenListener) Accept() (net.Conn, error) { return nil, errBroken }

var errBroken = errors.New("no more connections")

// A node that cannot be asked any more ends, whatever of it still waits.
func TestNodeEndsWithItsServer(t *testing.T) {
	deaf := openNode(t, func(settings *config.NodeSettings) { settings.Peers = []string{"127.0.0.1:1"} })
	deaf.shared.Listener = brokenListener{deaf.shared.Listener}
	require.ErrorIs(t, deaf.serve(), errBroken)
	require.ErrorIs(t, context.Cause(deaf.ctx), errBroken)
}

// setMode has a daemon's node mine in a mode.
func setMode(t *testing.T, d *daemon, mode mining.Mode) {
	t.Helper()
	client := httpclient.Client{Base: "http://" + d.listener.Addr().String(), HTTP: &http.Client{}, Most: 1 << 20}
	_, err := httpclient.Call[api.Mining](t.Context(), &client, http.MethodPut, "/mining", map[string]any{"mode": mode})
	require.NoError(t, err)
}

// A process has one core while its node rests, all of them while that mines, and all of them
// after it.
func TestCoresGoByWhatThereIsToDo(t *testing.T) {
	most, ended := runtime.GOMAXPROCS(0), make(chan error, 1)
	uses := func(cores int) {
		t.Helper()
		require.Eventually(t, func() bool { return runtime.GOMAXPROCS(0) == cores }, patience, 5*time.Millisecond)
	}
	ctx, cancel := context.WithCancel(t.Context())
	d := newDaemon(t)
	go func() { ended <- d.run(ctx) }()
	uses(1)
	setMode(t, d, mining.Continuous)
	uses(most)
	setMode(t, d, mining.Demand)
	uses(1)
	cancel()
	require.NoError(t, <-ended)
	require.Equal(t, most, runtime.GOMAXPROCS(0))
}

// A node that its manager has begun with one core may use all of them.
func TestCoresOfANodeThatBeganWithOne(t *testing.T) {
	runtime.SetDefaultGOMAXPROCS()
	most := runtime.GOMAXPROCS(0)
	t.Setenv(config.Launched, "its parent process")
	t.Setenv(config.OneCore, "true")
	runtime.GOMAXPROCS(1)
	governor().End()
	require.Equal(t, most, runtime.GOMAXPROCS(0))
}

// A node may take longer to end than the server waits for the request that has
// changed its network. It starts again all the same, once the change is made.
func TestRestartThatOutlastsItsRequest(t *testing.T) {
	t.Parallel()
	slow := openNode(t)
	run, release := slow.run, make(chan struct{})
	slow.run = func(ctx context.Context) error {
		err := run(ctx)
		<-release
		return err
	}
	served := make(chan error, 1)
	go func() { served <- slow.serve() }()

	client := httpclient.Client{Base: "http://" + slow.listener.Addr().String(), HTTP: &http.Client{}, Most: 1 << 20}
	_, err := httpclient.Call[api.Blockchain](t.Context(), &client, http.MethodPut, "/blockchain", genesis.Settings{Name: new("class")})
	require.Error(t, err, "cut off")
	close(release)
	require.NoError(t, <-served)
	require.NoError(t, slow.ctx.Err())
	genesis, err := dataFolder(slow.settings).Network(t.Context(), nil, nil)
	require.NoError(t, err)
	require.Equal(t, "class", genesis.Params.Name, "before the next node begins")
}

// A client that connects while no server accepts waits for the next server.
func TestSharedListener(t *testing.T) {
	own, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer own.Close()
	for range 3 {
		first, err := share(own)
		require.NoError(t, err)
		require.NoError(t, first.Close())
		<-first.returned
		_, err = first.Accept()
		require.ErrorIs(t, err, net.ErrClosed)
		waiting, err := net.Dial("tcp", own.Addr().String())
		require.NoError(t, err)
		next, err := share(own)
		require.NoError(t, err)
		conn, err := next.Accept()
		require.NoError(t, err)
		require.Equal(t, waiting.LocalAddr().String(), conn.RemoteAddr().String())
		require.NoError(t, conn.Close())
		require.NoError(t, waiting.Close())
		require.NoError(t, next.Close())
	}
}

func TestAdvertisedAddress(t *testing.T) {
	for _, ip := range []string{"127.0.0.1", "::1", "192.0.2.7"} {
		address := &net.TCPAddr{IP: net.ParseIP(ip), Port: 5000}
		require.Equal(t, address.String(), config.Common{}.Advertised(address))
	}
	for _, ip := range []string{"0.0.0.0", "::"} {
		host, port, err := net.SplitHostPort(config.Common{}.Advertised(&net.TCPAddr{IP: net.ParseIP(ip), Port: 5000}))
		require.NoError(t, err)
		require.Equal(t, "5000", port)
		require.False(t, net.ParseIP(host).IsUnspecified(), host)
	}
}

func TestPeersConnectToTheAddressThatWasAskedFor(t *testing.T) {
	everywhere := &net.TCPAddr{IP: net.IPv6unspecified} // what a listener on 0.0.0.0 says
	require.Equal(t, "0.0.0.0", peerHost("0.0.0.0", everywhere))
	require.Equal(t, "::", peerHost("::", everywhere))
	require.Equal(t, "127.0.0.1", peerHost("localhost", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}))
}
