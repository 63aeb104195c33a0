package transport

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// eachListen runs a test over TCP and over QUIC.
func eachListen(t *testing.T, test func(t *testing.T, cfg func() Config)) {
	for name, addr := range map[string]string{"tcp": "/ip4/127.0.0.1/tcp/0", "quic": loopbackQUIC} {
		t.Run(name, func(t *testing.T) {
			test(t, func() Config {
				cfg := testConfig(t)
				cfg.Listen = []string{addr}
				return cfg
			})
		})
	}
}

func TestFramesArriveInOrderBothWays(t *testing.T) {
	eachListen(t, func(t *testing.T, cfg func() Config) {
		a, b := start(t, cfg()), start(t, cfg())
		connect(t, a, b)
		const count = 2000
		var want [][]byte
		for i := range count {
			want = append(want, frameOf(i))
			require.NoError(t, a.Send(b.self, frameOf(i)))
			require.NoError(t, b.Send(a.self, frameOf(i)))
		}
		a.until(t, "frames at a", func() bool { return len(a.frames[b.self]) == count })
		b.until(t, "frames at b", func() bool { return len(b.frames[a.self]) == count })
		a.stop()
		b.stop()
		require.Equal(t, want, a.frames[b.self])
		require.Equal(t, want, b.frames[a.self])
	})
}

func TestFramesOfAllSizes(t *testing.T) {
	eachListen(t, func(t *testing.T, cfg func() Config) {
		a, b := start(t, cfg()), start(t, cfg())
		connect(t, a, b)
		var want [][]byte
		for _, size := range []int{0, 1, chunk - prefixSize, chunk, chunk + 1, 3*chunk + 7, a.cfg.MaxFrame, 5} {
			frame := make([]byte, size)
			_, _ = rand.Read(frame)
			want = append(want, frame)
			require.NoError(t, a.Send(b.self, frame))
		}
		b.until(t, "frames", func() bool { return len(b.frames[a.self]) == len(want) })
		b.stop()
		for i := range want {
			require.True(t, bytes.Equal(want[i], b.frames[a.self][i]), "frame %d", i)
		}
	})
}

func TestPeerOfEachSide(t *testing.T) {
	a, b := start(t, testConfig(t)), start(t, testConfig(t))
	connect(t, a, b)
	require.Equal(t, Peer{ID: b.self, Address: b.Addrs()[0], Outbound: true}, a.peer(b.self))
	require.Equal(t, a.self, b.peer(a.self).ID)
	require.False(t, b.peer(a.self).Outbound)
	from, err := parseTarget(b.peer(a.self).Address)
	require.NoError(t, err)
	require.Equal(t, a.self, from.node)
}

func TestDialIsIdempotent(t *testing.T) {
	a, b := start(t, testConfig(t)), start(t, testConfig(t))
	connect(t, a, b)
	require.NoError(t, a.Dial(context.Background(), b.Addrs()[0]))
	require.NoError(t, b.Dial(context.Background(), a.Addrs()[0]))
	a.stop()
	b.stop()
	require.Equal(t, 1, a.count())
	require.Equal(t, 1, b.count())
}

// Both sides dial at once, twice each, over and over: they always end with
// one and the same link, which carries frames, and no other was ever shown.
func TestSimultaneousDialsKeepOneLink(t *testing.T) {
	eachListen(t, func(t *testing.T, cfg func() Config) {
		for range 25 {
			a, b := start(t, cfg()), start(t, cfg())
			dialAtOnce(t, a, b)
			a.awaitLink(t, b.self)
			b.awaitLink(t, a.self)
			require.NotEqual(t, a.peer(b.self).Outbound, b.peer(a.self).Outbound, "the same connection")
			require.NoError(t, a.Send(b.self, frameOf(1)))
			require.NoError(t, b.Send(a.self, frameOf(2)))
			a.until(t, "frame", func() bool { return len(a.frames[b.self]) == 1 })
			b.until(t, "frame", func() bool { return len(b.frames[a.self]) == 1 })
			require.Equal(t, 1, a.count())
			require.Equal(t, 1, b.count())
			a.stop()
			b.stop()
		}
	})
}

