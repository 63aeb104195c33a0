package protocol

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// far and near are ids on either side of selfID: we dial the far one at once,
// and wait for the near one to dial us.
var far, near = types.NodeID{0xf0}, types.NodeID{0x01}

func TestLearnedNodesAreDialled(t *testing.T) {
	s := newScript(t, outbound(8))
	s.handle(Learned{Nodes: entries(far, near, selfID)})
	require.Equal(t, []types.NodeID{far}, s.dialled())
	s.wait(s.engine.config.DialPatience - 1)
	s.quiet()
	s.wait(1)
	require.Equal(t, []types.NodeID{near}, s.dialled())
	s.handle(Connected{Peer: near, Outbound: true})
	sent[Hello](s, near)
	s.wait(time.Second)
	s.quiet()
	require.Equal(t, entries(far, near), s.engine.Known())
}

func TestOutboundIsBounded(t *testing.T) {
	s := newScript(t, outbound(2))
	ids := []types.NodeID{{0xf1}, {0xf2}, {0xf3}, {0xf4}}
	s.handle(Learned{Nodes: entries(ids...)})
	first := s.dialled()
	require.Len(t, first, 2)
	s.wait(time.Second)
	s.quiet()
	s.handle(DialFailed{Peer: first[0]})
	s.wait(1)
	require.Len(t, s.dialled(), 1)
}

func TestFailedDialsBackOff(t *testing.T) {
	s := newScript(t, outbound(1))
	s.handle(Learned{Nodes: entries(far)})
	for wait := s.engine.config.RetryFirst; wait < 2*s.engine.config.RetryMost; wait *= 2 {
		require.Equal(t, []types.NodeID{far}, s.dialled())
		s.handle(DialFailed{Peer: far})
		s.wait(min(wait, s.engine.config.RetryMost) - 1)
		s.quiet()
		s.wait(1)
	}
	require.Equal(t, []types.NodeID{far}, s.dialled())
}

// A node that we reach but that is not of our kind is left alone for longer
// each time, too.
func TestHandshakesThatFailBackOff(t *testing.T) {
	s := newScript(t, outbound(1))
	s.handle(Learned{Nodes: entries(far)})
	for wait := s.engine.config.RetryFirst; wait <= time.Minute; wait *= 2 {
		require.Equal(t, []types.NodeID{far}, s.dialled())
		s.handle(Connected{Peer: far, Outbound: true})
		sent[Hello](s, far)
		m := s.helloOf(far, s.chain.Tip())
		m.Version++
		s.says(far, m)
		s.dropped(far, errVersion, false)
		s.wait(wait - 1)
		s.quiet()
		s.wait(1)
	}
}

// Who can be reached again, as somebody says, is dialled at once: those of them that are
// known, are no peers and are not barred.
func TestRedial(t *testing.T) {
	s := newScript(t, outbound(8))
	cut, unknown, barred := types.NodeID{0xf1}, types.NodeID{0xf2}, types.NodeID{0xf3}
	peer := s.join(0xf0, s.chain.Tip())
	s.handle(Learned{Nodes: entries(cut, barred)})
	require.Len(t, s.dialled(), 2)
	s.handle(Connected{Peer: barred, Outbound: true})
	s.handle(Received{Peer: barred, Frame: []byte{0xff}})
	s.handle(Disconnected{Peer: barred})
	s.out = nil
	for range 8 { // it has failed for long
		s.handle(DialFailed{Peer: cut})
		s.wait(s.engine.config.RetryMost)
		s.out = nil
	}
	s.handle(DialFailed{Peer: cut})
	s.out = nil
	s.handle(Redial{Nodes: []types.NodeID{peer, cut, unknown, barred}})
	require.Equal(t, []types.NodeID{cut}, s.dialled())
	s.handle(Redial{Nodes: []types.NodeID{cut}})
	require.Empty(t, s.dialled(), "the dial is under way")
	s.handle(DialFailed{Peer: cut})
	s.wait(s.engine.config.RetryFirst)
	require.Equal(t, []types.NodeID{cut}, s.dialled(), "what it had failed before counts no more")
}

// Two parts of a network that was cut may each have all the peers that they want.
func TestRedialWhereNoPeerIsWanted(t *testing.T) {
	s := newScript(t, outbound(2))
	peers := s.dialledUp(2)
	a, b := types.NodeID{0xe0}, types.NodeID{0xe1}
	s.handle(Learned{Nodes: entries(a, b)})
	require.Empty(t, s.dialled())
	s.handle(Redial{Nodes: []types.NodeID{a, b, peers[0]}})
	one := s.dialled()
	require.Len(t, one, 1)
	require.Contains(t, []types.NodeID{a, b}, one[0])
	s.handle(Connected{Peer: one[0], Outbound: true})
	s.says(one[0], s.helloOf(one[0], s.chain.Tip()))
	s.out = nil
	s.wait(s.engine.config.RequestTimeout)
	s.dropped(one[0], ErrExtraPeer, false)
}

// An engine that seeks no peers, or leaves, dials nobody.
func TestRedialIsOnlyForWhoSeeksPeers(t *testing.T) {
	s := newScript(t, outbound(0))
	s.handle(Learned{Nodes: entries(far)})
	s.handle(Redial{Nodes: []types.NodeID{far}})
	require.Empty(t, s.dialled())
	s = newScript(t, outbound(2))
	s.handle(Leave{})
	s.out = nil
	s.handle(Redial{Nodes: []types.NodeID{far}})
	require.Empty(t, s.dialled())
}

