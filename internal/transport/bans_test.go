package transport

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	ma "github.com/multiformats/go-multiaddr"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/types"
)

var hour = time.Unix(3600, 0)

func handBan(ban Ban) Ban {
	ban.By = BannedByHand
	return ban
}

func TestWhatIsNoBan(t *testing.T) {
	good := handBan(Ban{ID: types.NodeID{1}, Until: hour, Reason: "lesson"})
	require.NoError(t, good.Validate(time.Unix(0, 0)))
	for name, change := range map[string]func(*Ban){
		"nobody":       func(b *Ban) { b.ID = types.NodeID{} },
		"host bits":    func(b *Ban) { b.Net = netip.MustParsePrefix("10.1.2.3/16") },
		"mapped":       func(b *Ban) { b.Net = netip.MustParsePrefix("::ffff:10.1.2.3/128") },
		"past":         func(b *Ban) { b.Until = time.Unix(0, 0) },
		"long reason":  func(b *Ban) { b.Reason = strings.Repeat("x", MaxReason+1) },
		"not UTF-8":    func(b *Ban) { b.Reason = "\xff" },
		"whose is it?": func(b *Ban) { b.By = "" },
	} {
		bad := good
		change(&bad)
		require.ErrorIs(t, bad.Validate(time.Unix(0, 0)), ErrBan, name)
	}
}

func TestBanByAddressHoldsForItsSubnet(t *testing.T) {
	now, b := time.Unix(0, 0), newBans()
	for _, net := range []string{"10.1.0.0/16", "2001:db8::/32", "192.0.2.1/32"} {
		require.NoError(t, b.add(handBan(Ban{Net: netip.MustParsePrefix(net), Until: hour}), now))
	}
	for ip, want := range map[string]bool{
		"10.1.255.1": true, "10.2.0.1": false, "2001:db8::7": true, "2001:db9::7": false, "192.0.2.1": true, "192.0.2.2": false,
	} {
		require.Equal(t, want, b.address(netip.MustParseAddr(ip), now) != nil, ip)
		require.Nil(t, b.address(netip.MustParseAddr(ip), hour), ip)
	}
}

// A person's word counts more than what the node finds itself, and the later end else.
func TestWhichBanStays(t *testing.T) {
	now := time.Unix(0, 0)
	id := types.NodeID{1}
	for _, c := range []struct {
		first, then BanSource
		later, want bool // the second one ends later, and stays
	}{
		{BannedByRule, BannedToWait, false, false}, {BannedToWait, BannedByRule, true, true},
		{BannedByHand, BannedByRule, true, false}, {BannedByRule, BannedByHand, false, true}, {BannedByHand, BannedByHand, false, true},
	} {
		b := newBans()
		second := hour.Add(-time.Second)
		if c.later {
			second = hour.Add(time.Second)
		}
		require.NoError(t, b.add(Ban{ID: id, Until: hour, By: c.first}, now))
		require.NoError(t, b.add(Ban{ID: id, Until: second, By: c.then}, now))
		require.Equal(t, c.want, b.list(now)[0].Until.Equal(second), "%+v", c)
	}
}

// Whatever is banned: there are never too many, none by hand is lost, and what is listed
// is what holds.
func TestBansAreBounded(t *testing.T) {
	now, b := time.Unix(0, 0), newBans()
	idOf := func(i int) types.NodeID { return types.NodeID{byte(i >> 8), byte(i), 1} }
	for i := range maxBans {
		require.NoError(t, b.add(Ban{ID: idOf(i), Until: hour.Add(time.Duration(i)), By: BannedByRule}, now))
	}
	require.NoError(t, b.add(Ban{ID: types.NodeID{99}, Until: hour, By: BannedByHand}, now))
	require.Len(t, b.list(now), maxBans)
	require.False(t, b.node(idOf(0), now), "the first to end gives way")
	require.True(t, b.node(idOf(1), now) && b.node(types.NodeID{99}, now))
	for i := 1; i < maxBans; i++ {
		require.NoError(t, b.add(Ban{ID: idOf(i), Until: hour, By: BannedByHand}, now))
	}
	require.ErrorIs(t, b.add(Ban{ID: types.NodeID{98}, Until: hour, By: BannedByHand}, now), ErrBan)
	require.NoError(t, b.add(Ban{ID: types.NodeID{98}, Until: hour.Add(1), By: BannedByHand}, hour), "those have ended")
	require.Len(t, b.list(hour), 1)
}

