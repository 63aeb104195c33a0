package netgroup

import (
	"fmt"
	"net/netip"
	"strconv"

	"networkmngr/internal/types"
)

// Group names one party, as 10.1.0.0/16, "ports 5000-5009" or a name. The empty group is
// exempt from all that goes by groups.
type Group string

// Grouping says which group an address is of. The zero Grouping exempts all of them.
type Grouping struct {
	V4, V6  int     // bits of an address that its group has in common; 0 exempts the family
	Block   int     // loopback: so many ports are a group; 0 for none
	Labels  []Label // loopback: groups by name, the first that has the port
	Members int     // addresses of one group that are known or linked at once; 0 for any number
}

// Label names the group of loopback addresses with ports from First to Last.
type Label struct {
	Name        string
	First, Last int
}

// Default is by /16 and /32, with loopback exempt.
func Default() Grouping { return Grouping{V4: 16, V6: 32} }

// Allows reports whether a group that has so many members may have one more.
func (g Grouping) Allows(group Group, members int) bool {
	return group == "" || g.Members == 0 || members < g.Members
}

// OfIP is the group of a host. Loopback is exempt, as who comes from there has a port of
// the kernel's choice, which says nothing.
func (g Grouping) OfIP(ip netip.Addr) Group {
	ip = ip.Unmap()
	bits := g.V6
	if ip.Is4() {
		bits = g.V4
	}
	if bits == 0 || ip.IsLoopback() {
		return ""
	}
	prefix, err := ip.WithZone("").Prefix(bits)
	if err != nil {
		return "" // no address, or fewer bits than asked for
	}
	return Group(prefix.String())
}

// Of is the group of an address where somebody listens.
func (g Grouping) Of(at netip.AddrPort) Group {
	if !at.Addr().Unmap().IsLoopback() {
		return g.OfIP(at.Addr())
	}
	return g.ofPort(int(at.Port()))
}

// OfNode is the group of a node by one of its addresses. On loopback its API's port
// counts: nodes are known by it, while that for peers is the kernel's choice.
func (g Grouping) OfNode(node types.NodeInfo, at netip.AddrPort) Group {
	if api, err := netip.ParseAddrPort(node.Address); err == nil && at.Addr().Unmap().IsLoopback() {
		return g.ofPort(int(api.Port()))
	}
	return g.Of(at)
}

func (g Grouping) ofPort(port int) Group {
	for _, label := range g.Labels {
		if label.First <= port && port <= label.Last {
			return Group(label.Name)
		}
	}
	if g.Block == 0 {
		return ""
	}
	first := port / g.Block * g.Block
	return Group("ports " + strconv.Itoa(first) + "-" + strconv.Itoa(first+g.Block-1))
}

// Validate returns an error that names the field out of bounds.
func (g Grouping) Validate() error {
	switch {
	case g.V4 < 0 || g.V4 > 32:
		return fmt.Errorf("groups of IPv4 by %d bits: want 0 to 32", g.V4)
	case g.V6 < 0 || g.V6 > 128:
		return fmt.Errorf("groups of IPv6 by %d bits: want 0 to 128", g.V6)
	case g.Block < 0 || g.Block > maxPort:
		return fmt.Errorf("groups of %d ports: want 1 to %d", g.Block, maxPort)
	case g.Members < 0:
		return fmt.Errorf("%d members of a group: want 0, for any number, or more", g.Members)
	}
	for _, label := range g.Labels {
		if label.Name == "" || label.First < 1 || label.Last < label.First || label.Last > maxPort {
			return fmt.Errorf("group %q of ports %d-%d: want a name and ports from 1 to %d", label.Name, label.First, label.Last, maxPort)
		}
	}
	return nil
}
