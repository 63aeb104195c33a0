package addrman

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/netgroup"
	"networkmngr/internal/types"
)

// at is a node with several addresses.
func at(n int, ips ...string) types.NodeInfo {
	node := nodeAt(n, ips[0])
	node.P2P = nil
	for _, ip := range ips {
		node.P2P = append(node.P2P, "/ip4/"+ip+"/tcp/8333")
	}
	return node
}

// Nobody far away has this node dial its own machine or its own site: there, the address is
// somebody else's.
func TestAddressesThatTheTellerCannotKnowAreNotTaken(t *testing.T) {
	for reach, want := range map[netgroup.Reach]int{netgroup.Machine: 3, netgroup.Site: 2, netgroup.Internet: 1} {
		m := New(DefaultConfig(), seeded(1))
		source := Source{Node: types.NodeID{9}, Reach: reach}
		require.True(t, m.Add(start, at(1, "127.0.0.1", "10.0.0.1", "224.0.0.1", "1.1.1.1"), source))
		require.Len(t, m.All()[0].P2P, want)
		require.Equal(t, want == 3, m.Add(start, at(2, "127.0.0.2"), source))
		require.Equal(t, want >= 2, m.Add(start, at(3, "10.0.0.2"), source))
		require.False(t, m.Add(start, at(4, "0.0.0.0", "169.254.1.1"), source))
		require.False(t, m.Add(start, at(5, "127.0.0.1"), Source{Node: at(5, "1.1.1.1").ID, Reach: netgroup.Internet}), "of itself")
		check(t, m)
	}
}

// Whoever tells of nodes does not say how much memory each takes.
func TestAddressesOfANodeAreBounded(t *testing.T) {
	long := nodeAt(1, "1.1.1.1")
	long.Address, long.P2P = strings.Repeat("a", types.MaxAddressLen), nil
	many := nodeAt(2, "1.2.1.1")
	many.P2P = nil
	for i := range types.MaxP2P {
		long.P2P = append(long.P2P, fmt.Sprintf("/ip6/2606:4700:%04x:%04x:%04x:%04x:%04x:1111/udp/%d/quic-v1", i, i, i, i, i, 10000+i))
		many.P2P = append(many.P2P, fmt.Sprintf("/ip4/1.2.%d.1/tcp/1", i))
	}
	m := New(DefaultConfig(), seeded(1))
	for _, node := range []types.NodeInfo{long, many} {
		require.True(t, m.Add(start, node, Source{Node: node.ID}))
		require.False(t, m.Add(start, node, Source{Node: node.ID}), "the same again is no news")
	}
	again := Restore(DefaultConfig(), State{Key: m.key, Nodes: []Stored{{Node: long, Tried: true}, {Node: many, Tried: true}}}, start, seeded(1))
	for _, m := range []*Manager{m, again} {
		require.Len(t, m.All(), 2)
		for _, node := range m.All() {
			require.LessOrEqual(t, len(node.P2P), maxAddresses)
			require.LessOrEqual(t, len(node.Address)+len(strings.Join(node.P2P, "")), maxAddressBytes)
		}
	}
}
