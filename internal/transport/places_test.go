package transport

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	tpt "github.com/libp2p/go-libp2p/core/transport"
	ma "github.com/multiformats/go-multiaddr"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/netgroup"
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
			require.ErrorIs(t, reason, ErrEvicted)
		}
		for _, n := range old {
			require.Equal(t, n.self, hub.peer(n.self).ID)
			require.Equal(t, hub.self, n.peer(hub.self).ID)
		}
		require.Equal(t, 10, hub.count())
	})
}

// A second link of a peer takes nobody's place, whoever is the arbiter: it is a
// duplicate, or replaces a stale one.
func TestASecondLinkTakesNoPlace(t *testing.T) {
	for _, below := range []bool{true, false} {
		hub := start(t, roomFor(t, 2))
		s := stackFor(t, hub, below)
		require.Equal(t, codeYes, greet(t, s, hub, below))
		hub.until(t, "link", func() bool { return hub.opened == 1 })
		other := start(t, testConfig(t))
		connect(t, other, hub) // the younger one, which would be evicted
		require.Equal(t, codeDuplicate, greet(t, s, hub, below))
		hub.age(hub.cfg.DialTimeout + hub.cfg.HandshakeTimeout)
		require.Equal(t, codeYes, greet(t, s, hub, below))
		require.ErrorIs(t, hub.lastReason(t), ErrReplaced)
		hub.until(t, "second link", func() bool { return hub.opened == 3 })
		require.True(t, hub.connected(other.self))
	}
}

// A peer that opens many links at once takes one place.
func TestManyLinksOfAPeerTakeOnePlace(t *testing.T) {
	hub := start(t, roomFor(t, 6))
	for range 6 {
		connect(t, start(t, testConfig(t)), hub)
	}
	s := stackFor(t, hub, false)
	var streams []network.MuxedStream
	for range 10 {
		streams = append(streams, streamOf(t, dialFrom(t, s, hub)))
	}
	for _, stream := range streams {
		_, err := stream.Write([]byte{codeYes})
		require.NoError(t, err)
	}
	var codes []byte
	for _, stream := range streams {
		var answer [verdictSize]byte
		_, err := io.ReadFull(stream, answer[:])
		require.NoError(t, err)
		codes = append(codes, answer[0])
	}
	slices.Sort(codes)
	require.Equal(t, append([]byte{codeYes}, slices.Repeat([]byte{codeDuplicate}, 9)...), codes)
	require.ErrorIs(t, hub.lastReason(t), ErrEvicted)
	hub.until(t, "the seventh link", func() bool { return hub.opened == 7 })
	require.Equal(t, 6, hub.taken())
}

// None is evicted for a handshake that has ended.
func TestAnEndedHandshakeTakesNoPlace(t *testing.T) {
	hub, first, second := start(t, roomFor(t, 2)), start(t, testConfig(t)), start(t, testConfig(t))
	connect(t, first, hub)
	connect(t, second, hub)
	scope, err := hub.stack.admission.OpenConnection(network.DirInbound, true, ma.StringCast("/ip4/127.0.0.1/tcp/1"))
	require.NoError(t, err)
	newcomer := &link{conn: placed{scope: scope.(*slot)}}
	require.ErrorIs(t, hub.reserve(ended(t), newcomer), context.Canceled)
	scope.Done()
	require.ErrorIs(t, hub.reserve(t.Context(), newcomer), errReleased)
	require.True(t, hub.connected(first.self) && hub.connected(second.self))
}

// Half of the places stay, whatever is reserved by those who may never become a link.
func TestReservedPlacesAreCounted(t *testing.T) {
	hub, oldest, second := start(t, roomFor(t, 4)), start(t, testConfig(t)), start(t, testConfig(t))
	connect(t, oldest, hub)
	connect(t, second, hub)
	for range 2 {
		connect(t, start(t, testConfig(t)), hub)
	}
	for i := range 3 {
		scope, err := hub.stack.admission.OpenConnection(network.DirInbound, true, ma.StringCast("/ip4/127.0.0.1/tcp/1"))
		require.NoError(t, err)
		defer scope.Done()
		err = hub.reserve(t.Context(), &link{conn: placed{scope: scope.(*slot)}})
		require.Equal(t, i == 2, errors.Is(err, ErrFull), "%v", err)
	}
	require.True(t, hub.connected(oldest.self) && hub.connected(second.self))
}