func dialAtOnce(t *testing.T, a, b *node) {
	t.Helper()
	errs := make(chan error)
	gun := make(chan struct{})
	for _, dial := range []struct{ from, to *node }{{a, b}, {b, a}, {a, b}, {b, a}} {
		go func() {
			<-gun
			errs <- dial.from.Dial(context.Background(), dial.to.Addrs()[0])
		}()
	}
	close(gun)
	for range 4 {
		require.NoError(t, <-errs)
	}
}

// Links are opened and ended from both sides at random moments; the recorder
// and start check that each handler's story adds up.
func TestChurnAddsUp(t *testing.T) {
	a, b := start(t, testConfig(t)), start(t, testConfig(t))
	var wg sync.WaitGroup
	for _, side := range []struct{ from, to *node }{{a, b}, {b, a}} {
		wg.Go(func() {
			for i := range 40 {
				ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
				_ = side.from.Dial(ctx, side.to.Addrs()[0]) // may lose to the other side's Disconnect
				cancel()
				_ = side.from.Send(side.to.self, frameOf(i))
				side.from.Disconnect(side.to.self, errors.New("churn"))
			}
		})
	}
	wg.Wait()
	require.Eventually(t, func() bool { return a.Dial(context.Background(), b.Addrs()[0]) == nil }, patience, time.Millisecond)
}

func TestReconnectAfterDisconnect(t *testing.T) {
	arbiter, other := startOrdered(t, func() Config { return testConfig(t) })
	for range 5 {
		for _, pair := range [][2]*node{{arbiter, other}, {other, arbiter}} {
			connect(t, pair[0], pair[1])
			reason := errors.New("enough")
			pair[0].Disconnect(pair[1].self, reason)
			pair[0].awaitNoLinks(t)
			pair[1].awaitNoLinks(t)
			require.ErrorIs(t, pair[0].lastReason(t), reason)
		}
	}
}

func TestDialRefusals(t *testing.T) {
	a, b := start(t, testConfig(t)), start(t, testConfig(t))
	gone := start(t, testConfig(t))
	address := gone.Addrs()[0]
	gone.stop()
	ctx := context.Background()
	err := a.Dial(ctx, a.Addrs()[0])
	require.ErrorIs(t, err, ErrSelf)
	require.Equal(t, "self", Failure(err))
	for _, bad := range []string{"", "x", "/ip4/127.0.0.1/tcp/1", "/p2p/" + a.stack.self.String(),
		"/dns4/localhost/tcp/1/p2p/" + b.stack.self.String(),
		"/ip4/127.0.0.1/tcp/1/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N"} {
		err := a.Dial(ctx, bad)
		require.ErrorIs(t, err, ErrAddress, bad)
		require.Equal(t, "address", Failure(err))
	}
	require.Equal(t, "refused", Failure(a.Dial(ctx, address)), "nobody listens")
	b.stop()
	err = b.Dial(ctx, a.Addrs()[0])
	require.ErrorIs(t, err, ErrClosed)
	require.Equal(t, "closed", Failure(err))
}

// Whoever answers at the address must be whom the address names.
func TestDialWrongNode(t *testing.T) {
	eachListen(t, func(t *testing.T, cfg func() Config) {
		a, b, c := start(t, cfg()), start(t, cfg()), start(t, cfg())
		to, err := parseTarget(b.Addrs()[0])
		require.NoError(t, err)
		require.Equal(t, "identity", Failure(a.Dial(context.Background(), to.addr.String()+"/p2p/"+c.stack.self.String())))
		require.Zero(t, a.count())
		require.Zero(t, b.count())
	})
}

func TestDialEndsWithItsContext(t *testing.T) {
	silent := listenSilently(t)
	a := start(t, testConfig(t))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Dial(ctx, silent.addr+"/p2p/"+start(t, testConfig(t)).stack.self.String()) }()
	<-silent.accepted
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
}

func TestDialEndsWithTheTransport(t *testing.T) {
	silent := listenSilently(t)
	a := start(t, testConfig(t))
	done := make(chan error, 1)
	peer := start(t, testConfig(t)).stack.self.String()
	go func() { done <- a.Dial(context.Background(), silent.addr+"/p2p/"+peer) }()
	<-silent.accepted
	a.stop()
	require.ErrorIs(t, <-done, ErrClosed)
}

