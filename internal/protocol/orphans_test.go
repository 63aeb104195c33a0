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
	require.Equal(t, 3, len(s.engine.pending.orphans.byID))
	s.deliver(ids[0], x[0])
	s.admit()
	require.ElementsMatch(t, idsOf(x...), sent[Have](s, ids[1]).IDs)
	require.Empty(t, s.engine.pending.orphans.byID)
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
	require.Len(t, s.engine.pending.orphans.byID, 1)
}

// A transfer that waited for another goes to the mempool on behalf of the peer that sent
// it. If that one leaves meanwhile, others are asked for it: those that have told of it
// since it came, or whoever tells of it later.
func TestGapOfAPeerThatLeavesIsAskedOfOthers(t *testing.T) {
	for name, early := range map[string]bool{"told of before": true, "told of afterwards": false} {
		t.Run(name, func(t *testing.T) {
			s := newScript(t)
			ids := s.peers(2)
			first, second := s.transfer("alice", 0), s.transfer("alice", 1)
			s.deliver(ids[0], second)
			s.admit()
			if early {
				s.says(ids[1], Have{IDs: idsOf(second)})
				s.quiet()
			}
			s.deliver(ids[0], first)
			admit := action[Admit](s)
			s.handle(Admitted{Transaction: first, Err: s.pool.Add(admit.Transaction)})
			require.Equal(t, second, action[Admit](s).Transaction)
			s.handle(Disconnected{Peer: ids[0]})
			require.Equal(t, Discard{Peer: ids[0]}, action[Discard](s))
			if !early {
				s.says(ids[1], Have{IDs: idsOf(second)})
			}
			require.Equal(t, idsOf(second), sent[GetTransactions](s, ids[1]).IDs)
			s.says(ids[1], Transactions{Transactions: []types.Transaction{second}})
			s.admit()
			require.True(t, s.pool.Has(second.ID()))
		})
	}
}

// The verdict on a transfer of a peer that has left may come late, and say that one before
// it is missing: who tells of it is asked for it all the same.
func TestLateGapIsAskedForAgain(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	x := s.transfer("alice", 1)
	s.deliver(ids[0], x)
	require.Equal(t, x, action[Admit](s).Transaction)
	s.handle(Disconnected{Peer: ids[0]})
	action[Discard](s)
	s.handle(Admitted{Transaction: x, Err: s.pool.Add(x)})
	s.says(ids[1], Have{IDs: idsOf(x)})
	require.Equal(t, idsOf(x), sent[GetTransactions](s, ids[1]).IDs)
}

// Anybody can make an unsigned transfer that a sequence gap hides from the check of its
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
	for name, c := range map[string]struct {
		size, most int // of a transfer's data; transfers that fit
	}{
		"in number": {0, maxOrphans},
		"in bytes":  {60_000, maxOrphanBytes / (60_000 + 2 + transferOverhead + (&types.Transaction{Kind: types.Transfer}).Size())},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScript(t)
			g := &s.engine.pending.orphans
			early := func(sender string, sequence uint64) orphan {
				x := s.transfer(sender, sequence, func(x *types.Transaction) { x.Data = textOf(c.size) })
				return orphan{id: x.ID(), transaction: x, sender: x.Sender()}
			}
			var list []orphan
			for n := range c.most {
				list = append(list, early("alice", uint64(n+1)))
				g.put(list[n])
			}
			require.Len(t, g.byID, c.most)
			last := early("alice", uint64(c.most+1))
			g.put(last)
			require.NotContains(t, g.byID, last.id, "its sender has others")
			other := early("bob", 1)
			g.put(other)
			require.NotContains(t, g.byID, list[0].id, "the oldest gives way to another sender's")
			require.Contains(t, g.byID, other.id)
			require.Len(t, g.takeAll(), c.most)
			require.Zero(t, g.cost)
		})
	}
}

// The transfer that all others of its sender wait for must not make room for
// them.
func TestFirstTransferOutlivesALongGap(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	var list []types.Transaction
	for sequence := range uint64(600) {
		list = append(list, s.transfer("alice", sequence))
	}
	s.give(id, list[1:]...)
	s.give(id, list[0])
	require.Equal(t, len(list), s.pool.Len(), "all follow without a gap")
}

// What gave way for want of room is asked for when it is told of again.
func TestGapThatGaveWayIsAskedForAgain(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	var list []types.Transaction
	for n := range 70 {
		list = append(list, s.transfer("alice", uint64(n+1), func(x *types.Transaction) { x.Data, x.Amount = textOf(60_000), 1 }))
	}
	s.give(id, list...)
	kept := len(s.engine.pending.orphans.byID)
	require.Less(t, kept, len(list))
	s.says(id, Have{IDs: idsOf(list...)})
	asked := sent[GetTransactions](s, id).IDs
	require.Equal(t, idsOf(list[kept:kept+len(asked)]...), asked)
}