// Of two newcomers that come at once, one gets the place of the only link that may be
// evicted, and the other none.
func TestTwoNewcomersForOnePlace(t *testing.T) {
	eachListen(t, func(t *testing.T, cfg func() Config) {
		limited := cfg()
		limited.MaxInbound, limited.YoungLink = 2, time.Hour
		hub := start(t, limited)
		for range 2 {
			connect(t, start(t, cfg()), hub)
		}
		hub.age(limited.YoungLink)
		refusals := make(chan error)
		for range 2 {
			n := start(t, cfg())
			go func() { refusals <- n.Dial(context.Background(), hub.Addrs()[0]) }()
		}
		refused := errors.Join(<-refusals, <-refusals)
		require.Len(t, refused.(interface{ Unwrap() []error }).Unwrap(), 1)
		require.ErrorIs(t, refused, ErrFull)
		require.ErrorIs(t, hub.lastReason(t), ErrEvicted)
		hub.until(t, "the third link", func() bool { return hub.opened == 3 })
		require.Equal(t, 2, hub.taken())
	})
}

// Over TCP and QUIC alike, a newcomer takes the place of one of the largest crowd.
func TestACrowdGivesWay(t *testing.T) {
	eachListen(t, func(t *testing.T, cfg func() Config) {
		limited := cfg()
		limited.MaxInbound, limited.YoungLink = 8, 0
		hub := start(t, limited)
		var crowd []types.NodeID
		for i := range 8 {
			n := start(t, cfg())
			connect(t, n, hub)
			from := fmt.Sprintf("10.%d.0.1", i)
			if i >= 4 && i != 5 {
				from, crowd = "10.99.0.1", append(crowd, n.self)
			}
			hub.live(n.self).slot().moveTo(groupAt(t, from))
		}
		for left := 3; left > 1; left-- {
			newcomer := start(t, cfg())
			connect(t, newcomer, hub)
			hub.live(newcomer.self).slot().moveTo(groupAt(t, fmt.Sprintf("10.%d.0.1", 100+left)))
			require.ErrorIs(t, hub.lastReason(t), ErrEvicted)
			crowd = slices.DeleteFunc(crowd, func(id types.NodeID) bool { return !hub.connected(id) })
			require.Len(t, crowd, left-1)
		}
	})
}

// An arbiter that withholds its verdict holds a place no longer than one may take to
// decide, which is far less than a handshake may take.
func TestAWithheldVerdictHoldsNoPlaceForLong(t *testing.T) {
	t.Parallel() // as it waits
	cfg := roomFor(t, 1)
	cfg.HandshakeTimeout = 12 * time.Second
	hub := start(t, cfg)
	stream := streamOf(t, peerOf(t, hub, true))
	var offer [1]byte
	_, err := io.ReadFull(stream, offer[:])
	require.NoError(t, err)
	// What may be the handshake's own end is not the arbiter's.
	require.NoError(t, stream.SetDeadline(time.Now().Add(cfg.HandshakeTimeout-time.Second)))
	requireCut(t, stream)
	hub.until(t, "room", hub.stack.admission.isEmpty)
}

// roomFor is a node's with so many places, which all may lose at once.
func roomFor(t *testing.T, links int) Config {
	cfg := testConfig(t)
	cfg.MaxInbound, cfg.YoungLink = links, 0
	return cfg
}

// greet opens a link to n, as the arbiter or not, and returns what n says.
func greet(t *testing.T, s *stack, n *node, arbiter bool) byte {
	t.Helper()
	if !arbiter {
		code, _ := offer(t, dialFrom(t, s, n))
		return code
	}
	stream := streamOf(t, dialFrom(t, s, n))
	var code [1]byte
	_, err := io.ReadFull(stream, code[:])
	require.NoError(t, err)
	_, err = stream.Write(verdict(code[0], time.Now().UnixNano()))
	require.NoError(t, err)
	return code[0]
}

// taken is how many inbound links there are.
func (n *node) taken() int {
	n.Transport.mu.Lock()
	defer n.Transport.mu.Unlock()
	return len(n.inbound())
}

// age makes all links older.
func (n *node) age(by time.Duration) {
	n.Transport.mu.Lock()
	defer n.Transport.mu.Unlock()
	for _, l := range n.links {
		l.since = l.since.Add(-by)
	}
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
	from  string // IP address
}

