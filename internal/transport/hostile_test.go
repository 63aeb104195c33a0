package transport

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	tpt "github.com/libp2p/go-libp2p/core/transport"
	manet "github.com/multiformats/go-multiaddr/net"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/netgroup"
)

// impatient is a node that gives peers little time, though enough for those that are slow
// because the machine is.
func impatient(t *testing.T) *node {
	cfg := testConfig(t)
	cfg.HandshakeTimeout = 3 * time.Second
	cfg.StallTimeout = time.Second
	return start(t, cfg)
}

// tcpDial opens a bare TCP connection to a node.
func tcpDial(t *testing.T, n *node) net.Conn {
	t.Helper()
	to, err := parseTarget(n.Addrs()[0])
	require.NoError(t, err)
	_, host, err := manet.DialArgs(to.addr)
	require.NoError(t, err)
	conn, err := net.Dial("tcp", host)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
	return conn
}

// requireCut reads until the other side hangs up, which must be long before
// the deadline.
func requireCut(t *testing.T, r io.Reader) {
	t.Helper()
	_, err := io.Copy(io.Discard, r)
	if timeout, ok := errors.AsType[net.Error](err); ok {
		require.False(t, timeout.Timeout(), "still open: %v", err)
	}
}

func TestSilentDialerIsCut(t *testing.T) {
	t.Parallel() // as it waits
	n := impatient(t)
	conn := tcpDial(t, n)
	requireCut(t, conn)
	require.Zero(t, n.count())
}

func TestGarbageOnTheWire(t *testing.T) {
	n := impatient(t)
	for range 20 {
		conn := tcpDial(t, n)
		garbage := make([]byte, 4096)
		_, _ = rand.Read(garbage)
		_, _ = conn.Write(garbage) // may fail: the node hangs up as soon as it sees
		requireCut(t, conn)
	}
	peer := start(t, testConfig(t))
	connect(t, peer, n)
	require.Equal(t, 1, n.count())
}

// Silent dialers fill the handshakes, and then time makes room again. None of
// them takes a link's place.
func TestHalfOpenConnectionsAreBounded(t *testing.T) {
	t.Parallel() // as it waits
	n := impatient(t)
	var conns []net.Conn
	for range MaxHandshakes + 20 {
		conns = append(conns, tcpDial(t, n))
	}
	for _, conn := range conns {
		requireCut(t, conn)
	}
	connect(t, start(t, testConfig(t)), n)
}

// stackFor is a libp2p stack that does not have to behave. Its NodeID is below
// n's, which makes it the arbiter, or above.
func stackFor(t *testing.T, n *node, below bool) *stack {
	t.Helper()
	for {
		s, err := newStack(testConfig(t), newAdmission(0, netgroup.Default()))
		require.NoError(t, err)
		id, err := nodeIDOf(s.key.GetPublic())
		require.NoError(t, err)
		if (string(id[:]) < string(n.self[:])) == below {
			return s
		}
	}
}

// dialFrom opens an authenticated connection to n.
func dialFrom(t *testing.T, s *stack, n *node) tpt.CapableConn {
	t.Helper()
	to, err := parseTarget(n.Addrs()[0])
	require.NoError(t, err)
	conn, err := s.tcp.Dial(context.Background(), to.addr, to.peer)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	return conn
}

func peerOf(t *testing.T, n *node, below bool) tpt.CapableConn {
	t.Helper()
	return dialFrom(t, stackFor(t, n, below), n)
}

// Peers that hang up before they are accepted leave no place taken.
func TestHangUpBeforeAcceptGivesThePlaceBack(t *testing.T) {
	cfg := testConfig(t)
	cfg.HandshakeTimeout = 2 * patience // which would give it back, too
	transport, err := New(cfg, newRecorder())
	require.NoError(t, err)
	n := &node{Transport: transport}
	for range 5 {
		require.NoError(t, peerOf(t, n, true).Close())
	}
	require.Eventually(t, n.stack.admission.isEmpty, patience, time.Millisecond)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	require.NoError(t, transport.Run(ended))
}

func streamOf(t *testing.T, conn tpt.CapableConn) network.MuxedStream {
	t.Helper()
	stream, err := openStream(context.Background(), conn, true, version)
	require.NoError(t, err)
	require.NoError(t, stream.SetDeadline(time.Now().Add(patience)))
	return stream
}

func TestPeerWithoutStreamIsCut(t *testing.T) {
	t.Parallel() // as it waits
	n := impatient(t)
	conn := peerOf(t, n, true)
	_, err := conn.AcceptStream()
	require.Error(t, err)
	require.Zero(t, n.count())
}

func TestPeerWithoutOfferIsCut(t *testing.T) {
	t.Parallel()                                // as it waits
	for _, below := range []bool{true, false} { // arbiter or not
		n := impatient(t)
		requireCut(t, streamOf(t, peerOf(t, n, below)))
		require.Zero(t, n.count())
	}
}

