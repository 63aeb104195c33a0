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

// Of two mempools that are alike, each id crosses a new link once.
func TestWhoWasDialledOffersWhatTheOtherHasNotTold(t *testing.T) {
	s := newScript(t)
	both, ours := s.transfer("alice", 0), s.transfer("bob", 0)
	s.post(both)
	s.post(ours)
	id := s.link(1)
	s.says(id, s.helloOf(id, s.chain.Tip()))
	require.Empty(t, sentAll[Have](s, id), "who has dialled begins")
	s.says(id, Have{IDs: idsOf(both)})
	require.Equal(t, idsOf(ours), sent[Have](s, id).IDs)
	s.says(id, Have{IDs: idsOf(both)})
	require.Empty(t, sentAll[Have](s, id), "once")
}

func TestWhoHasDialledBegins(t *testing.T) {
	s := newScript(t)
	require.Empty(t, sent[Have](s, s.dial(1)).IDs, "with nothing, so that the other end may go on")
	x := s.transfer("alice", 0)
	s.post(x)
	require.Equal(t, idsOf(x), sent[Have](s, s.dial(2)).IDs)
}

// Who dials only to see whether a node is there ends the link at once.
func TestAFeelerIsToldOfNothing(t *testing.T) {
	s := newScript(t)
	s.post(s.transfer("alice", 0))
	id := s.link(1)
	s.says(id, s.helloOf(id, s.chain.Tip()))
	s.handle(Disconnected{Peer: id})
	require.Empty(t, sentAll[Have](s, id))
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
	require.ElementsMatch(t, idsOf(x, y), sent[Have](s, id).IDs)
}
