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
	sent[Have](s, id)
	s.engine.pending.confirmed.ids.Add(confirmed.ID())

	s.says(id, Reannounce{Salt: 7, ShortIDs: shortIDsOf(7, idsOf(pending, confirmed))})
	s.quiet()
	require.True(t, s.engine.peer(id).knownTxs.Has(pending.ID()), "it need not be told of that")

	s.says(id, Reannounce{Salt: 7, ShortIDs: shortIDsOf(7, idsOf(news, pending))})
	require.Equal(t, GetReannounced{Salt: 7, ShortIDs: shortIDsOf(7, idsOf(news))}, sent[GetReannounced](s, id))
	s.says(id, Have{IDs: idsOf(news)})
	require.Equal(t, idsOf(news), sent[GetTransactions](s, id).IDs)
}

// The ids of what is pending are told to whoever asks by short ids, each once.
func TestIDsOfWhatWasToldAgain(t *testing.T) {
	s := newScript(t)
	x, gone := s.transfer("alice", 0), s.transfer("bob", 0)
	s.engine.pool.Pool = poolOf(x)
	id := s.join(1, s.chain.Tip())
	sent[Have](s, id)
	s.says(id, GetReannounced{Salt: 5, ShortIDs: shortIDsOf(5, idsOf(x, gone, x))})
	require.Equal(t, idsOf(x), sent[Have](s, id).IDs)
	s.says(id, GetReannounced{Salt: 6, ShortIDs: shortIDsOf(5, idsOf(x))})
	s.quiet()
	s.engine.config.NoRelay = true
	s.says(id, GetReannounced{Salt: 5, ShortIDs: shortIDsOf(5, idsOf(x))})
	s.quiet()
}