type silentListener struct {
	addr     string
	accepted chan struct{}
}

// listenSilently accepts one TCP connection and says nothing.
func listenSilently(t *testing.T) silentListener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr, err := manet.FromNetAddr(listener.Addr())
	require.NoError(t, err)
	accepted := make(chan struct{})
	ended := make(chan struct{})
	var conn net.Conn
	go func() {
		defer close(ended)
		if conn, err = listener.Accept(); err == nil {
			close(accepted)
		}
	}()
	t.Cleanup(func() {
		listener.Close()
		<-ended
		if conn != nil {
			conn.Close()
		}
	})
	return silentListener{addr: addr.String(), accepted: accepted}
}

func TestSendRefusals(t *testing.T) {
	a, b := start(t, testConfig(t)), start(t, testConfig(t))
	require.ErrorIs(t, a.Send(b.self, nil), ErrNotConnected)
	connect(t, a, b)
	require.ErrorIs(t, a.Send(b.self, make([]byte, a.cfg.MaxFrame+1)), ErrFrameSize)
	require.NoError(t, a.Send(b.self, frameOf(0)), "the link stands")
}

func TestTooLargeFrameEndsTheLink(t *testing.T) {
	strict := testConfig(t)
	strict.MaxFrame = 1000
	a, b := start(t, testConfig(t)), start(t, strict)
	connect(t, a, b)
	require.NoError(t, a.Send(b.self, make([]byte, 1000)))
	require.NoError(t, a.Send(b.self, make([]byte, 1001)))
	require.ErrorIs(t, b.lastReason(t), ErrFrameSize)
	a.awaitNoLinks(t)
	require.Len(t, b.frames[a.self], 1)
}

func TestSlowPeerIsDropped(t *testing.T) {
	eachListen(t, func(t *testing.T, cfg func() Config) {
		release := make(chan struct{})
		slow := newRecorder()
		slow.received = func(types.NodeID, []byte) { <-release }
		hasty := cfg()
		hasty.MaxQueue = 4 << 20
		a, b := start(t, hasty), startWith(t, cfg(), slow)
		connect(t, a, b)
		frame := make([]byte, 1<<20)
		var err error
		for range 100 {
			if err = a.Send(b.self, frame); err != nil {
				break
			}
		}
		require.ErrorIs(t, err, ErrSlow)
		require.ErrorIs(t, a.lastReason(t), ErrSlow)
		close(release)
		b.awaitNoLinks(t)
	})
}

// A reader that blocks holds its own link back, and no other.
func TestBlockedHandlerDelaysOnlyItsPeer(t *testing.T) {
	release := make(chan struct{})
	blocking := newRecorder()
	a, b := start(t, testConfig(t)), start(t, testConfig(t))
	blocking.received = func(id types.NodeID, _ []byte) {
		if id == a.self {
			<-release
		}
	}
	c := startWith(t, testConfig(t), blocking)
	defer close(release)
	connect(t, a, c)
	connect(t, b, c)
	require.NoError(t, a.Send(c.self, frameOf(0)))
	require.NoError(t, a.Send(c.self, frameOf(1)))
	for i := range 10 {
		require.NoError(t, b.Send(c.self, frameOf(i)))
	}
	c.until(t, "the other's frames", func() bool { return len(c.frames[b.self]) == 10 && len(c.frames[a.self]) == 1 })
}

func TestBan(t *testing.T) {
	arbiter, other := startOrdered(t, func() Config { return testConfig(t) })
	for _, pair := range [][2]*node{{arbiter, other}, {other, arbiter}} {
		a, b := pair[0], pair[1]
		connect(t, a, b)
		require.NoError(t, a.Ban(Ban{ID: b.self, Until: time.Now().Add(time.Hour), By: BannedByRule}))
		a.awaitNoLinks(t)
		b.awaitNoLinks(t)
		require.ErrorIs(t, a.lastReason(t), ErrBanned)
		require.ErrorIs(t, a.Dial(context.Background(), b.Addrs()[0]), ErrBanned)
		require.Error(t, b.Dial(context.Background(), a.Addrs()[0]))
		require.Len(t, a.Unban(func(ban Ban) bool { return ban.ID == b.self }), 1, "loopback is not banned")
		connect(t, b, a)
		b.Disconnect(a.self, errors.New("next"))
		a.awaitNoLinks(t)
		b.awaitNoLinks(t)
	}
}

