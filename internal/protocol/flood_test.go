package protocol

import (
	"testing"
	"time"

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
	require.Len(t, s.engine.pending.asked, asked)
	require.Len(t, s.engine.peer(ids[0]).announced, maxAnnounced)
	require.LessOrEqual(t, s.engine.peer(ids[0]).knownTxs.Len(), maxKnown)
	x := s.transfer("alice", 0)
	s.deliver(ids[1], x)
	s.admit()
	require.True(t, s.pool.Has(x.ID()))

	// What expires makes room.
	s.wait(s.engine.config.RequestTimeout + 1)
	require.Len(t, sent[GetTransactions](s, ids[0]).IDs, asked)
	require.Len(t, s.engine.pending.asked, asked)
}

// The ids that all peers offer are bounded together. Those that offer most lose
// some, and who offers little nothing.
func TestOffersOfManyPeersAreBounded(t *testing.T) {
	s := newScript(t)
	ids := s.peers(12)
	for i, id := range ids {
		for from := range 10 {
			s.says(id, Have{IDs: freshIDs((10*i+from)*maxIDs, maxIDs)})
		}
	}
	s.says(ids[0], Have{IDs: freshIDs(10_000_000, 3)})
	honest := s.join(50, s.chain.Tip())
	s.says(honest, Have{IDs: freshIDs(20_000_000, maxIDs)})
	require.LessOrEqual(t, s.engine.pending.offered, maxAllAnnounced)
	first := sent[GetTransactions](s, honest).IDs
	require.Equal(t, freshIDs(20_000_000, maxIDs), append(first, s.engine.peer(honest).announced...))
	for _, id := range ids {
		s.handle(Disconnected{Peer: id})
	}
	require.Equal(t, len(s.engine.peer(honest).announced), s.engine.pending.offered)
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
	require.Equal(t, []Message{Transactions{[]types.Transaction{x}}}, s.answered(id))
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
	require.Equal(t, Serve{Peer: id, Request: GetBlocks{IDs: []types.Hash{stored}}}, action[Serve](s))
	s.quiet()
}

func TestAddressesAreToldOnce(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	s.says(ids[0], GetAddresses{}, GetAddresses{})
	require.Equal(t, []types.NodeInfo{entryOf(ids[1])}, sent[Addresses](s, ids[0]).Nodes)
	s.quiet()
}

// Messages without a block must not put off what is due.
func TestEmptyBlocks(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	s.says(id, Blocks{})
	s.dropped(id, errUnsolicited, false)
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

// tight are limits that a test reaches soon.
func tight(c *Config) {
	const messages = 3
	l := &c.Limits
	for limit, most := range map[*Limit]int{
		&l.HeadersAsked: 1, &l.BlocksAsked: maxPeerBlocks, &l.TransactionsAsked: maxIDs, &l.TransactionsOffered: maxIDs,
		&l.NotFoundTold: maxIDs, &l.HeadersUnsolicited: maxHeaders, &l.Addresses: maxEntries, &l.Ignored: 1, &l.Pongs: 1,
	} {
		*limit = Limit{Burst: messages * most, Interval: 10 * time.Millisecond}
	}
}

// Whoever says or asks for more than anybody needs is ignored, and banned if it
// goes on. That costs others nothing.
func TestFloodsAreIgnoredThenBarred(t *testing.T) {
	for _, c := range []struct {
		name  string
		flood func(s *script) Message
		fits  int // messages before the first that is ignored
	}{
		{"headers asked", func(*script) Message { return GetHeaders{} }, 3},
		{"blocks asked", func(s *script) Message { return GetBlocks{IDs: freshIDs(0, maxPeerBlocks)} }, 3},
		{"parts of blocks asked", func(s *script) Message { return GetBlockTransactions{Block: s.chain.Tip().ID} }, 3 * maxPeerBlocks},
		{"transactions asked", func(s *script) Message { return GetTransactions{IDs: freshIDs(0, maxIDs)} }, 3},
		{"transactions offered", func(s *script) Message { return Have{IDs: freshIDs(0, maxIDs)} }, 3},
		{"nothing told", func(*script) Message { return NotFound{IDs: freshIDs(0, maxIDs)} }, 3},
		{"headers told", func(s *script) Message {
			return Headers{Headers: s.view.HeadersTo(s.chain.Tip().ID, s.view.Locator(s.chain.Tip().ID)[1:], 1)}
		}, 3 * maxHeaders},
		{"answers told", func(s *script) Message { return Headers{Answer: true} }, 3 * maxHeaders},
		{"blocks told", func(s *script) Message {
			b, err := s.chain.Block(s.chain.Tip().ID)
			require.NoError(s.t, err)
			return makeCompact(&b, 1)
		}, 3 * maxHeaders},
		{"nodes told", func(s *script) Message { return Addresses{Nodes: entries(far)} }, 3 * maxEntries},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScript(t, tight)
			s.store(s.branch(2)...)
			ids := s.peers(2)
			m := c.flood(s)
			for range c.fits {
				s.says(ids[0], m)
			}
			s.out = nil
			for range s.engine.config.Limits.Ignored.Burst {
				s.says(ids[0], m)
			}
			s.quiet()
			s.says(ids[0], m)
			s.dropped(ids[0], errFlood, true)
			s.says(ids[1], GetHeaders{Locator: []types.Hash{s.engine.genesis}})
			require.Len(t, sent[Headers](s, ids[1]).Headers, 2)
		})
	}
}