func TestLostPeerIsDialledAgainSoon(t *testing.T) {
	s := newScript(t, outbound(1))
	s.handle(Learned{Nodes: entries(far)})
	for range 5 {
		require.Equal(t, []types.NodeID{far}, s.dialled())
		s.handle(Connected{Peer: far, Outbound: true})
		s.says(far, s.helloOf(far, s.chain.Tip()))
		takeAll(s, func(Send) bool { return true })
		s.handle(Disconnected{Peer: far})
		s.quiet()
		s.wait(s.engine.config.RetryFirst)
	}
}

func TestBannedNodeIsNotDialled(t *testing.T) {
	s := newScript(t, outbound(1))
	s.handle(Learned{Nodes: entries(near)})
	s.handle(Connected{Peer: near})
	takeAll(s, func(Send) bool { return true })
	s.handle(Received{Peer: near, Frame: Encode(Hello{Version: Version})[:9]})
	s.dropped(near, ErrMessage, true)
	s.wait(s.engine.config.Ban / 2)
	s.quiet()
	moved := entryOf(near)
	moved.Address = "127.0.0.1:1"
	s.handle(Learned{Nodes: []types.NodeInfo{moved}})
	s.wait(s.engine.config.Ban/2 - 1)
	s.quiet()
	s.wait(1)
	require.Equal(t, []types.NodeID{near}, s.dialled())
}

// Who has a link with us is not dialled, however we come to know of it.
func TestConnectedNodesAreNotDialled(t *testing.T) {
	t.Run("inbound stranger", func(t *testing.T) {
		s := newScript(t, outbound(8))
		s.join(0xf0, s.chain.Tip())
		s.wait(time.Minute)
		require.Empty(t, s.dialled())
	})
	t.Run("learned before its Hello", func(t *testing.T) {
		s := newScript(t, outbound(8))
		s.link(0xf0)
		s.handle(Learned{Nodes: entries(far)})
		s.wait(time.Second)
		require.Empty(t, s.dialled())
	})
	t.Run("told of by another", func(t *testing.T) {
		s := newScript(t, outbound(8))
		other := s.join(0xe0, s.chain.Tip())
		s.link(0xf0)
		s.says(other, Addresses{Nodes: entries(far)})
		s.wait(time.Second)
		require.Empty(t, s.dialled())
	})
}

// No two links that the engine seeks go to one group, unless that defence is off. Nodes on
// this machine are of none.
func TestLinksGoToDifferentGroups(t *testing.T) {
	for each, want := range map[bool]int{true: 2, false: 4} {
		s := newScript(t, outbound(4), func(c *Config) { c.OneOfAGroup = each })
		s.tellOf(nodeIn(1, 1), nodeIn(2, 1), nodeIn(3, 2), nodeIn(4, 2), nodeIn(5, 2))
		dials := s.dialled()
		require.Len(t, dials, want)
		if !each {
			continue
		}
		group := func(id types.NodeID) bool { return id[1] <= 2 }
		require.NotEqual(t, group(dials[0]), group(dials[1]))
		s.handle(Connected{Peer: dials[0], Outbound: true})
		s.says(dials[0], Hello{Version: Version, Genesis: s.engine.genesis, Self: nodeIn(dials[0][1], 1+byte(btoi(dials[0][1] > 2))), Tip: claimOf(s.chain.Tip())})
		s.wait(time.Hour)
		for _, id := range s.dialled() {
			require.NotEqual(t, group(dials[0]), group(id))
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// A node dials others now and then only to see whether they are there, once it has its
// peers.
func TestFeelers(t *testing.T) {
	s := newScript(t, outbound(1))
	s.dialledUp(1)
	seen := types.NodeID{0xf1}
	s.says(types.NodeID{0xf0}, Addresses{Nodes: entries(seen)})
	require.Empty(t, s.dialled())
	s.handle(Wake{}) // plans it
	s.engine.extraPeerAt = s.now.Add(time.Hour)
	s.now = s.now.Add(s.engine.config.FeelerInterval * 3 / 2)
	s.handle(Wake{})
	require.Equal(t, []types.NodeID{seen}, s.dialled())
	s.handle(Connected{Peer: seen, Outbound: true})
	s.says(seen, s.helloOf(seen, s.chain.Tip()))
	s.dropped(seen, ErrFeeler, false)
	tried := false
	for _, row := range s.engine.Addresses() {
		tried = tried || row.Node == seen && row.Tried
	}
	require.True(t, tried)
	require.Equal(t, 1, s.engine.outbound())
}

func TestNoFeelersWhereTheyAreOff(t *testing.T) {
	s := newScript(t, outbound(1), func(c *Config) { c.FeelerInterval, c.PingInterval = 0, 24*time.Hour })
	s.dialledUp(1)
	s.says(types.NodeID{0xf0}, Addresses{Nodes: entries(types.NodeID{0xf1})})
	for range 10 {
		s.engine.extraPeerAt = s.now.Add(time.Hour)
		s.wait(10 * time.Minute)
		require.Empty(t, s.dialled())
	}
}

// Which links are made again if they end is told.
func TestWhyLinksAreKept(t *testing.T) {
	s := newScript(t, outbound(2))
	s.handle(Learned{Nodes: entries(far)})
	s.handle(Seeded{Seed: "127.0.0.1:1", Nodes: entries(types.NodeID{0xf1})})
	for _, id := range s.dialled() {
		s.handle(Connected{Peer: id, Outbound: true})
		s.says(id, s.helloOf(id, s.chain.Tip()))
	}
	s.join(1, s.chain.Tip())
	s.handle(Learned{Nodes: entries(types.NodeID{1})})
	kept := map[types.NodeID]Kept{}
	for _, p := range s.engine.Ready() {
		kept[p.ID] = p.Kept
	}
	require.Equal(t, map[types.NodeID]Kept{far: KeptByTrust, {0xf1}: KeptAsAnchor, {1}: ""}, kept)
}