func TestMaxInbound(t *testing.T) {
	eachListen(t, func(t *testing.T, cfg func() Config) {
		limited := cfg()
		limited.MaxInbound, limited.YoungLink = 2, time.Hour
		hub := start(t, limited)
		first, second, third := start(t, cfg()), start(t, cfg()), start(t, cfg())
		connect(t, first, hub)
		connect(t, second, hub)
		require.ErrorIs(t, third.Dial(context.Background(), hub.Addrs()[0]), ErrFull)
		connect(t, hub, third) // outbound is not counted
		first.stop()
		hub.until(t, "a place", func() bool { return len(hub.peers) == 2 })
		fourth := start(t, cfg())
		connect(t, fourth, hub)
	})
}

func TestManyNodesFullyMeshed(t *testing.T) {
	const count = 8
	var nodes []*node
	for i := range count {
		cfg := testConfig(t)
		if i%2 == 1 {
			cfg.Listen = append(cfg.Listen, loopbackQUIC)
		}
		nodes = append(nodes, start(t, cfg))
	}
	var wg sync.WaitGroup
	for _, from := range nodes {
		for _, to := range nodes {
			if from != to {
				wg.Go(func() {
					addrs := to.Addrs()
					require.NoError(t, from.Dial(context.Background(), addrs[len(addrs)-1]))
				})
			}
		}
	}
	wg.Wait()
	for _, n := range nodes {
		n.until(t, "all links", func() bool { return len(n.peers) == count-1 })
		require.Equal(t, count-1, n.count())
	}
}

func TestAddrsOfUnspecifiedHost(t *testing.T) {
	a := start(t, testConfig(t))
	listening, err := ma.NewMultiaddr("/ip4/0.0.0.0/tcp/7000")
	require.NoError(t, err)
	addrs, err := reachable([]ma.Multiaddr{listening})
	require.NoError(t, err)
	require.NotEmpty(t, addrs)
	for _, addr := range addrs {
		require.False(t, manet.IsIPUnspecified(addr), addr)
	}
	require.Contains(t, a.Addrs()[0], "/p2p/"+a.stack.self.String())
}

func TestListenOnTakenPort(t *testing.T) {
	a := start(t, testConfig(t))
	to, err := parseTarget(a.Addrs()[0])
	require.NoError(t, err)
	cfg := testConfig(t)
	cfg.Listen = []string{"/ip4/127.0.0.1/tcp/0", loopbackQUIC, to.addr.String()}
	_, err = New(cfg, newRecorder())
	require.ErrorContains(t, err, to.addr.String())
	require.ErrorContains(t, err, "address already in use")
}

// Run closes what New opened even if it never gets to serve.
func TestRunWithEndedContext(t *testing.T) {
	cfg := testConfig(t)
	cfg.Listen = append(cfg.Listen, loopbackQUIC)
	transport, err := New(cfg, newRecorder())
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.NoError(t, transport.Run(ctx))
}

// Nodes of one lab have links, and those of two have none, whoever dials.
func TestLabsDoNotMeet(t *testing.T) {
	of := func(lab string) *node {
		cfg := testConfig(t)
		cfg.Lab = lab
		return start(t, cfg)
	}
	ours, twin, other, none := of("0a1b2c3d"), of("0a1b2c3d"), of("4e5f6071"), of("")
	connect(t, ours, twin)
	for _, pair := range [][2]*node{{ours, other}, {other, ours}, {ours, none}, {none, ours}} {
		err := pair[0].Dial(t.Context(), pair[1].Addrs()[0])
		require.ErrorIs(t, err, ErrLab)
		require.Equal(t, "lab", Failure(err))
		require.ErrorContains(t, err, "peer is of another lab, or speaks another version than "+pair[0].cfg.protocolID())
	}
	require.Equal(t, 1, ours.count())
	require.Zero(t, other.count()+none.count())
}
