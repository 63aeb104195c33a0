package netgroup

import (
	"crypto/ed25519"
	"fmt"
	"net/netip"
	"testing"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/types"
)

func TestGroupsByAddress(t *testing.T) {
	for text, want := range map[string]Group{
		"10.1.2.3:1": "10.1.0.0/16", "[2001:db8:1:2::3]:1": "2001:db8::/32", "[::ffff:10.1.2.3]:1": "10.1.0.0/16",
		"[fe80::1%eth0]:1": "fe80::/32", "127.9.9.9:1": "", "[::1]:1": "", "[::ffff:127.0.0.1]:1": "",
	} {
		at := netip.MustParseAddrPort(text)
		require.Equal(t, want, Default().Of(at), text)
		require.Equal(t, want, Default().OfIP(at.Addr()), text)
	}
	require.Equal(t, Group("10.1.2.0/24"), Grouping{V4: 24}.Of(netip.MustParseAddrPort("10.1.2.3:1")))
	require.Empty(t, Grouping{V4: 24}.Of(netip.MustParseAddrPort("[2001:db8::1]:1")))
	require.Empty(t, Grouping{V4: 24}.OfIP(netip.Addr{}))
}

// Addresses with the same leading bits are of one group, and others are not.
func TestAGroupIsAPrefix(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := Grouping{V4: rapid.IntRange(1, 32).Draw(t, "bits")}
		draw := func(name string) netip.Addr {
			return netip.AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, name)))
		}
		a, b := draw("a"), draw("b")
		if a.IsLoopback() || b.IsLoopback() {
			t.Skip()
		}
		prefix, err := a.Prefix(g.V4)
		require.NoError(t, err)
		require.Equal(t, prefix.Contains(b), g.OfIP(a) == g.OfIP(b))
	})
}

func TestGroupsOnOneMachine(t *testing.T) {
	node := func(port int) types.NodeInfo {
		return types.NodeInfo{Address: fmt.Sprintf("127.0.0.1:%d", port), P2P: []string{"/ip4/127.0.0.1/tcp/40000"}}
	}
	for by, want := range map[string][3]Group{
		"address":                         {"", "", ""},
		"port:10":                         {"ports 5000-5009", "ports 5000-5009", "ports 5010-5019"},
		"label:east=5000-5004,west=5010":  {"east", "", "west"},
		"label:\n# two\neast = 5000-5009": {"east", "east", ""},
	} {
		g, err := Read(by)
		require.NoError(t, err, by)
		require.NoError(t, g.Validate())
		for i, port := range []int{5000, 5009, 5010} {
			first, err := First(node(port))
			require.NoError(t, err)
			require.Equal(t, want[i], g.OfNode(node(port), first.At), "%s: %d", by, port)
			require.Equal(t, want[i], g.Of(netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(port))))
		}
		far := g.OfNode(types.NodeInfo{Address: "127.0.0.1:5000"}, netip.MustParseAddrPort("10.1.2.3:5000"))
		require.Equal(t, Group("10.1.0.0/16"), far, "whatever a node far away says of its API")
	}
}

func TestWhatIsNoGrouping(t *testing.T) {
	for _, bad := range []string{
		"", "addresses", "address:1", "port", "port:0", "port:x", "port:65536", "label", "label:", "label:east", "label:=1",
		"label:east=0", "label:east=2-1", "label:east=1-65536", "label:a=1,b",
	} {
		_, err := Read(bad)
		require.Error(t, err, bad)
	}
	for _, bad := range []Grouping{
		{V4: -1}, {V4: 33}, {V6: -1}, {V6: 129}, {Block: -1}, {Block: 1 << 16}, {Members: -1},
		{Labels: []Label{{"", 1, 2}}}, {Labels: []Label{{"a", 0, 2}}}, {Labels: []Label{{"a", 2, 1}}}, {Labels: []Label{{"a", 1, 1 << 16}}},
	} {
		require.Error(t, bad.Validate(), "%+v", bad)
	}
}

func TestMembers(t *testing.T) {
	g := Grouping{Members: 2}
	require.True(t, g.Allows("a", 1))
	require.False(t, g.Allows("a", 2))
	require.True(t, g.Allows("", 1000))
	require.True(t, Default().Allows("a", 1000))
}

