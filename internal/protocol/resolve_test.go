package protocol

import (
	"testing"
	"time"

	"github.com/holiman/uint256"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// resolve asks, and returns the number of the Ping to each peer.
func (s *script) resolve(number uint64, ids ...types.NodeID) []uint64 {
	s.t.Helper()
	s.handle(Resolve{Number: number})
	var pings []uint64
	for _, id := range ids {
		pings = append(pings, sent[Ping](s, id).Number)
	}
	return pings
}

func (s *script) pong(id types.NodeID, number uint64, tip consensus.State) {
	s.says(id, Pong{Number: number, Tip: claimOf(tip)})
}

func (s *script) resolved(number uint64) {
	s.t.Helper()
	require.Equal(s.t, Resolved{Number: number}, action[Resolved](s))
	require.Empty(s.t, s.engine.resolves)
}

func TestResolveWithoutPeers(t *testing.T) {
	s := newScript(t)
	s.link(1)
	s.resolve(3)
	s.resolved(3)
	s.quiet()
}

func TestResolveWaitsUntilWeHaveCaughtUp(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	pings := s.resolve(3, ids...)
	s.pong(ids[0], pings[0], s.chain.Tip())
	s.quiet()
	blocks := s.branch(2)
	s.pong(ids[1], pings[1], chaintest.After(s.chain.Tip(), blocks...))
	sent[GetHeaders](s, ids[1])
	s.says(ids[1], headersOf(blocks...))
	s.asked(ids[1])
	s.says(ids[1], blocksOf(blocks...))
	require.Empty(t, takeAll(s, func(Resolved) bool { return true }))
	s.verifyAll()
	s.resolved(3)
}

// known makes peers ones that have answered before.
func (s *script) known(ids ...types.NodeID) {
	s.t.Helper()
	for i, number := range s.resolve(1, ids...) {
		s.pong(ids[i], number, s.chain.Tip())
	}
	s.resolved(1)
}

func TestResolveEndsDespiteASilentPeer(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	s.known(ids...)
	pings := s.resolve(3, ids...)
	s.pong(ids[0], pings[0], s.chain.Tip())
	s.wait(s.engine.pongTimeout() - 1)
	s.quiet()
	require.Equal(t, s.now.Add(1), s.engine.NextWake())
	s.wait(1)
	s.resolved(3)
	// It is not waited for again, as long as it owes an answer.
	s.wait(1)
	pings = s.resolve(4, ids[0])
	s.pong(ids[0], pings[0], s.chain.Tip())
	s.resolved(4)
	s.quiet()
}

// Who comes with a new identity each time and says nothing holds up little.
func TestNewPeersThatAreSilentAreWaitedForBriefly(t *testing.T) {
	s := newScript(t)
	for n := range byte(3) {
		id := s.join(n+1, s.chain.Tip())
		s.resolve(uint64(n), id)
		s.wait(maxPatience - 1)
		s.quiet()
		require.Equal(t, s.now.Add(1), s.engine.NextWake())
		s.wait(1)
		s.resolved(uint64(n))
		s.handle(Disconnected{Peer: id})
	}
}

func TestResolveEndsOnceALiarIsFoundOut(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	pings := s.resolve(3, id)
	lie := s.chain.Tip()
	lie.ID, lie.Work = types.Hash{1}, *uint256.NewInt(1 << 40)
	s.pong(id, pings[0], lie)
	sent[GetHeaders](s, id)
	s.quiet()
	s.says(id, Headers{Answer: true})
	s.resolved(3)
	s.dropped(id, errFalseClaim, false)
}

// A peer that takes longer than verification waits for one alone is waited for all
// the same: for the headers of what it claims, and for the blocks.
func TestResolveWaitsForAPeerThatIsFarAway(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	s.known(id)
	ping := s.resolve(3, id)[0]
	answer := func(m Message) {
		for range 6 {
			s.wait(maxPatience / 5)
			s.quiet()
		}
		s.says(id, m)
	}
	b := s.next()
	answer(Pong{Number: ping, Tip: claimOf(chaintest.After(s.chain.Tip(), b))})
	sent[GetHeaders](s, id)
	answer(headersOf(b))
	s.asked(id)
	answer(blocksOf(b))
	require.NoError(t, s.verify())
	s.resolved(3)
}

// Who withholds a block is waited for once.
func TestResolveEndsDespiteAWithheldBlock(t *testing.T) {
	s := newScript(t)
	id := s.ahead(1, s.next())
	s.asked(id)
	for n, wait := range []time.Duration{s.engine.pongTimeout(), 0} {
		ping := s.resolve(uint64(n), id)[0]
		s.pong(id, ping, s.chain.Tip())
		if wait > 0 {
			s.wait(wait / 2)
			s.quiet()
			require.WithinRange(t, s.engine.NextWake(), s.now, s.now.Add(wait/2))
			s.wait(wait / 2)
		}
		s.resolved(uint64(n))
	}
}

// A peer that shows a branch and does not have its blocks holds nothing up.
func TestResolveEndsOnceBlocksAreNotFound(t *testing.T) {
	s := newScript(t)
	b := s.next()
	id := s.ahead(1, b)
	s.asked(id)
	pings := s.resolve(3, id)
	s.pong(id, pings[0], chaintest.After(s.chain.Tip(), b))
	s.quiet()
	s.says(id, NotFound{IDs: hashesOf(b)})
	s.resolved(3)
}

func TestResolveEndsOnceAnAnnouncedBlockTurnsOutInvalid(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	bad := s.invalid(s.chain.Tip())
	pings := s.resolve(3, id)
	s.pong(id, pings[0], s.chain.Tip())
	s.resolved(3)
	s.says(id, makeCompact(&bad, 1))
	pings = s.resolve(4, id)
	s.pong(id, pings[0], chaintest.After(s.chain.Tip(), bad)) // not verified there either
	require.Error(t, s.verify())
	s.resolved(4)
}

// The answer to a question that was under way already may be older than what
// the second one who asks knows.
func TestTwoResolvesAtOnceAskTwice(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	first := s.resolve(3, id)
	s.wait(maxPatience / 2)
	second := s.resolve(4, id)
	s.quiet()
	s.pong(id, first[0], s.chain.Tip())
	require.Equal(t, Resolved{Number: 3}, action[Resolved](s))
	s.quiet()
	s.pong(id, second[0], s.chain.Tip())
	s.resolved(4)
	s.quiet()
}

// However many ask, a peer gets no more questions at once than it takes.
func TestManyResolvesAtOnce(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	for n := range uint64(100) {
		s.handle(Resolve{Number: n})
	}
	pings := sentAll[Ping](s, id)
	require.Len(t, pings, maxPings)
	for _, m := range pings {
		s.pong(id, m.Number, s.chain.Tip())
	}
	require.Len(t, takeAll(s, func(Resolved) bool { return true }), 100)
	s.quiet()
}

func TestPeerLeavesDuringAResolve(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	s.resolve(3, id)
	s.handle(Disconnected{Peer: id})
	s.resolved(3)
}

// A peer that left and came back was not asked over its new link.
func TestPeerComesBackDuringAResolve(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	pings := s.resolve(3, ids...)
	s.handle(Disconnected{Peer: ids[0]})
	s.join(1, s.chain.Tip())
	s.pong(ids[1], pings[1], s.chain.Tip())
	s.resolved(3)
}

// Who says Hello while somebody waits is not waited for, whether it shows a branch
// or only claims one: else one newcomer after the other could hold up a resolve.
func TestResolveDoesNotWaitForNewcomers(t *testing.T) {
	s := newScript(t)
	blocks := s.branch(2)
	early := s.link(1)
	known := s.join(2, s.chain.Tip())
	pings := s.resolve(3, known)
	s.wait(time.Millisecond)
	s.says(early, s.helloOf(early, s.chain.Tip()), headersOf(blocks...))
	s.join(3, chaintest.After(s.chain.Tip(), s.branch(3)...))
	s.pong(known, pings[0], s.chain.Tip())
	s.resolved(3)
}

func TestPingsInALoop(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	for n := range uint64(10 * maxPings) {
		s.says(id, Ping{Number: n})
		require.Equal(t, n, sent[Pong](s, id).Number)
	}
	b := s.next()
	s.says(id, makeCompact(&b, 1)) // answers wait for it
	for range maxPings {
		s.says(id, Ping{})
	}
	require.Empty(t, takeAll(s, func(Drop) bool { return true }))
	s.says(id, Ping{})
	s.dropped(id, errUnsolicited, false)
	s.wait(time.Second)
}

// A peer that is never quiet is asked for its tip all the same: what it said of
// it may have been of no use at the time.
func TestBusyPeerIsPinged(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	for range 4 {
		s.wait(s.engine.config.PingInterval / 3)
		s.says(id, GetTransactions{})
	}
	require.NotEmpty(t, sentAll[Ping](s, id))
}

// An announcement that vanished is made good with the next Ping.
func TestPeerIsRemindedOfWhatIsPending(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	x := s.transfer("alice", 0)
	require.NoError(t, s.pool.Add(x))
	s.wait(s.engine.config.PingInterval)
	told := sent[HaveShort](s, id)
	s.says(id, GetHave{Salt: told.Salt, ShortIDs: told.ShortIDs})
	require.Equal(t, idsOf(x), sent[Have](s, id).IDs)
}
