package transport

import (
	"context"
	"maps"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	tpt "github.com/libp2p/go-libp2p/core/transport"
	ma "github.com/multiformats/go-multiaddr"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// Whoever comes gets a place, and those who were there first keep theirs.
func TestANewcomerGetsAPlace(t *testing.T) {
	eachListen(t, func(t *testing.T, cfg func() Config) {
		limited := cfg()
		limited.MaxInbound, limited.YoungLink = 4, 0
		hub := start(t, limited)
		old := []*node{start(t, cfg()), start(t, cfg())}
		for _, n := range old {
			connect(t, n, hub)
		}
		for range 8 {
			connect(t, start(t, cfg()), hub)
		}
		var reasons []error
		hub.until(t, "the others' end", func() bool {
			reasons = slices.Clone(hub.reasons)
			return len(reasons) == 6
		})
		for _, reason := range reasons {
			require.ErrorIs(t, reason, ErrGaveWay)
		}
		for _, n := range old {
			require.Equal(t, n.self, hub.peer(n.self).ID)
			require.Equal(t, hub.self, n.peer(hub.self).ID)
		}
		require.Equal(t, 10, hub.count())
	})
}

// A second link of a peer takes nobody's place.
func TestASecondLinkTakesNoPlace(t *testing.T) {
	limited := testConfig(t)
	limited.MaxInbound, limited.YoungLink = 2, 0
	hub, first, second := start(t, limited), start(t, testConfig(t)), start(t, testConfig(t))
	connect(t, first, hub)
	connect(t, second, hub)
	scope, err := hub.stack.admission.OpenConnection(network.DirInbound, true, ma.StringCast("/ip4/127.0.0.1/tcp/1"))
	require.NoError(t, err)
	defer scope.Done()
	again := &link{peer: Peer{ID: second.self}, conn: placed{scope: scope.(*slot)}}
	require.ErrorIs(t, hub.promote(t.Context(), again), ErrFull)
	require.True(t, hub.connected(first.self))
	require.True(t, hub.connected(second.self))
}

// A young link stays, be it of a stranger.
func TestAYoungLinkStays(t *testing.T) {
	limited := testConfig(t)
	limited.MaxInbound, limited.YoungLink = 1, time.Hour
	hub, first, second := start(t, limited), start(t, testConfig(t)), start(t, testConfig(t))
	connect(t, first, hub)
	require.ErrorIs(t, second.Dial(context.Background(), hub.Addrs()[0]), ErrFull)
}

// placed is a connection that has a place.
type placed struct {
	tpt.CapableConn
	scope network.ConnScope
}

func (p placed) Scope() network.ConnScope { return p.scope }

// crowded has links from groups, the oldest first, on full admission.
func crowded(t *testing.T, from ...string) *Transport {
	admission := newAdmission(len(from))
	crowd := &Transport{stack: &stack{admission: admission}, links: map[types.NodeID]*link{}}
	for i, address := range from {
		g := groupAt(t, address)
		require.True(t, admission.links.acquire(g))
		crowd.links[types.NodeID{byte(i)}] = &link{
			peer: Peer{ID: types.NodeID{byte(i)}}, since: time.Unix(int64(i), 0), closed: make(chan struct{}),
			conn: placed{scope: &slot{admission: admission, group: g, held: &admission.links}},
		}
	}
	crowd.links[types.NodeID{99}] = &link{conn: placed{scope: &network.NullScope{}}, closed: make(chan struct{})} // outbound
	return crowd
}

func groupAt(t *testing.T, address string) group {
	g, err := groupOf(netip.MustParseAddr(address))
	require.NoError(t, err)
	return g
}

// Of the younger half, it is one of the largest crowd, or of those who come in a crowd
// that has all it may; nobody is young or was of use.
func TestWhoGivesWay(t *testing.T) {
	few, many, alone := "10.1.0.1", "10.2.0.1", "10.3.0.1"
	crowd := crowded(t, many, many, many, few, few, many, few, alone, alone, many)
	requireVictims := func(from string, want ...byte) {
		t.Helper()
		found := map[byte]bool{}
		for range 200 {
			found[crowd.victim(groupAt(t, from)).peer.ID[0]] = true
		}
		require.ElementsMatch(t, want, slices.Collect(maps.Keys(found)))
	}
	requireVictims(many, 5, 9)
	crowd.cfg.YoungLink = time.Since(time.Unix(8, 0))
	requireVictims(many, 5)
	crowd.cfg.YoungLink = time.Since(time.Unix(4, 0))
	require.Nil(t, crowd.victim(groupAt(t, few)))
	crowd.cfg.YoungLink = 0
	for _, id := range []byte{5, 7, 8, 9} {
		crowd.Favour(types.NodeID{id})
	}
	requireVictims(many, 1, 2)
	requireVictims(few, 3, 4, 6)
	requireVictims(alone, 3, 4, 6)
	require.Nil(t, crowded(t).victim(groupAt(t, few)))
}
