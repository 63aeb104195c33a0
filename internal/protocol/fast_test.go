package protocol

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/types"
)

// fastPeers are those that were asked for blocks at once, and not to stop that.
func (s *script) fastPeers() map[types.NodeID]bool {
	high := make(map[types.NodeID]bool)
	for _, send := range s.modes {
		if high[send.Peer] = send.Message.(SendCompact).High; !high[send.Peer] {
			delete(high, send.Peer)
		}
	}
	return high
}

func setOf(ids ...types.NodeID) map[types.NodeID]bool {
	set := make(map[types.NodeID]bool)
	for _, id := range ids {
		set[id] = true
	}
	return set
}

// bring has a peer tell of a new block, which becomes the tip.
func (s *script) bring(id types.NodeID) {
	b := s.next()
	s.says(id, makeCompact(&b, 1))
	s.verifyAll()
	s.out = nil
}

// joinOutbound is join for a peer that this node has dialled.
func (s *script) joinOutbound(n byte) types.NodeID {
	id := types.NodeID{n}
	s.handle(Connected{Peer: id, Outbound: true})
	s.says(id, s.helloOf(id, s.chain.Tip()))
	s.out = nil
	return id
}

// Three peers send blocks at once: the first three, and later those that told of a new
// block first, of whom the one that did longest ago makes room.
func TestTheFastestPeersSendBlocksAtOnce(t *testing.T) {
	s := newScript(t)
	ids := s.peers(5)
	require.Equal(t, setOf(ids[:3]...), s.fastPeers())
	s.bring(ids[0])
	require.Equal(t, setOf(ids[:3]...), s.fastPeers())
	s.bring(ids[4])
	require.Equal(t, setOf(ids[0], ids[2], ids[4]), s.fastPeers())
	b := s.next()
	s.says(ids[3], headersOf(b))
	s.says(ids[4], makeCompact(&b, 1))
	s.verifyAll()
	require.Equal(t, setOf(ids[0], ids[3], ids[4]), s.fastPeers(), "who told first, and not who sent first")
	s.says(ids[1], headersOf(chaintest.Next(chaintest.After(s.chain.Tip(), s.branch(1)...), types.NamedAddress("x"))))
	s.mine()
	require.Equal(t, setOf(ids[0], ids[3], ids[4]), s.fastPeers())
}

// Inbound links may all be one adversary's.
func TestOneOfTheFastIsOutbound(t *testing.T) {
	s := newScript(t)
	ids := s.peers(4)
	dialled := s.joinOutbound(0xf0)
	require.Equal(t, setOf(ids[1], ids[2], dialled), s.fastPeers())
	for _, id := range ids {
		s.bring(id)
	}
	require.Equal(t, setOf(ids[2], ids[3], dialled), s.fastPeers())
	other := s.joinOutbound(0xf1)
	require.Equal(t, setOf(ids[2], ids[3], dialled), s.fastPeers(), "one is enough")
	s.handle(Disconnected{Peer: dialled})
	require.True(t, s.fastPeers()[other], "in its place")
}

func TestWhoIsFastAndGoesIsReplaced(t *testing.T) {
	s := newScript(t)
	ids := s.peers(5)
	s.bring(ids[4])
	require.Equal(t, setOf(ids[1], ids[2], ids[4]), s.fastPeers())
	s.bring(ids[0])
	s.handle(Disconnected{Peer: ids[0]})
	high := s.fastPeers()
	require.Len(t, s.engine.fast.peers, 3)
	for _, p := range s.engine.fast.peers {
		require.True(t, high[p.id])
	}
}

func TestNobodyIsFastWithoutRelay(t *testing.T) {
	s := newScript(t, apart)
	s.peers(4)
	require.Empty(t, s.modes)
}

// low has a peer want headers.
func (s *script) low(id types.NodeID) types.NodeID {
	s.says(id, SendCompact{})
	return id
}