func (p placed) RemoteMultiaddr() ma.Multiaddr { return ma.StringCast("/ip4/" + p.from + "/tcp/1") }

func (p placed) Close() error { return nil }

func (p placed) Scope() network.ConnScope { return p.scope }

// crowded has links from groups, the oldest first, on full admission.
func crowded(t *testing.T, from ...string) *Transport {
	admission := newAdmission(len(from), netgroup.Default())
	crowd := &Transport{cfg: Config{MaxInbound: len(from)}, stack: &stack{admission: admission}, lot: maphash.MakeSeed(), bans: admission.bans, links: map[types.NodeID]*link{}}
	for i, address := range from {
		g := groupAt(t, address)
		require.True(t, admission.links.acquire(g))
		crowd.links[types.NodeID{byte(i)}] = &link{
			peer: Peer{ID: types.NodeID{byte(i)}}, since: time.Unix(int64(i), 0), closed: make(chan struct{}),
			connClosed: make(chan struct{}),
			conn:       placed{from: address, scope: &slot{admission: admission, group: g, held: &admission.links}},
		}
	}
	crowd.links[types.NodeID{99}] = &link{conn: placed{scope: &network.NullScope{}, from: "10.9.0.1"}, closed: make(chan struct{})} // outbound
	return crowd
}

func groupAt(t *testing.T, address string) netgroup.Group {
	return netgroup.Default().OfIP(netip.MustParseAddr(address))
}

// Of the younger half, it is the youngest of the largest crowd, or of those who come in a
// crowd that has all it may; nobody is young or was of use.
func TestWhoIsEvicted(t *testing.T) {
	few, many, alone := "10.1.0.1", "10.2.0.1", "10.3.0.1"
	crowd := crowded(t, many, many, many, few, few, many, few, alone, alone, many)
	requireVictim := func(from string, want byte) {
		t.Helper()
		require.Equal(t, want, crowd.victim(groupAt(t, from)).peer.ID[0])
	}
	requireVictim(many, 9)
	requireVictim(few, 9)
	requireVictim(alone, 8)
	crowd.cfg.YoungLink = time.Since(time.Unix(8, 0))
	requireVictim(few, 8)
	crowd.cfg.YoungLink = time.Since(time.Unix(4, 0))
	require.Nil(t, crowd.victim(groupAt(t, few)))
	crowd.cfg.YoungLink = 0
	crowd.BroughtBlock(types.NodeID{9})
	requireVictim(many, 5)
	requireVictim(few, 6)
	crowd.Answered(types.NodeID{8}, 0)
	requireVictim(alone, 6)
	crowd.cfg.Protected = &Protected{Transfers: 1}
	crowd.BroughtTransfer(types.NodeID{9})
	crowd.BroughtTransfer(types.NodeID{99}) // outbound, and another that is gone
	crowd.BroughtTransfer(types.NodeID{98})
	requireVictim(many, 5)
	require.Equal(t, map[types.NodeID]Reason{{0}: KeptByAge, {1}: KeptByAge, {2}: KeptByAge, {3}: KeptByAge, {9}: KeptByTransfer}, crowd.Kept())
	require.Nil(t, crowded(t).victim(groupAt(t, few)))
}

// On loopback a peer's group is known by what it says of itself: one that is full has no place
// for a further link of it, but that of another one.
func TestAGroupOnLoopbackHasNoMoreThanItsShare(t *testing.T) {
	for name, young := range map[string]time.Duration{"evicted": 0, "refused": time.Hour} {
		limited := testConfig(t)
		limited.MaxInbound, limited.YoungLink = 4, young
		hub := start(t, limited)
		var crowd []*node
		for range 3 {
			n := start(t, testConfig(t))
			connect(t, n, hub)
			crowd = append(crowd, n)
		}
		hub.CountTo(crowd[0].self, "east")
		hub.CountTo(crowd[1].self, "east")
		require.Equal(t, 3, hub.taken(), name)
		hub.CountTo(crowd[2].self, "east")
		want := map[string]error{"evicted": ErrEvicted, "refused": ErrFull}[name]
		require.ErrorIs(t, hub.lastReason(t), want, name)
		require.Equal(t, 2, hub.stack.admission.links.byGroup["east"], name)
		other := start(t, testConfig(t))
		connect(t, other, hub)
		hub.CountTo(other.self, "west")
		require.True(t, hub.connected(other.self), name)
	}
}
