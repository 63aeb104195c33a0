package daemon

import (
	"context"
	"errors"
	"net"
	"net/netip"

	"networkmngr/internal/netgroup"
)

var errElsewhere = errors.New("is told by a seed that cannot know what is there")

// tellerAt is the reach of what a seed can know: of a name with several addresses the
// farthest, as any of these may have answered, and of one without any the Internet.
func tellerAt(ctx context.Context, seed string) netgroup.Reach {
	reach := netgroup.Unreachable
	for _, ip := range addressesOf(ctx, seed) {
		reach = max(reach, netgroup.Teller(ip))
	}
	if reach == netgroup.Unreachable {
		return netgroup.Internet
	}
	return reach
}

// addressesOf are those of a host, which may be a name; none if nobody knows it.
func addressesOf(ctx context.Context, hostPort string) []netip.Addr {
	host, _, err := net.SplitHostPort(hostPort)
	if err != nil {
		return nil
	}
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil
	}
	return ips
}