// A peer's block goes at once to those that want that, and by headers to others, once it
// is verified. An own block is new to everybody.
func TestOthersHearByHeadersOnceABlockIsVerified(t *testing.T) {
	s := newScript(t)
	ids := s.peers(3)
	low := s.low(ids[2])
	b := s.next()
	s.says(ids[0], makeCompact(&b, 1))
	sent[Compact](s, ids[1])
	require.Empty(t, sentAll[Headers](s, low))
	s.verifyAll()
	s.quiet()
	s.wait(2 * minTipWait)
	require.Equal(t, headersOf(b), sent[Headers](s, low))
	s.quiet()
	own := s.next()
	s.store(own)
	s.handle(TipMoved{ID: own.Hash(), Block: &own, Own: true})
	for _, id := range ids {
		require.Equal(t, own.Header, sent[Compact](s, id).Header)
	}
	s.quiet()
}

// Whoever has the block from others by then is not told of it by headers.
func TestWhoShowsTheTipIsNotToldOfIt(t *testing.T) {
	s := newScript(t)
	ids := s.peers(3)
	low, late := s.low(ids[1]), s.low(ids[2])
	b := s.next()
	s.says(ids[0], makeCompact(&b, 1))
	s.verifyAll()
	s.wait(minTipWait - 1)
	s.says(low, headersOf(b))
	s.quiet()
	s.wait(minTipWait)
	require.Equal(t, headersOf(b), sent[Headers](s, late))
	s.quiet()
}

// Who waits for the headers of one tip hears of the next one with them.
func TestTipsThatComeTogetherAreToldTogether(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	low := s.low(ids[1])
	var headers []types.Header
	for range 2 {
		b := s.next()
		s.says(ids[0], makeCompact(&b, 1))
		s.verifyAll()
		headers = append(headers, b.Header)
	}
	s.wait(2 * minTipWait)
	require.Equal(t, Headers{Headers: headers}, sent[Headers](s, low))
	s.quiet()
	s.wait(2 * minTipWait)
	s.quiet()
}

// Who announces by headers is asked for a compact block, and for what it lacks.
func TestCompactBlockIsAskedFor(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	known, unknown := s.transfer("alice", 0), s.transfer("bob", 0)
	s.post(known)
	s.out = nil
	b := s.next(known, unknown)
	s.says(id, headersOf(b))
	require.Equal(t, GetCompact{Block: b.Hash()}, sent[GetCompact](s, id))
	s.says(id, makeCompact(&b, 1))
	require.Equal(t, []uint32{2}, sent[GetBlockTransactions](s, id).Indexes)
	s.says(id, BlockTransactions{Block: b.Hash(), Transactions: []types.Transaction{unknown}})
	s.verifyAll()
	require.Equal(t, b.Hash(), s.chain.Tip().ID)
	s.quiet()
}

// A compact block that does not fit its header is followed by the whole one, and one
// that breaks a rule is the fault of who had verified it.
func TestCompactBlockThatWasAskedForIsVouchedFor(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	b := s.next()
	s.says(id, headersOf(b))
	sent[GetCompact](s, id)
	other := makeCompact(&b, 1)
	other.Coinbase.Amount--
	s.says(id, other)
	require.Equal(t, hashesOf(b), sent[GetBlocks](s, id).IDs)
	s.says(id, blocksOf(b))
	s.verifyAll()
	bad := s.invalid(s.chain.Tip())
	s.says(id, headersOf(bad))
	sent[GetCompact](s, id)
	s.says(id, makeCompact(&bad, 1))
	require.Error(t, s.verify())
	require.Positive(t, action[Drop](s).Ban)
}

// Only the last blocks are made compact. Others are sent whole, and withheld ones are not
// to be had.
func TestGetCompact(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	b := s.mine(s.transfer("alice", 0))
	s.out = nil
	s.says(id, GetCompact{Block: b.Hash()})
	m := sent[Compact](s, id)
	require.Equal(t, makeCompact(&b, m.Salt), m)
	for range maxRelayed {
		s.mine()
	}
	s.out = nil
	s.says(id, GetCompact{Block: b.Hash()})
	require.Equal(t, Serve{Peer: id, Request: GetBlocks{IDs: hashesOf(b)}}, action[Serve](s))
	secret := s.next()
	s.store(secret)
	s.engine.published.withheld = map[types.Hash]bool{secret.Hash(): true}
	s.says(id, GetCompact{Block: secret.Hash()})
	require.Equal(t, hashesOf(secret), sent[NotFound](s, id).IDs)
	s.quiet()
}
