package bootstrap

import (
	"net"
	"net/netip"

	"networkmngr/internal/netgroup"
)

// names is the group of all hosts that are known by name: many names are made as fast as
// one.
const names netgroup.Group = "names"

// groupOf is the host of an address, host:port, and its group. Both are empty for this
// machine, where all nodes of a lab have one address, unless the grouping tells its ports
// apart.
func groupOf(address string, grouping netgroup.Grouping) (host string, group netgroup.Group) {
	host, _, _ = net.SplitHostPort(address) // what is known is host:port
	at, err := netip.ParseAddrPort(address)
	switch {
	case host == "localhost":
		return "", ""
	case err != nil:
		return host, names
	case at.Addr().Unmap().IsLoopback():
		return "", grouping.Of(at)
	default:
		return at.Addr().Unmap().WithZone("").String(), grouping.Of(at)
	}
}