func TestWrongCodesAreRefused(t *testing.T) {
	for _, code := range []byte{0, 4, 255} {
		n := impatient(t)
		stream := streamOf(t, peerOf(t, n, false))
		_, err := stream.Write([]byte{code})
		require.NoError(t, err)
		requireCut(t, stream)
		require.Zero(t, n.count())
	}
}

// rule plays the arbiter that says yes with a stamp, and returns the stream.
func rule(t *testing.T, conn tpt.CapableConn, stamp int64) network.MuxedStream {
	t.Helper()
	stream := streamOf(t, conn)
	var offer [1]byte
	_, err := io.ReadFull(stream, offer[:])
	require.NoError(t, err)
	require.Equal(t, codeYes, offer[0])
	_, err = stream.Write(verdict(codeYes, stamp))
	require.NoError(t, err)
	return stream
}

func agree(t *testing.T, n *node) network.MuxedStream {
	t.Helper()
	stream := rule(t, peerOf(t, n, true), 1)
	n.until(t, "link", func() bool { return n.opened == 1 })
	return stream
}

// offer plays the other side, and returns the arbiter's verdict.
func offer(t *testing.T, conn tpt.CapableConn) (code byte, stamp uint64) {
	t.Helper()
	stream := streamOf(t, conn)
	_, err := stream.Write([]byte{codeYes})
	require.NoError(t, err)
	var answer [verdictSize]byte
	_, err = io.ReadFull(stream, answer[:])
	require.NoError(t, err)
	return answer[0], binary.LittleEndian.Uint64(answer[1:])
}

// A second connection from a peer is a duplicate while both may have dialled
// at once; later it means that the peer has lost the first.
func TestArbiterReplacesOnlyAStaleLink(t *testing.T) {
	n := start(t, testConfig(t))
	s := stackFor(t, n, false)
	code, first := offer(t, dialFrom(t, s, n))
	require.Equal(t, codeYes, code)
	n.until(t, "link", func() bool { return n.opened == 1 })
	code, _ = offer(t, dialFrom(t, s, n))
	require.Equal(t, codeDuplicate, code)

	n.Transport.mu.Lock()
	for _, l := range n.links {
		l.since = l.since.Add(-n.cfg.DialTimeout - n.cfg.HandshakeTimeout)
	}
	n.Transport.mu.Unlock()
	code, second := offer(t, dialFrom(t, s, n))
	require.Equal(t, codeYes, code)
	require.Greater(t, second, first)
	require.ErrorIs(t, n.lastReason(t), ErrReplaced)
	n.until(t, "second link", func() bool { return n.opened == 2 })
}

// The other side follows the newest verdict, in whatever order they come.
func TestNewestVerdictHolds(t *testing.T) {
	n := start(t, testConfig(t))
	s := stackFor(t, n, true)
	rule(t, dialFrom(t, s, n), 5)
	n.until(t, "link", func() bool { return n.opened == 1 })
	newest := rule(t, dialFrom(t, s, n), 7)
	n.until(t, "second link", func() bool { return n.opened == 2 })
	require.ErrorIs(t, n.lastReason(t), ErrReplaced)
	requireCut(t, rule(t, dialFrom(t, s, n), 6))
	require.NoError(t, writeFrame(newest, frameOf(0)))
	n.until(t, "frame", func() bool { return len(n.frames) == 1 })
	require.Equal(t, 2, n.count())
}

func TestStalledFrameIsCut(t *testing.T) {
	t.Parallel() // as it waits
	for name, part := range map[string][]byte{
		"in the prefix": {1, 2},
		"in the body":   append(binary.LittleEndian.AppendUint32(nil, 100), 1, 2, 3),
	} {
		t.Run(name, func(t *testing.T) {
			n := impatient(t)
			stream := agree(t, n)
			_, err := stream.Write(part)
			require.NoError(t, err)
			requireCut(t, stream)
			require.Error(t, n.lastReason(t))
			require.Empty(t, n.frames)
		})
	}
}

// Between frames a link may rest for longer than a frame may stall.
func TestIdleLinkIsNotStalled(t *testing.T) {
	t.Parallel() // as it waits
	n := impatient(t)
	stream := agree(t, n)
	for i := range 3 {
		require.NoError(t, writeFrame(stream, frameOf(i)))
		n.until(t, "frame", func() bool { return len(n.frames) == 1 })
		require.NoError(t, stream.SetReadDeadline(time.Now().Add(3*n.cfg.StallTimeout/2)))
		_, err := stream.Read(make([]byte, 1))
		var timeout net.Error
		require.ErrorAs(t, err, &timeout)
		require.True(t, timeout.Timeout(), "the node hung up: %v", err)
	}
	require.Equal(t, 1, n.count())
}