// peerOf is a node as libp2p names it.
func peerOf(t *testing.T, n byte) (types.NodeID, string) {
	key := ed25519.NewKeyFromSeed(append(make([]byte, ed25519.SeedSize-1), n)).Public().(ed25519.PublicKey)
	public, err := crypto.UnmarshalEd25519PublicKey(key)
	require.NoError(t, err)
	id, err := peer.IDFromPublicKey(public)
	require.NoError(t, err)
	return types.NodeIDOf(key), id.String()
}

func TestEndpoints(t *testing.T) {
	id, name := peerOf(t, 1)
	for text, want := range map[string]string{
		"/ip4/10.1.2.3/tcp/7/p2p/" + name:            "10.1.2.3:7",
		"/ip6/2001:db8::1/udp/7/quic-v1/p2p/" + name: "[2001:db8::1]:7",
	} {
		e, err := Parse(text)
		require.NoError(t, err)
		require.Equal(t, Endpoint{netip.MustParseAddrPort(want), id}, e)
	}
	e, err := Parse("/ip4/10.1.2.3/tcp/7")
	require.NoError(t, err)
	require.Zero(t, e.Node)
	for _, bad := range []string{
		"", "nowhere", "/ip4/10.1.2.3", "/ip4/10.1.2.3/tcp/0", "/tcp/7", "/ip4/10.1.2.3/tcp/7/tcp/8", "/dns4/localhost/tcp/7", "/ip4/10.1.2.3/tcp/7/ip4/10.2.2.3/tcp/7", "/ip4/10.1.2.3/tcp/7/ws", "/p2p/" + name,
		"/ip4/10.1.2.3/tcp/7/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N", // of no key
	} {
		_, err := Parse(bad)
		require.ErrorIs(t, err, ErrAddress, bad)
	}
}

func TestAnAddressIsTheNodesOwn(t *testing.T) {
	id, name := peerOf(t, 1)
	other, _ := peerOf(t, 2)
	node := types.NodeInfo{ID: id, P2P: []string{"/ip4/10.1.2.3/tcp/7/p2p/" + name, "/ip4/10.1.2.3/udp/8/quic-v1/p2p/" + name}}
	first, err := First(node)
	require.NoError(t, err)
	require.Equal(t, "10.1.2.3:7", first.At.String())
	node.P2P[0] = "/ip4/10.1.2.3/tcp/7"
	_, err = First(node)
	require.NoError(t, err)
	node.ID = other
	_, err = First(node)
	require.ErrorIs(t, err, ErrAddress, "the second one is another's")
	_, err = First(types.NodeInfo{ID: id})
	require.ErrorIs(t, err, ErrAddress)
}

// What is read here is a multiaddr, and says the same as one.
func FuzzEndpoints(f *testing.F) {
	const id = "12D3KooWEwToUWFdjBeWmucjJf4evR5n6erwTbBzBPRATjv4vFUg"
	for _, text := range []string{
		"/ip4/10.1.2.3/tcp/7/p2p/" + id, "/ip6/2001:db8::1/udp/7/quic-v1/p2p/" + id, "/ip6/::ffff:10.1.2.3/tcp/7", "/ip4/10.1.2.3/tcp/07",
		"/ip6/fe80::1%eth0/tcp/7", "/ip4/10.1.2.3/tcp/7/p2p", "/ip4/10.1.2.3/tcp/7/p2p/", "/ip4/10.1.2.3/tcp/7/p2p/x/p2p/" + id, "/ip4/10.1.2.3/tcp/7/", "//ip4/10.1.2.3/tcp/7", "/ip4/10.1.2.3/quic-v1/tcp/7", "/ip4/10.1.2.3/tcp/+7", "/p2p/" + id + "/ip4/1.1.1.1/tcp/7",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err != nil {
			require.ErrorIs(t, err, ErrAddress)
			return
		}
		address, err := ma.NewMultiaddr(text)
		require.NoError(t, err)
		at, err := manet.ToNetAddr(address[:2])
		if err == nil {
			require.Equal(t, e.At.String(), netip.MustParseAddrPort(at.String()).String())
		}
		who, err := address.ValueForProtocol(ma.P_P2P)
		require.Equal(t, e.Node != types.NodeID{}, err == nil, who)
	})
}
