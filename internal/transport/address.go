package transport

import (
	"crypto/ed25519"
	"fmt"
	"net"
	"net/netip"
	"slices"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	mafmt "github.com/multiformats/go-multiaddr-fmt"
	manet "github.com/multiformats/go-multiaddr/net"

	"networkmngr/internal/types"
)

var (
	tcpAddress  = mafmt.And(mafmt.IP, mafmt.Base(ma.P_TCP))
	quicAddress = mafmt.And(mafmt.IP, mafmt.Base(ma.P_UDP), mafmt.Base(ma.P_QUIC_V1))
)

// parseListen reads a multiaddr that can be listened on.
func parseListen(s string) (ma.Multiaddr, error) {
	addr, err := ma.NewMultiaddr(s)
	if err != nil {
		return nil, fmt.Errorf("%w: %q: %w", ErrAddress, s, err)
	}
	if !tcpAddress.Matches(addr) && !quicAddress.Matches(addr) {
		return nil, fmt.Errorf("%w: %q, want /ip4/HOST/tcp/PORT or /ip4/HOST/udp/PORT/quic-v1, or the same with ip6", ErrAddress, s)
	}
	return addr, nil
}

// target is the address and the node to dial.
type target struct {
	addr ma.Multiaddr // without the peer id
	peer peer.ID
	node types.NodeID
}

// ip is the address itself, which parseTarget has seen to be one.
func (t target) ip() netip.Addr {
	ip, _ := ipOf(t.addr)
	return ip
}

// parseTarget reads a listen address followed by /p2p/ and a peer id. An
// ed25519 peer id holds the whole public key, and with it the NodeID.
func parseTarget(s string) (target, error) {
	info, err := peer.AddrInfoFromString(s)
	if err != nil {
		return target{}, fmt.Errorf("%w: %q: %w", ErrAddress, s, err)
	}
	if len(info.Addrs) == 0 {
		return target{}, fmt.Errorf("%w: %q says who, not where", ErrAddress, s)
	}
	addr, err := parseListen(info.Addrs[0].String())
	if err != nil {
		return target{}, err
	}
	key, err := info.ID.ExtractPublicKey()
	if err != nil {
		return target{}, fmt.Errorf("%w: %q: %w", ErrAddress, s, err)
	}
	node, err := nodeIDOf(key)
	if err != nil {
		return target{}, fmt.Errorf("%w: %q: %w", ErrAddress, s, err)
	}
	return target{addr: addr, peer: info.ID, node: node}, nil
}

// nodeIDOf is the NodeID of the holder of a libp2p key.
func nodeIDOf(key crypto.PubKey) (types.NodeID, error) {
	if key == nil || key.Type() != crypto.Ed25519 {
		return types.NodeID{}, fmt.Errorf("%w: peer's key is not ed25519", ErrHandshake)
	}
	raw, err := key.Raw()
	if err != nil {
		return types.NodeID{}, err
	}
	return types.NodeIDOf(ed25519.PublicKey(raw)), nil
}

// announced puts an IP address in the place of those that are listened on.
func announced(ip net.IP, listening []ma.Multiaddr) ([]ma.Multiaddr, error) {
	host, err := manet.FromIP(ip)
	if err != nil {
		return nil, err
	}
	out := make([]ma.Multiaddr, len(listening))
	for i, addr := range listening {
		_, port := ma.SplitFirst(addr)
		out[i] = host.Encapsulate(port)
	}
	return out, nil
}

// reachable puts the machine's interface addresses in place of an unspecified
// host such as 0.0.0.0.
func reachable(listening []ma.Multiaddr) ([]ma.Multiaddr, error) {
	if !slices.ContainsFunc(listening, manet.IsIPUnspecified) {
		return listening, nil
	}
	interfaces, err := manet.InterfaceMultiaddrs()
	if err != nil {
		return nil, err
	}
	return manet.ResolveUnspecifiedAddresses(listening, slices.DeleteFunc(interfaces, manet.IsIP6LinkLocal))
}
