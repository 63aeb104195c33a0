package httpserver

import (
	"net"
	"net/http"
	"net/netip"
)

// Origin is where a client is, for its share of what the server has: the zero
// Origin is this machine, any other one an IPv4 address, or the network of an IPv6
// address, whose holder has all addresses of it.
type Origin netip.Prefix

// network6 is how many bits of an IPv6 address are the network's (RFC 4291,
// 2.5.1).
const network6 = 64

// OriginOf is the origin of a connection's remote end. An address that is also
// ours is this machine's, as answers to it go nowhere else.
func OriginOf(remote, local net.Addr) Origin {
	there, known := address(remote)
	here, _ := address(local)
	if !known || there.IsLoopback() || there == here {
		return Origin{}
	}
	bits := there.BitLen()
	if there.Is6() {
		bits = network6
	}
	prefix, _ := there.WithZone("").Prefix(bits) // the bits are right
	return Origin(prefix)
}

// OriginOfRequest is the origin of the client that sent r.
func OriginOfRequest(r *http.Request) Origin {
	local, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return Origin{} // no address of TCP
	}
	return OriginOf(net.TCPAddrFromAddrPort(remote), local)
}

func address(of net.Addr) (netip.Addr, bool) {
	tcp, ok := of.(*net.TCPAddr)
	if !ok {
		return netip.Addr{}, false
	}
	return tcp.AddrPort().Addr().Unmap(), true
}

func (o Origin) stranger() bool { return o != (Origin{}) }
