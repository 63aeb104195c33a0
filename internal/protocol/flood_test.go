package protocol

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// A flood of announcements costs a bounded number of requests, and others are
// still asked.
func TestFloodOfFreshIDs(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	for from := 0; from < 100_000; from += maxIDs {
		s.says(ids[0], Have{IDs: freshIDs(from, maxIDs)})
	}
	asked := 0
	for _, m := range sentAll[GetTransactions](s, ids[0]) {
		asked += len(m.IDs)
	}
	require.LessOrEqual(t, asked, maxAsked)
	require.LessOrEqual(t, len(s.engine.pending.asked), maxAsked)
	require.LessOrEqual(t, len(s.engine.peer(ids[0]).known.has), maxKnown)
	x := s.transfer("alice", 0)
	s.deliver(ids[1], x)
	s.admit()
	require.True(t, s.pool.Has(x.ID()))

	// What expires makes room.
	s.wait(s.engine.config.RequestTimeout + 1)
	require.Empty(t, s.engine.pending.asked)
	s.says(ids[0], Have{IDs: freshIDs(200_000, maxIDs)})
	require.Len(t, sent[GetTransactions](s, ids[0]).IDs, maxIDs)
}

// One small message must not make us send one large transaction again and
// again.
func TestTransactionAskedForManyTimesIsSentOnce(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	x := s.transfer("alice", 0)
	s.post(x)
	sent[Have](s, id)
	m := GetTransactions{}
	for range maxIDs {
		m.IDs = append(m.IDs, x.ID())
	}
	s.says(id, m)
	require.Len(t, sent[Transactions](s, id).Transactions, 1)
}

// However often a block is named, it is read and sent once.
func TestBlockAskedForManyTimesIsSentOnce(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	recent := s.mine()
	s.out = nil
	stored := freshIDs(0, 1)[0]
	m := GetBlocks{}
	for range maxPeerBlocks / 2 {
		m.IDs = append(m.IDs, recent.Hash(), stored)
	}
	s.says(id, m)
	require.Equal(t, blocksOf(recent), sent[Blocks](s, id))
	require.Equal(t, SendBlocks{Peer: id, IDs: []types.Hash{stored}}, action[SendBlocks](s))
	s.quiet()
}

func TestAddressesAreToldOnce(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	s.says(ids[0], GetAddresses{}, GetAddresses{})
	require.Equal(t, []Entry{entryOf(ids[1])}, sent[Addresses](s, ids[0]).Entries)
	s.quiet()
}

// Messages without a block must not put off what is due.
func TestEmptyBlocks(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	s.says(id, Blocks{})
	s.dropped(id, errUnasked, false)
	s.quiet()
}

// Questions in a loop cost one answer each, of a bounded size.
func TestHeadersInALoop(t *testing.T) {
	s := newScript(t)
	s.store(s.branch(maxHeaders + 1)...)
	id := s.join(1, s.chain.Tip())
	for range 10 {
		s.says(id, GetHeaders{Locator: []types.Hash{s.engine.genesis}})
		require.Len(t, sent[Headers](s, id).Headers, maxHeaders)
		s.says(id, GetHeaders{})
		require.Empty(t, sent[Headers](s, id).Headers)
	}
	s.quiet()
}