// A peer that keeps to the rate of a limit is answered for ever, and one that
// was ignored is answered again later.
func TestLimitsGiveTimeBack(t *testing.T) {
	s := newScript(t, tight)
	id := s.peers(1)[0]
	limit := s.engine.config.Limits.HeadersAsked
	for range 10 * limit.Burst {
		s.now = s.now.Add(limit.Interval)
		s.says(id, GetHeaders{})
		sent[Headers](s, id)
	}
	s.now = s.now.Add(limit.Interval) // the one that was spent last
	for range limit.Burst + 1 {
		s.says(id, GetHeaders{})
	}
	require.Len(t, sentAll[Headers](s, id), limit.Burst)
	s.now = s.now.Add(limit.Interval)
	s.says(id, GetHeaders{})
	sent[Headers](s, id)
	s.quiet()
}

// Pings that come too fast are answered later, in order.
func TestPingsAreAnsweredAtARate(t *testing.T) {
	s := newScript(t, tight)
	id := s.peers(1)[0]
	limit := s.engine.config.Limits.Pongs
	var pongs []uint64
	note := func() (count int) {
		for _, m := range sentAll[Pong](s, id) {
			pongs = append(pongs, m.Number)
			count++
		}
		return count
	}
	for n := range uint64(10) {
		s.says(id, Ping{Number: n})
	}
	require.Equal(t, limit.Burst, note())
	s.wait(2 * limit.Interval)
	require.Equal(t, 2, note())
	for range 3 {
		s.wait(time.Second)
		note()
	}
	require.Equal(t, []uint64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, pongs)
}

// Transactions that nobody asked for are not even decoded, as many fit a frame:
// here they are none at all, and that is not noticed.
func TestUnaskedTransactionsAreNotDecoded(t *testing.T) {
	s := newScript(t, tight)
	ids := s.peers(2)
	frame := Encode(BlockTransactions{Block: types.Hash{1}})
	frame[len(frame)-1] ^= 1
	_, err := Decode(frame)
	require.ErrorIs(t, err, ErrMessage)
	for range s.engine.config.Limits.Ignored.Burst {
		s.handle(Received{Peer: ids[0], Frame: frame})
	}
	s.quiet()
	s.handle(Received{Peer: ids[0], Frame: frame})
	s.dropped(ids[0], errFlood, true)
	frame[0] = byte(kindTransactions)
	s.handle(Received{Peer: ids[1], Frame: frame})
	s.dropped(ids[1], errUnsolicited, false)
}

// An answer that answers nothing costs its sender three bytes.
func TestEmptyNotFoundIsUnasked(t *testing.T) {
	s := newScript(t)
	id := s.join(1, s.chain.Tip())
	s.quiet()
	s.says(id, NotFound{})
	s.dropped(id, errUnsolicited, false)
}
