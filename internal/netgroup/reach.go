package netgroup

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"syscall"
)

// ErrElsewhere means that an address leads to where whoever told of it cannot be.
var ErrElsewhere = errors.New("cannot be reached from where it is told of")

// Reach is from how far away an address can be dialled. The greater it is, the farther.
type Reach uint8

const (
	Unreachable Reach = iota // whoever is only told of it does not know where it is: unspecified, multicast, link-local, reserved
	Machine                  // loopback
	Site                     // private networks, and others that no router of the internet has a way to
	Internet
)

// neverReachable and privateNetworks are those of IsRoutable in Bitcoin Core
// (src/netaddress.cpp), by the registries of IANA for addresses of special purpose
// (RFC 6890). Bitcoin Core takes none of the private ones; networks of labs stand in them.
var (
	neverReachable  = prefixes("0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "::/128", "fe80::/10", "ff00::/8")
	privateNetworks = prefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "198.18.0.0/15",
		"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "fc00::/7", "fec0::/10", "2001:db8::/32", "2001:10::/28", "2001:20::/28")
)

func prefixes(texts ...string) (list []netip.Prefix) {
	for _, text := range texts {
		list = append(list, netip.MustParsePrefix(text))
	}
	return list
}

// ReachOf is that of an address; of none, which is the zero Addr, it is Unreachable.
func ReachOf(ip netip.Addr) Reach {
	ip = ip.Unmap().WithZone("")
	within := func(p netip.Prefix) bool { return p.Contains(ip) }
	switch {
	case !ip.IsValid() || slices.ContainsFunc(neverReachable, within):
		return Unreachable
	case ip.IsLoopback():
		return Machine
	case slices.ContainsFunc(privateNetworks, within):
		return Site
	}
	return Internet
}

// Teller is the reach of what somebody at an address can know of: a Machine for one of
// this machine, which knows all, and a Site for one on the same cable. Of one whose
// address is not known it is a Machine too.
func Teller(ip netip.Addr) Reach {
	switch {
	case !ip.IsValid():
		return Machine
	case ip.IsLinkLocalUnicast():
		return Site
	}
	if r := ReachOf(ip); r != Unreachable {
		return r
	}
	return Internet
}

// ReachedFrom reports whether an address can be what a teller means by it: a private
// address is another one elsewhere, and loopback is another one on each machine.
func (r Reach) ReachedFrom(teller Reach) bool { return r != Unreachable && r >= teller }

// Control is a [net.Dialer.Control] for addresses that a teller has told of. It sees the IP
// address that is dialled, as a name may lead elsewhere each time that it is looked up. The
// error wraps ErrElsewhere, or says that the address is none.
func (r Reach) Control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err == nil && !ReachOf(at.Addr()).ReachedFrom(r) {
		err = fmt.Errorf("%s %w", at.Addr(), ErrElsewhere)
	}
	return err
}
