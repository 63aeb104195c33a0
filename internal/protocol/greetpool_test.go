package protocol

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// dial connects a node that this one has dialled, and that has the same chain.
func (s *script) dial(n byte) types.NodeID {
	id := types.NodeID{n}
	s.handle(Connected{Peer: id, Outbound: true})
	s.says(id, s.helloOf(id, s.chain.Tip()))
	return id
}

// toldAll is the message with which a peer that has dialled tells of all that is pending there.
func toldAll(salt uint64, list ...types.Transaction) HaveShort {
	return HaveShort{All: true, Salt: salt, ShortIDs: shortIDsOf(salt, idsOf(list...))}
}

func TestWhoWasDialledTellsWhatTheOtherHasNotTold(t *testing.T) {
	s := newScript(t)
	both, ours := s.transfer("alice", 0), s.transfer("bob", 0)
	s.post(both)
	s.post(ours)
	id := s.link(1)
	s.says(id, s.helloOf(id, s.chain.Tip()))
	require.Empty(t, sentAll[HaveShort](s, id), "who has dialled begins")
	s.says(id, toldAll(3, both))
	rest := sent[HaveShort](s, id)
	require.Equal(t, HaveShort{Salt: rest.Salt, ShortIDs: shortIDsOf(rest.Salt, idsOf(ours))}, rest)
	require.Empty(t, sentAll[GetHave](s, id))
	s.says(id, toldAll(4, both))
	require.Empty(t, sentAll[HaveShort](s, id), "once")
}

// Of two mempools that are alike, each id crosses a new link once, and as a short one,
// however many they are.
func TestAlikeMempoolsCostANewLinkLittle(t *testing.T) {
	const many = maxIDs + 1
	alike := unsigned(many, 0)
	s, other := newScript(t), newScript(t)
	s.engine.pool.Pool, other.engine.pool.Pool = poolOf(alike...), poolOf(alike...)
	told := sent[HaveShort](s, s.dial(1))
	require.LessOrEqual(t, len(Encode(told)), many*len(ShortID{})+12)

	id := other.link(2)
	other.says(id, other.helloOf(id, other.chain.Tip()))
	other.out = nil
	other.says(id, told)
	other.quiet()
}

func TestWhoHasDialledBegins(t *testing.T) {
	s := newScript(t)
	first := sent[HaveShort](s, s.dial(1))
	require.True(t, first.All)
	require.Empty(t, first.ShortIDs, "with nothing, so that the other end may go on")
	x := s.transfer("alice", 0)
	s.post(x)
	next := sent[HaveShort](s, s.dial(2))
	require.Equal(t, toldAll(next.Salt, x), next)
}

// Who dials only to see whether a node is there ends the link at once.
func TestAFeelerIsToldOfNothing(t *testing.T) {
	s := newScript(t)
	s.post(s.transfer("alice", 0))
	id := s.link(1)
	s.says(id, s.helloOf(id, s.chain.Tip()))
	s.handle(Disconnected{Peer: id})
	require.Empty(t, sentAll[HaveShort](s, id))
}

// One end of a new link may have a block already whose transfers wait at the other.
func TestWhatABlockHasTakenCostsANewLinkLittle(t *testing.T) {
	const many = 100
	list := unsigned(many, 0)
	behind, ahead := newScript(t), newScript(t)
	behind.engine.pool.Pool = poolOf(list...)
	for _, id := range idsOf(list...) {
		ahead.engine.pending.confirmed.ids.Add(id)
	}
	first, second := ahead.dial(1), behind.link(2)
	behind.says(second, behind.helloOf(second, behind.chain.Tip()), sent[HaveShort](ahead, first))
	told := sent[HaveShort](behind, second)
	require.LessOrEqual(t, len(Encode(told)), many*len(ShortID{})+12)
	ahead.out = nil
	ahead.says(first, told)
	ahead.quiet()
}

// The first word of who has dialled may be lost.
func TestWhoWasToldNothingHearsOfAllLater(t *testing.T) {
	s := newScript(t)
	x, y := s.transfer("alice", 0), s.transfer("bob", 0)
	s.post(x)
	id := s.link(1)
	s.says(id, s.helloOf(id, s.chain.Tip()))
	s.post(y)
	require.Empty(t, sentAll[Have](s, id))
	s.wait(s.engine.config.PingInterval)
	all := sent[HaveShort](s, id)
	require.True(t, all.All)
	require.ElementsMatch(t, shortIDsOf(all.Salt, idsOf(x, y)), all.ShortIDs)
}
