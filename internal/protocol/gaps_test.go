package protocol

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

func TestGapsAreClosedInOrder(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	x := []types.Transaction{s.transfer("alice", 0), s.transfer("alice", 1), s.transfer("alice", 2), s.transfer("alice", 3)}
	s.deliver(ids[0], x[2])
	s.admit()
	s.deliver(ids[0], x[3])
	s.admit()
	s.deliver(ids[0], x[1])
	s.admit()
	s.quiet()
	require.Equal(t, 3, len(s.engine.pending.gaps))
	s.deliver(ids[0], x[0])
	s.admit()
	require.ElementsMatch(t, idsOf(x...), sent[Have](s, ids[1]).IDs)
	require.Empty(t, s.engine.pending.gaps)
	require.Equal(t, 4, s.pool.Len())
	s.quiet()
}

func TestGapIsTriedAgainWhenTheTipMoves(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	x := s.transfer("alice", 1)
	s.deliver(id, x)
	s.admit()
	require.False(t, s.pool.Has(x.ID()))
	s.mine(s.transfer("alice", 0))
	s.admit()
	require.True(t, s.pool.Has(x.ID()))
}

// One that waits for another is here: who else announces it need not send it.
func TestGapIsNotAskedForAgain(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	x := s.transfer("alice", 1)
	s.deliver(ids[0], x)
	s.admit()
	s.says(ids[1], Have{IDs: idsOf(x)})
	s.quiet()
	require.Len(t, s.engine.pending.gaps, 1)
}

// Anybody can make an unsigned transfer that a gap hides from the check of its
// signature. It must not take the place of the real one, and its sender is to
// blame for it.
func TestForgedGapDoesNotHideTheRealOne(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	forged, second := s.transfer("alice", 1), s.transfer("alice", 1, func(x *types.Transaction) { x.Amount++ })
	forged.Signature[0] ^= 1
	s.deliver(ids[0], forged)
	s.admit()
	s.deliver(ids[1], second)
	s.admit()
	s.post(s.transfer("alice", 0))
	s.admit()
	require.True(t, s.pool.Has(second.ID()))
	drop := action[Drop](s)
	require.Equal(t, ids[0], drop.Peer)
	require.ErrorIs(t, drop.Reason, consensus.ErrSignature)
	require.Positive(t, drop.Ban)
}

func TestGapsAreBounded(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	var list []types.Transaction
	for n := range maxGaps + 10 {
		x := s.transfer("alice", uint64(n+1))
		list = append(list, x)
		s.deliver(id, x)
		s.admit()
	}
	require.Len(t, s.engine.pending.gaps, maxGaps)
	require.Equal(t, list[0].ID(), s.engine.pending.gaps[0].transaction.ID(), "the last ones gave way")

	other := s.transfer("bob", 1)
	s.deliver(id, other)
	s.admit()
	require.Len(t, s.engine.pending.gaps, maxGaps)
	require.Equal(t, list[1].ID(), s.engine.pending.gaps[0].transaction.ID(), "the oldest of all gave way to another sender's")
}

// The transfer that all others of its sender wait for must not make room for
// them.
func TestFirstTransferOutlivesALongGap(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	var list []types.Transaction
	for sequence := range uint64(maxGaps + 20) {
		list = append(list, s.transfer("alice", sequence))
	}
	for _, x := range list[1:] {
		s.deliver(id, x)
		s.admit()
	}
	s.deliver(id, list[0])
	s.admit()
	require.Equal(t, 1+maxGaps, s.pool.Len(), "all that were kept follow without a gap")
}
