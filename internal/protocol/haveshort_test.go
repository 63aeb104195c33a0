package protocol

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

func shortIDsOf(salt uint64, ids []types.Hash) (list []ShortID) {
	key := shortKeyOf(nil, salt)
	for _, id := range ids {
		list = append(list, key.of(id))
	}
	return list
}

// Who is told once more asks for the ids of what is news alone: neither of what is pending
// here, nor of what a block has taken that the peer has not heard of.
func TestOnlyWhatIsNewsIsAskedForAgain(t *testing.T) {
	s := newScript(t)
	pending, confirmed, news := s.transfer("alice", 0), s.transfer("bob", 0), s.transfer("carol", 0)
	s.engine.pool.Pool = poolOf(pending)
	id := s.join(1, s.chain.Tip())
	sent[HaveShort](s, id)
	s.engine.pending.confirmed.ids.Add(confirmed.ID())

	s.says(id, HaveShort{Salt: 7, ShortIDs: shortIDsOf(7, idsOf(pending, confirmed))})
	s.quiet()
	require.True(t, s.engine.peer(id).knownTxs.Has(pending.ID()), "it need not be told of that")

	s.says(id, HaveShort{Salt: 7, ShortIDs: shortIDsOf(7, idsOf(news, pending))})
	require.Equal(t, GetHave{Salt: 7, ShortIDs: shortIDsOf(7, idsOf(news))}, sent[GetHave](s, id))
	s.says(id, Have{IDs: idsOf(news)})
	require.Equal(t, idsOf(news), sent[GetTransactions](s, id).IDs)
}

// The ids of what a peer was told of by short ids are told, each once, to one that asks for
// them: once, as each answer may be long.
func TestIDsOfWhatWasToldByShortOnes(t *testing.T) {
	s := newScript(t)
	x, gone := s.transfer("alice", 0), s.transfer("bob", 0)
	s.engine.pool.Pool = poolOf(x)
	id := s.dial(1)
	told := sent[HaveShort](s, id)
	s.out = nil
	ask := GetHave{Salt: told.Salt, ShortIDs: shortIDsOf(told.Salt, idsOf(x, gone, x))}
	s.says(id, GetHave{Salt: told.Salt + 1, ShortIDs: shortIDsOf(told.Salt+1, idsOf(x))})
	s.quiet()
	s.says(id, ask)
	require.Equal(t, idsOf(x), sent[Have](s, id).IDs)
	s.says(id, ask)
	s.quiet()
}

// A message that is too long would have this node banned.
func TestNoMoreIsToldOfThanAMessageHasRoomFor(t *testing.T) {
	s := newScript(t)
	p := s.engine.peer(s.dial(1))
	s.engine.out = nil
	s.engine.sendHaveShort(p, true, freshIDs(0, maxAnnounced+1))
	_, err := Decode(s.engine.out[0].(Send).Frame)
	require.NoError(t, err)
}

// All that may be told of at once comes in as many messages as it takes.
func TestManyIDsAreToldInSeveralMessages(t *testing.T) {
	s := newScript(t)
	s.engine.pool.Pool = poolOf(unsigned(maxIDs+1, 0)...)
	id := s.dial(1)
	told := sent[HaveShort](s, id)
	require.Len(t, told.ShortIDs, maxIDs+1)
	s.says(id, GetHave{Salt: told.Salt, ShortIDs: told.ShortIDs})
	require.Len(t, sentAll[Have](s, id), 2)
}

// What only shares its short id with something that the peer has told of is told to it.
func TestWhatSharesAShortIDIsTold(t *testing.T) {
	s := newScript(t)
	x, y := s.transfer("alice", 0), s.transfer("bob", 0)
	s.engine.pool.Pool = poolOf(x, y)
	key := shortKeyOf(nil, 7)
	id := s.link(1)
	s.says(id, s.helloOf(id, s.chain.Tip()))
	p := s.engine.peer(id)
	found := map[ShortID]types.Hash{key.of(x.ID()): x.ID(), key.of(y.ID()): x.ID()}
	s.engine.out = nil
	s.engine.tellRest(p, found, key)
	told := s.engine.out[0].(Send).Message.(HaveShort)
	require.Equal(t, shortIDsOf(told.Salt, idsOf(y)), told.ShortIDs)
}
