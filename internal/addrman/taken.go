package addrman

import (
	"net/netip"

	"networkmngr/internal/netgroup"
	"networkmngr/internal/types"
)

// What is kept of one node's addresses: an IPv6 multiaddr of QUIC with a peer id has some
// 120 bytes. Full tables then take tens of megabytes, whoever filled them.
const (
	maxAddresses    = 8
	maxAddressBytes = 640 // of all of them, and of that of the API, which may have 256
)

// ReachedFrom is a node with those of its multiaddrs that can be dialled from here, as far as
// somebody with a reach can know; see [netgroup.Reach]. Others are of other machines than
// the teller means, or of no use to anybody.
func ReachedFrom(node types.NodeInfo, teller netgroup.Reach) types.NodeInfo {
	return having(node, func(text string) bool {
		return netgroup.ReachOf(netgroup.Where(text).Addr()).ReachedFrom(teller)
	})
}

// reachOf is a node's: whoever has no farther one can know all of its multiaddrs.
func reachOf(node types.NodeInfo) netgroup.Reach {
	least := netgroup.Internet
	for _, text := range node.P2P {
		least = min(least, netgroup.ReachOf(netgroup.Where(text).Addr()))
	}
	return least
}

// whereOf is where a node's first address leads, not valid if it has none. Whose addresses they
// are was seen when they were taken: to read the id in them takes longer than all else.
func whereOf(node types.NodeInfo) netip.AddrPort {
	if len(node.P2P) == 0 {
		return netip.AddrPort{}
	}
	return netgroup.Where(node.P2P[0])
}

// bounded is a node with as many of its first multiaddrs as are kept.
func bounded(node types.NodeInfo) types.NodeInfo {
	count, bytes := 0, len(node.Address)
	return having(node, func(text string) bool {
		count++
		bytes += len(text)
		return count <= maxAddresses && bytes <= maxAddressBytes
	})
}

// having is a node with those of its multiaddrs that are wanted.
func having(node types.NodeInfo, wanted func(string) bool) types.NodeInfo {
	var kept []string
	for _, text := range node.P2P {
		if wanted(text) {
			kept = append(kept, text)
		}
	}
	node.P2P = kept
	return node
}