// What holds is what was set and has neither ended nor been lifted.
func TestBansHoldAsListed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, want := newBans(), map[byte]time.Time{}
		now := time.Unix(0, 0)
		for range rapid.IntRange(0, 30).Draw(t, "steps") {
			id := rapid.ByteRange(1, 4).Draw(t, "id")
			switch rapid.IntRange(0, 2).Draw(t, "step") {
			case 0:
				want[id] = now.Add(time.Duration(rapid.IntRange(1, 9).Draw(t, "for")))
				if b.add(handBan(Ban{ID: types.NodeID{id}, Until: want[id]}), now) != nil {
					t.Fatal("refused")
				}
			case 1:
				b.lift(func(ban Ban) bool { return ban.ID == types.NodeID{id} })
				delete(want, id)
			case 2:
				now = now.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "pass")))
			}
			holding := 0
			for id := byte(1); id <= 4; id++ {
				if want[id].After(now) {
					holding++
				}
				require.Equal(t, want[id].After(now), b.node(types.NodeID{id}, now))
			}
			require.Len(t, b.list(now), holding)
		}
	})
}

// arrives is what admission says to a connection from there.
func arrives(a *admission, ip string) error {
	scope, err := a.OpenConnection(network.DirInbound, true, ma.StringCast(fmt.Sprintf("/ip4/%s/tcp/1", ip)))
	if err == nil {
		scope.Done()
	}
	return err
}

// Who broke a rule keeps out whoever comes from the same address, for as long; who was of
// no use does so the second time. Others come in, and what comes from loopback.
func TestABannedNodesAddressIsRefused(t *testing.T) {
	crowd := crowded(t, "10.9.0.1", "10.1.0.1", "10.2.0.1", "10.2.0.1", "127.0.0.1", "10.4.0.1")
	ban := func(node byte, by BanSource) {
		require.NoError(t, crowd.Ban(Ban{ID: types.NodeID{node}, Until: time.Now().Add(time.Hour), Reason: "test", By: by}))
		require.ErrorIs(t, crowd.links[types.NodeID{node}].reason, ErrBanned)
	}
	a := crowd.stack.admission
	a.links.limit, a.ips = 100, ipRecords{}
	ban(1, BannedByRule)
	require.ErrorIs(t, arrives(a, "10.1.0.1"), ErrBanned)
	require.NoError(t, arrives(a, "10.1.0.2"))
	ban(2, BannedToWait)
	require.NoError(t, arrives(a, "10.2.0.1"))
	ban(3, BannedToWait)
	require.ErrorIs(t, arrives(a, "10.2.0.1"), ErrBanned)
	ban(4, BannedByRule)
	require.NoError(t, arrives(a, "127.0.0.1"))
	ban(5, BannedByHand)
	require.NoError(t, arrives(a, "10.4.0.1"), "a person names the address too, if it is meant")
	require.NoError(t, crowd.banned(types.NodeID{50}, netip.MustParseAddr("10.1.0.1"), true), "may be dialled")
	crowd.Unban(func(ban Ban) bool { return ban.ID == types.NodeID{1} })
	require.NoError(t, arrives(a, "10.1.0.1"), "lifted with the node's")
}

// What a person bans by address has no link with this node, in either direction.
func TestABannedAddressHasNoLinks(t *testing.T) {
	eachListen(t, func(t *testing.T, cfg func() Config) {
		a, b, c := start(t, cfg()), start(t, cfg()), start(t, cfg())
		connect(t, a, b)
		connect(t, c, a)
		net := netip.MustParsePrefix("127.0.0.0/8")
		require.NoError(t, a.Ban(handBan(Ban{Net: net, Until: time.Now().Add(time.Hour), Reason: "test"})))
		for _, n := range []*node{a, b, c} {
			n.awaitNoLinks(t)
		}
		require.ErrorIs(t, a.lastReason(t), ErrBanned)
		require.ErrorIs(t, a.Dial(context.Background(), b.Addrs()[0]), ErrBanned)
		require.Error(t, b.Dial(context.Background(), a.Addrs()[0]))
		require.Len(t, a.Bans(), 1)
		require.Len(t, a.Unban(func(ban Ban) bool { return ban.Net == net }), 1)
		connect(t, b, a)
	})
}
