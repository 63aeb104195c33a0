package protocol

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/types"
)

// dialledUp joins count nodes over links of our own; all are known.
func (s *script) dialledUp(count byte) []types.NodeID {
	var ids []types.NodeID
	for n := range count {
		id := types.NodeID{0xf0, n}
		s.handle(Connected{Peer: id, Outbound: true})
		s.says(id, s.helloOf(id, s.chain.Tip()))
		ids = append(ids, id)
	}
	s.out = nil
	return ids
}

// onTrial waits until one peer more than needed is dialled, and connects it
// with this claim.
func (s *script) onTrial(claim Claim) types.NodeID {
	trial := types.NodeID{0xe0}
	s.handle(Learned{Nodes: entries(trial)})
	for range 3 {
		s.wait(s.engine.config.ExtraPeerInterval * 3 / 2)
		for _, p := range s.engine.peers { // all answer
			for _, m := range sentAll[Ping](s, p.id) {
				s.pong(p.id, m.Number, s.chain.Tip())
			}
		}
	}
	require.Equal(s.t, []types.NodeID{trial}, s.dialled())
	s.handle(Connected{Peer: trial, Outbound: true})
	m := s.helloOf(trial, s.chain.Tip())
	m.Tip = claim
	s.says(trial, m)
	s.out = nil
	s.wait(s.engine.config.RequestTimeout - 1)
	require.Empty(s.t, takeAll(s, func(Drop) bool { return true }))
	s.out = nil
	return trial
}

func TestOnePeerMoreIsTried(t *testing.T) {
	s := newScript(t, outbound(2))
	s.dialledUp(2)
	trial := s.onTrial(claimOf(s.chain.Tip()))
	s.wait(1)
	s.dropped(trial, ErrExtraPeer, false)
	require.Len(t, s.engine.Ready(), 2)
}

// Several may be too many at once, and go together: none is left whose time is over.
func TestPeersThatAreTooManyGoTogether(t *testing.T) {
	s := newScript(t, outbound(2))
	s.dialledUp(4)
	s.wait(s.engine.config.RequestTimeout)
	require.Len(t, s.engine.Ready(), 2)
	require.True(t, s.engine.NextWake().After(s.now), "it would be woken at once again")
}

// One that has a better chain stays, and another one goes.
func TestTrialPeerWithABetterChainStays(t *testing.T) {
	s := newScript(t, outbound(2))
	ids := s.dialledUp(2)
	b := s.next()
	require.NoError(t, s.view.AddHeaders(headersOf(b).Headers))
	s.onTrial(claimOf(chaintest.After(s.chain.Tip(), b)))
	s.wait(1)
	require.Contains(t, ids, action[Drop](s).Peer)
}

// Who claims more for a block that we know than it is worth has no better
// chain.
func TestTrialPeerThatClaimsTooMuchGoes(t *testing.T) {
	s := newScript(t, outbound(2))
	s.dialledUp(2)
	claim := claimOf(s.chain.Tip())
	claim.Work.SetUint64(1 << 60)
	trial := s.onTrial(claim)
	s.wait(1)
	s.dropped(trial, ErrExtraPeer, false)
}

// A node that seeks no peers itself has none too many, whoever dialled.
func TestNoPeerIsOneTooManyForWhoSeeksNone(t *testing.T) {
	s := newScript(t, outbound(0))
	id := types.NodeID{0xf0}
	s.handle(Connected{Peer: id, Outbound: true})
	m := s.helloOf(id, s.chain.Tip())
	b := s.next()
	require.NoError(t, s.view.AddHeaders(headersOf(b).Headers))
	m.Tip = claimOf(chaintest.After(s.chain.Tip(), b))
	s.says(id, m)
	s.wait(s.engine.config.RequestTimeout)
	require.Len(t, s.engine.Ready(), 1)
}
