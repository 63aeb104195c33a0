package protocol

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// leave has the node far be a peer and known, and then leave.
func leave(t *testing.T) *script {
	s := newScript(t, outbound(2))
	s.handle(Learned{Nodes: entries(far)})
	require.Equal(t, []types.NodeID{far}, s.dialled())
	s.handle(Connected{Peer: far, Outbound: true})
	s.says(far, s.helloOf(far, s.chain.Tip()))
	takeAll(s, func(Send) bool { return true })
	s.handle(Departed{Nodes: []types.NodeID{far, {0xee}}})
	s.dropped(far, errDeparted, false)
	s.handle(Disconnected{Peer: far})
	require.Empty(t, s.engine.Known())
	return s
}

// A node that has left is not sought, and peers that have not heard of it bring it back
// only when they should have heard.
func TestWhoHasLeftIsForgotten(t *testing.T) {
	s := leave(t)
	s.handle(Connected{Peer: near})
	s.says(near, s.helloOf(near, s.chain.Tip()))
	tell := func() { s.says(near, Addresses{Nodes: entries(far)}) }
	tell()
	s.handle(Wake{})
	require.Empty(t, s.dialled())
	require.Equal(t, entries(near), s.engine.Known())
	s.now = s.now.Add(departedFor)
	tell()
	require.Equal(t, entries(near, far), s.engine.Known())
}

// A dial that is under way counts no more.
func TestWhoLeavesWhileItIsDialled(t *testing.T) {
	s := newScript(t, outbound(1))
	s.handle(Learned{Nodes: entries(far)})
	require.Equal(t, []types.NodeID{far}, s.dialled())
	s.handle(Departed{Nodes: []types.NodeID{far}})
	s.handle(DialFailed{Peer: far})
	s.wait(time.Second)
	require.Empty(t, s.dialled())
	other := types.NodeID{0xf1}
	s.handle(Learned{Nodes: entries(other)})
	require.Equal(t, []types.NodeID{other}, s.dialled())
}

// A node that comes back is met as any other: when it is named by somebody who is
// trusted, or by its own link.
func TestWhoHasLeftComesBack(t *testing.T) {
	s := leave(t)
	s.handle(Learned{Nodes: entries(far)})
	require.Equal(t, []types.NodeID{far}, s.dialled())
	require.False(t, s.engine.departed.has(far, s.now))
	s = leave(t)
	s.handle(Connected{Peer: far})
	s.says(far, s.helloOf(far, s.chain.Tip()))
	require.Equal(t, entries(far), s.engine.Known())
	require.False(t, s.engine.departed.has(far, s.now))
}

// A node that is back so soon that peers are not believed who tell of it is known later
// all the same to a node that it has no link with.
func TestWhoIsSoonBackIsKnownToAll(t *testing.T) {
	meets, hears := leave(t), leave(t)
	meets.join(near[0], meets.chain.Tip())
	hears.join(near[0], hears.chain.Tip())
	passOn := func() (told int) {
		for _, m := range sentAll[Addresses](meets, near) {
			hears.says(near, m)
			told++
		}
		return told
	}
	pass := func(d time.Duration) int {
		meets.wait(d)
		hears.wait(d)
		return passOn()
	}
	pass(5 * time.Second)
	meets.handle(Connected{Peer: far})
	meets.says(far, meets.helloOf(far, meets.chain.Tip()))
	require.Equal(t, 1, passOn())
	require.Equal(t, entries(near), hears.engine.Known(), "near may not have heard that it left")
	require.Zero(t, pass(departedFor-1))
	require.Equal(t, 1, pass(2))
	require.Equal(t, entries(near, far), hears.engine.Known())
	require.Zero(t, pass(time.Second), "once more is enough")
}

// A node that comes back and says of itself what nobody may pass on does not have those
// banned who tell again that it is back.
func TestWhoIsBackWithoutAnAddressIsNotToldOf(t *testing.T) {
	s := newScript(t)
	others := s.peers(3)
	s.handle(Connected{Peer: far})
	s.says(far, s.helloOf(far, s.chain.Tip()), Goodbye{})
	s.dropped(far, errDeparted, false)
	s.out = nil
	s.handle(Connected{Peer: far})
	back := s.helloOf(far, s.chain.Tip())
	back.Self.P2P = nil
	s.says(far, back)
	for range 4 {
		s.wait(departedFor / 2)
		for _, id := range append(others, far) {
			for _, m := range sentAll[Ping](s, id) {
				s.pong(id, m.Number, s.chain.Tip())
			}
			require.NotContains(t, nodesOf(sentAll[Addresses](s, id)), far)
		}
	}
	require.NotNil(t, s.engine.peer(far))
}

// A peer that says goodbye is forgotten as one that has left, and no other node.
func TestGoodbye(t *testing.T) {
	s := newScript(t, outbound(2))
	s.handle(Learned{Nodes: entries(far, near)})
	s.dialled()
	s.handle(Connected{Peer: far, Outbound: true})
	s.says(far, s.helloOf(far, s.chain.Tip()))
	takeAll(s, func(Send) bool { return true })
	s.says(far, Goodbye{})
	s.dropped(far, errDeparted, false)
	require.Equal(t, entries(near), s.engine.Known())
	require.True(t, s.engine.departed.has(far, s.now))
}

// Two nodes that leave at the same time, each before it has heard so of the other, know
// each other when they come back.
func TestTwoLeaveAtOnce(t *testing.T) {
	one, other := newScript(t), newScript(t)
	e := other.engine
	other.engine = New(e.config, entryOf(far), e.genesis, other.view, other.pool, e.rand)
	leaves := func(s *script, peer types.NodeID) Goodbye {
		s.handle(Connected{Peer: peer})
		s.says(peer, s.helloOf(peer, s.chain.Tip()))
		takeAll(s, func(Send) bool { return true })
		s.handle(Leave{})
		return sent[Goodbye](s, peer)
	}
	hears := func(s *script, peer types.NodeID, m Goodbye) {
		s.says(peer, m)
		s.dropped(peer, errDeparted, false)
		s.quiet()
		require.Equal(t, entries(peer), s.engine.Known())
	}
	toOther, toOne := leaves(one, far), leaves(other, selfID)
	hears(one, far, toOne)
	hears(other, selfID, toOther)
}

// Who leaves says so to all that have greeted, and makes no more links.
func TestLeave(t *testing.T) {
	s := newScript(t, outbound(2))
	s.handle(Learned{Nodes: entries(far)})
	require.Equal(t, []types.NodeID{far}, s.dialled())
	s.handle(Connected{Peer: far, Outbound: true})
	s.says(far, s.helloOf(far, s.chain.Tip()))
	s.handle(Connected{Peer: near})
	takeAll(s, func(Send) bool { return true })
	s.handle(Leave{})
	require.Equal(t, Goodbye{}, sent[Goodbye](s, far))
	s.quiet()
	s.handle(Disconnected{Peer: far})
	s.wait(2 * s.engine.config.RetryFirst)
	require.Empty(t, s.dialled())
	late := types.NodeID{0xf1}
	s.handle(Connected{Peer: late})
	s.dropped(late, errLeaving, false)
	require.Equal(t, entries(far), s.engine.Known(), "whom it knows when it comes back")
}
