package transport

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/sec"
	tpt "github.com/libp2p/go-libp2p/core/transport"
	muxer "github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/net/upgrader"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	libp2pquic "github.com/libp2p/go-libp2p/p2p/transport/quic"
	"github.com/libp2p/go-libp2p/p2p/transport/quicreuse"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	"github.com/libp2p/go-yamux/v5"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"
	"github.com/quic-go/quic-go"
)

// stack is the part of libp2p that opens and accepts authenticated connections.
// QUIC is built only when an address needs it.
type stack struct {
	key       crypto.PrivKey
	self      peer.ID
	admission *admission
	upgrader  tpt.Upgrader
	tcp       tpt.Transport

	mu      sync.Mutex // guards what follows
	quic    tpt.Transport
	sockets *quicreuse.ConnManager
}

func newStack(cfg Config, admission *admission) (*stack, error) {
	key, err := crypto.UnmarshalEd25519PrivateKey(cfg.Key)
	if err != nil {
		return nil, err
	}
	self, err := peer.IDFromPrivateKey(key)
	if err != nil {
		return nil, err
	}
	muxers := []upgrader.StreamMuxer{{ID: muxer.ID, Muxer: newMuxer()}}
	security, err := noise.New(noise.ID, key, muxers)
	if err != nil {
		return nil, err
	}
	up, err := upgrader.New([]sec.SecureTransport{security}, muxers, nil, admission, nil,
		upgrader.WithAcceptTimeout(cfg.HandshakeTimeout))
	if err != nil {
		return nil, err
	}
	// Without SO_REUSEPORT, a port that another process holds stays an error.
	overTCP, err := tcp.NewTCPTransport(up, admission, nil, tcp.DisableReuseport(), tcp.WithConnectionTimeout(cfg.DialTimeout))
	if err != nil {
		return nil, err
	}
	return &stack{key: key, self: self, admission: admission, upgrader: up, tcp: overTCP}, nil
}

// newMuxer is yamux for connections that carry one stream.
func newMuxer() *muxer.Transport {
	cfg := yamux.DefaultConfig()
	cfg.AcceptBacklog = 1
	cfg.MaxIncomingStreams = 1
	cfg.PingBacklog = 4
	cfg.MaxStreamWindowSize = 1 << 20
	cfg.MeasureRTTInterval = time.Hour // the keep-alive pings are enough
	cfg.ReadBufSize = 0                // Noise buffers already
	cfg.LogOutput = io.Discard
	return (*muxer.Transport)(cfg)
}

// transport returns the one that can dial addr.
func (s *stack) transport(addr ma.Multiaddr) (tpt.Transport, error) {
	if !quicAddress.Matches(addr) {
		return s.tcp, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.quic == nil {
		if err := s.startQUIC(); err != nil {
			return nil, err
		}
	}
	return s.quic, nil
}

// listen accepts connections at addr.
func (s *stack) listen(addr ma.Multiaddr) (tpt.Listener, error) {
	if !quicAddress.Matches(addr) {
		return s.listenTCP(addr)
	}
	transport, err := s.transport(addr)
	if err != nil {
		return nil, err
	}
	return transport.Listen(addr)
}

func (s *stack) listenTCP(addr ma.Multiaddr) (tpt.Listener, error) {
	listener, err := manet.Listen(addr)
	if err != nil {
		return nil, err
	}
	return s.upgrader.UpgradeGatedMaListener(s.tcp, tcpListener{s.upgrader.GateMaListener(listener)}), nil
}

// tcpListener ties a connection's slot to the socket. The upgrader alone ties it to
// an accepted connection, and never releases the slot of a connection that the
// peer closes between handshake and Accept.
type tcpListener struct{ tpt.GatedMaListener }

func (l tcpListener) Accept() (manet.Conn, network.ConnManagementScope, error) {
	conn, scope, err := l.GatedMaListener.Accept()
	if err != nil {
		return nil, nil, err
	}
	return tcpConn{conn, scope}, scope, nil
}

type tcpConn struct {
	manet.Conn
	scope network.ConnManagementScope
}

func (c tcpConn) Close() error {
	c.scope.Done()
	return c.Conn.Close()
}

// startQUIC must be called with mu held. A stateless reset key that is derived from
// the identity lets a restarted node end the connections of its last life.
func (s *stack) startQUIC() error {
	raw, err := s.key.Raw()
	if err != nil {
		return err
	}
	sockets, err := quicreuse.NewConnManager(
		quic.StatelessResetKey(derive(raw, "stateless reset")),
		quic.TokenGeneratorKey(derive(raw, "token")),
		quicreuse.OverrideSourceIPSelector(func() (quicreuse.SourceIPSelector, error) { return kernelRoute{}, nil }),
		quicreuse.ConnContext(s.admitQUIC))
	if err != nil {
		return err
	}
	transport, err := libp2pquic.NewTransport(s.key, sockets, nil, nil, s.admission)
	if err != nil {
		return fmt.Errorf("%w, and %w", err, sockets.Close())
	}
	s.quic, s.sockets = transport, sockets
	return nil
}

func derive(key ed25519.PrivateKey, purpose string) [sha256.Size]byte {
	return sha256.Sum256(append([]byte("networkmngr quic "+purpose+"\x00"), key.Seed()...))
}

// admitQUIC asks admission before the handshake, as the upgrader does for TCP.
func (s *stack) admitQUIC(ctx context.Context, client *quic.ClientInfo) (context.Context, error) {
	remote, err := quicreuse.ToQuicMultiaddr(client.RemoteAddr, quic.Version1)
	if err != nil {
		return nil, err
	}
	scope, err := s.admission.OpenConnection(network.DirInbound, false, remote)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, scope.Done)
	return network.WithConnManagementScope(ctx, scope), nil
}

// close ends the QUIC sockets and with them their connections.
func (s *stack) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sockets == nil {
		return nil
	}
	return s.sockets.Close()
}

// kernelRoute asks the kernel for the source address, and so needs no copy of the
// routing table.
type kernelRoute struct{}

func (kernelRoute) PreferredSourceIPForDestination(dst *net.UDPAddr) (net.IP, error) {
	probe, err := net.DialUDP("udp", nil, dst) // sends nothing
	if err != nil {
		return nil, err
	}
	defer probe.Close()
	return probe.LocalAddr().(*net.UDPAddr).IP, nil
}
