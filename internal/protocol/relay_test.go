package protocol

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

func TestMinedBlockIsAnnounced(t *testing.T) {
	s := newScript(t)
	genesis := s.chain.Tip()
	s.store(s.branch(2)...)
	level := s.join(1, s.chain.Tip())
	behind := s.join(2, genesis)
	stranger := s.join(3, genesis)
	s.engine.peer(stranger).resetBest()
	unready := s.link(4)
	b := s.mine()

	require.Equal(t, b.Header, sent[Compact](s, level).Header)
	s.wait(2 * minTipWait)
	require.Len(t, sent[Headers](s, behind).Headers, 3, "all that it lacks")
	require.Equal(t, headersOf(b), sent[Headers](s, stranger))
	require.Empty(t, sentAll[Headers](s, unready))
	s.quiet()
	s.tipMoved()
	s.wait(2 * minTipWait)
	s.quiet() // once is enough
}

func TestNothingIsAnnouncedToThoseWhoHaveIt(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	b := s.next()
	s.says(ids[0], makeCompact(&b, 1))
	require.Equal(t, b.Header, sent[Compact](s, ids[1]).Header)
	s.verifyAll()
	s.quiet()
	s.says(ids[1], headersOf(b))
	s.quiet()
}

// A compact block on our tip is passed on before it is verified.
func TestEarlyRelay(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	x := s.transfer("alice", 0)
	s.post(x)
	s.out = nil
	b := s.next(x)
	s.says(ids[0], makeCompact(&b, 1))
	m := sent[Compact](s, ids[1])
	require.Equal(t, makeCompact(&b, m.Salt), m)
	require.NotEqual(t, uint64(1), m.Salt, "each hop chooses its own salt")
	s.says(ids[1], GetBlockTransactions{Block: b.Hash(), Indexes: []uint32{1}})
	require.Equal(t, []types.Transaction{x}, sent[BlockTransactions](s, ids[1]).Transactions)
	s.says(ids[1], GetBlocks{IDs: hashesOf(b)})
	require.Equal(t, blocksOf(b), sent[Blocks](s, ids[1]))
	s.verifyAll()
	s.quiet()
	require.Equal(t, 1, s.engine.relayed.Len())
}

// Of the blocks on one tip, none is passed on early any more once one was invalid:
// who makes such blocks would have each of them verified by all.
func TestNoEarlyRelayBesideAnInvalidBlock(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	for range 3 {
		tip := s.mine()
		s.out = nil
		s.says(ids[1], headersOf(tip)) // so that it still has the tip once what it was sent is invalid
		bad, good := s.invalid(s.chain.Tip()), s.next()
		s.says(ids[0], makeCompact(&bad, 1))
		require.Equal(t, bad.Header, sent[Compact](s, ids[1]).Header, "as nothing was wrong on this tip")
		require.Error(t, s.verify())
		s.says(ids[0], makeCompact(&good, 1))
		require.Empty(t, sentAll[Compact](s, ids[1]))
		s.verifyAll()
		require.Equal(t, good.Header, sent[Compact](s, ids[1]).Header)
		s.quiet()
	}
}

// Who passes blocks on before they are verified does not know that they are bad, however
// many there are of them. The peer answers all questions about them, as it has them.
func TestWhoPassesBadBlocksOnEarlyIsNotBanned(t *testing.T) {
	s := newScript(t)
	id, tip := s.join(1, s.chain.Tip()), s.chain.Tip()
	bad := map[types.Hash]types.Block{}
	for i := range maxCompactSeen + 4 {
		b := chaintest.Mine(tip, types.NamedAddress(fmt.Sprint("cheat ", i)), tip.Time()+10, s.transfer("alice", 0))
		b.Transactions[0].Amount++
		chaintest.Solve(&b)
		bad[b.Hash()] = b
		s.says(id, makeCompact(&b, 1))
	}
	asked := 0
	for s.engine.peer(id) != nil {
		questions := takeAll(s, func(a Send) bool { return a.Peer == id })
		for _, q := range questions {
			asked++
			switch m := q.Message.(type) {
			case GetCompact:
				b := bad[m.Block]
				s.says(id, makeCompact(&b, 2))
			case GetBlocks:
				b := bad[m.IDs[0]]
				s.says(id, blocksOf(b))
			case GetBlockTransactions:
				b := bad[m.Block]
				answer, err := pickTransactions(&b, m)
				require.NoError(t, err)
				s.says(id, answer)
			}
		}
		if s.engine.downloads.verifying != nil {
			require.Error(t, s.verify())
		} else if len(questions) == 0 {
			break
		}
	}
	require.NotZero(t, asked)
	require.NotNil(t, s.engine.peer(id))
	require.Empty(t, takeAll(s, func(d Drop) bool { return true }))
}

// Stale blocks, which nobody verifies, may come as often as they like: the next good one is
// taken all the same.
func TestStaleBlocksHoldUpNoOther(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	for i := range maxCompactSeen + 1 {
		tip := s.chain.Tip()
		stale := chaintest.Mine(tip, types.NamedAddress(fmt.Sprint("slow ", i)), tip.Time()+10)
		s.mine()
		s.mine()
		s.says(id, makeCompact(&stale, 1))
	}
	s.out = nil
	b := s.next()
	s.says(id, makeCompact(&b, 1))
	s.verifyAll()
	require.Equal(t, b.Hash(), s.chain.Tip().ID)
}

// Headers would vouch for a block, so who lacks its parent too is told once it
// is verified, and then of all of it.
func TestWhoLacksTheParentIsToldOnceTheBlockIsVerified(t *testing.T) {
	s := newScript(t)
	genesis := s.chain.Tip()
	s.store(s.branch(2)...)
	level := s.join(1, s.chain.Tip())
	behind := s.join(2, genesis)
	b := s.next()
	s.says(level, makeCompact(&b, 1))
	require.Empty(t, sentAll[Headers](s, behind))
	s.verifyAll()
	s.wait(2 * minTipWait)
	m := sent[Headers](s, behind)
	require.Len(t, m.Headers, 3)
	require.Equal(t, b.Header, m.Headers[2])
	s.quiet()
}

func TestMissingTransactionsOfACompactBlock(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	x, y := s.transfer("alice", 0), s.transfer("bob", 0)
	s.post(x)
	s.out = nil
	b := s.next(x, y)
	s.says(ids[0], makeCompact(&b, 1))
	require.Equal(t, GetBlockTransactions{Block: b.Hash(), Indexes: []uint32{2}}, sent[GetBlockTransactions](s, ids[0]))
	s.quiet()
	// Another one has all of it in the meantime; who is first wins.
	s.says(ids[1], makeCompact(&b, 2))
	sent[GetBlockTransactions](s, ids[1])
	s.says(ids[1], BlockTransactions{Block: b.Hash(), Transactions: []types.Transaction{y}})
	s.verifyAll()
	require.Equal(t, b.Hash(), s.chain.Tip().ID)
	s.says(ids[0], BlockTransactions{Block: b.Hash(), Transactions: []types.Transaction{y}})
	s.quiet()
}

func TestMissingTransactionsThatDoNotCome(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	b := s.next(s.transfer("alice", 0))
	s.says(ids[0], makeCompact(&b, 1))
	sent[GetBlockTransactions](s, ids[0])
	s.says(ids[1], headersOf(b))
	s.quiet() // it is being filled
	s.wait(s.engine.config.RequestTimeout + 1)
	s.dropped(ids[0], errSilent, false)
	require.Equal(t, hashesOf(b), s.asked(ids[1]))
}

func TestWrongNumberOfBlockTransactions(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	b := s.next(s.transfer("alice", 0))
	s.says(id, makeCompact(&b, 1))
	s.says(id, BlockTransactions{Block: types.Hash{1}}) // of an announcement before
	sent[GetBlockTransactions](s, id)
	s.quiet()
	s.says(id, BlockTransactions{Block: b.Hash(), Transactions: b.Transactions})
	s.dropped(id, errUnsolicited, false)
}

// Transactions that do not fit the header may be a clash of short ids: the
// whole block is asked for, and only a whole block that does not fit is a lie.
func TestWrongBlockTransactions(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	b := s.next(s.transfer("alice", 0))
	s.says(id, makeCompact(&b, 1))
	sent[GetBlockTransactions](s, id)
	s.says(id, BlockTransactions{Block: b.Hash(), Transactions: []types.Transaction{s.transfer("bob", 0)}})
	require.Equal(t, hashesOf(b), s.asked(id))
	s.says(id, blocksOf(mutated(b)))
	s.dropped(id, consensus.ErrMerkleRoot, true)
}

// A new announcement takes the place of one that is being filled. What comes
// of the old one then is no fault.
func TestAnnouncementTakesThePlaceOfAnother(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	first := s.next(s.transfer("alice", 0))
	second := chaintest.Next(chaintest.After(s.chain.Tip(), first), types.Address{}, s.transfer("bob", 0))
	s.says(id, makeCompact(&first, 1), makeCompact(&second, 2))
	require.Len(t, sentAll[GetBlockTransactions](s, id), 2)
	require.Equal(t, hashesOf(first), s.asked(id))
	s.says(id, BlockTransactions{Block: first.Hash(), Transactions: first.Transactions[1:]})
	s.quiet()
	s.says(id, NotFound{IDs: hashesOf(types.Block{Header: types.Header{Nonce: 9}})})
	s.quiet()
	s.says(id, blocksOf(first))
	s.verifyAll()
	s.says(id, BlockTransactions{Block: second.Hash(), Transactions: second.Transactions[1:]})
	s.verifyAll()
	require.Equal(t, second.Hash(), s.chain.Tip().ID)
	s.quiet()
}

func TestHearsayIsNotPunished(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	bad := s.invalid(s.chain.Tip())
	s.says(ids[0], makeCompact(&bad, 1))
	sent[Compact](s, ids[1])
	require.ErrorIs(t, s.verify(), consensus.ErrReward)
	s.quiet()
	s.says(ids[1], makeCompact(&bad, 1))
	s.quiet() // known to be bad, and nobody's fault
	s.says(ids[1], GetBlocks{IDs: hashesOf(bad)})
	action[Serve](s) // not from memory any more

	// Peers that we told of it are told of the next one.
	b := s.mine()
	for _, id := range ids {
		require.Equal(t, b.Header, sent[Compact](s, id).Header)
	}
	s.quiet()
}

// A peer that passed on several blocks before it had verified them vouched for
// none.
func TestHearsayOfSeveralBlocks(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	bad := s.invalid(s.chain.Tip())
	bad.Transactions = append(bad.Transactions, s.transfer("alice", 0))
	chaintest.Solve(&bad)
	other := chaintest.Next(s.chain.Tip(), types.NamedAddress("other"), s.transfer("alice", 0))
	s.says(id, makeCompact(&bad, 1), makeCompact(&other, 2))
	require.Equal(t, hashesOf(bad), s.asked(id))
	s.out = nil
	s.says(id, blocksOf(bad))
	require.ErrorIs(t, s.verify(), consensus.ErrReward)
	require.Empty(t, takeAll(s, func(Drop) bool { return true }))
}

// A block that is malformed by itself is not passed on, early or late.
func TestMalformedBlockIsNotPassedOn(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	b := s.next()
	b.Transactions[0].Kind = types.Transfer
	chaintest.Solve(&b)
	s.says(ids[0], makeCompact(&b, 1))
	require.ErrorIs(t, s.verify(), consensus.ErrNoCoinbase)
	s.quiet()
}

// Nor is one with a malformed transfer that was fetched: only what is pending was checked.
func TestBlockWithAMalformedFetchedTransferIsNotPassedOn(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	x := s.transfer("alice", 0, func(x *types.Transaction) { x.Data = []byte("{") })
	b := s.next(x)
	s.says(ids[0], makeCompact(&b, 1))
	sent[GetBlockTransactions](s, ids[0])
	s.says(ids[0], BlockTransactions{Block: b.Hash(), Transactions: []types.Transaction{x}})
	require.ErrorIs(t, s.verify(), consensus.ErrData)
	require.Empty(t, sentAll[Compact](s, ids[1]))
}

func TestCompactBlockWithAnUnknownParent(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	blocks := s.branch(2)
	s.says(id, makeCompact(&blocks[1], 1))
	sent[GetHeaders](s, id)
	s.says(id, headersOf(blocks...))
	require.Equal(t, hashesOf(blocks...), s.asked(id))
	s.quiet()
}

func TestCompactBlockWithAnInvalidHeader(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	b := s.next()
	b.Bits--
	s.says(id, makeCompact(&b, 1))
	require.Positive(t, action[Drop](s).Ban)
}

// A compact block costs a walk over the mempool: one peer gets one for each
// header.
func TestCompactBlockTwice(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	b := s.next(s.transfer("alice", 0))
	s.says(id, makeCompact(&b, 1))
	sent[GetBlockTransactions](s, id)
	s.says(id, makeCompact(&b, 2))
	s.quiet()
}

func TestGetBlockTransactions(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	b := s.mine(s.transfer("alice", 0))
	s.out = nil
	s.says(ids[0], GetBlockTransactions{Block: types.Hash{1}, Indexes: []uint32{5}})
	require.Equal(t, Serve{Peer: ids[0], Request: GetBlockTransactions{Block: types.Hash{1}, Indexes: []uint32{5}}}, action[Serve](s))
	s.says(ids[0], GetBlockTransactions{Block: b.Hash(), Indexes: []uint32{2}})
	s.dropped(ids[0], ErrMessage, true)
	for range maxRelayed {
		s.mine()
	}
	s.out = nil
	s.says(ids[1], GetBlockTransactions{Block: b.Hash(), Indexes: []uint32{1}})
	action[Serve](s) // no longer in memory
	require.Equal(t, maxRelayed, s.engine.relayed.Len())
}

// While we are behind, a block far ahead of our tip waits for its parents. The
// peer that announced it gets its answer nevertheless.
func TestPingIsAnsweredThoughAVerificationTakesLong(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	b := s.next()
	s.says(id, makeCompact(&b, 1), Ping{Number: 7})
	s.wait(s.engine.config.ResolveTimeout - 1)
	require.Empty(t, sentAll[Pong](s, id))
	s.wait(1)
	require.Equal(t, Pong{Number: 7, Tip: claimOf(s.chain.Tip())}, sent[Pong](s, id))
	require.NoError(t, s.verify())
}

func TestPingIsAnsweredWhileABlockWaitsForItsParents(t *testing.T) {
	s := newScript(t)
	blocks := s.branch(3)
	first := s.ahead(1, blocks[:2]...)
	s.asked(first)
	second := s.join(2, chaintest.After(s.chain.Tip(), blocks[:2]...))
	s.says(second, makeCompact(&blocks[2], 1), Ping{Number: 7})
	require.Equal(t, uint64(7), sent[Pong](s, second).Number)
	require.Empty(t, sentAll[Compact](s, first), "it is not passed on before we have its parents either")
}

func TestPingIsAnsweredOnceTheAnnouncedBlockIsVerified(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	b := s.next()
	s.says(id, makeCompact(&b, 1), Ping{Number: 7})
	require.Empty(t, sentAll[Pong](s, id))
	s.verifyAll()
	require.Equal(t, Pong{Number: 7, Tip: claimOf(s.chain.Tip())}, sent[Pong](s, id))
}

// A peer may have found a block invalid since it passed it on.
func TestMissingTransactionsAreNotFound(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	b := s.next(s.transfer("alice", 0))
	s.says(ids[0], makeCompact(&b, 1))
	sent[GetBlockTransactions](s, ids[0])
	s.says(ids[1], headersOf(b))
	s.quiet()
	s.says(ids[0], NotFound{IDs: hashesOf(b)})
	require.Equal(t, hashesOf(b), s.asked(ids[1]))
	s.wait(s.engine.config.RequestTimeout)
	s.quiet()
}

// A peer that was passed a block on before it was verified hears of another one of the
// same work that this node has meanwhile: the first may be invalid there.
func TestTipBesideABlockThatWasPassedOnIsTold(t *testing.T) {
	s := newScript(t)
	adversary, other := s.join(1, s.chain.Tip()), s.join(2, s.chain.Tip())
	bad := s.next()
	bad.Transactions[0].Amount++
	chaintest.Solve(&bad)
	s.says(adversary, makeCompact(&bad, 1))
	require.Equal(t, bad.Header, sent[Compact](s, other).Header)
	good := s.mine()
	require.Equal(t, good.Header, sent[Compact](s, other).Header)
}

// Who tells of a block first is named, once, and how.
func TestFirstWordOfABlock(t *testing.T) {
	s := newScript(t)
	first, second := s.join(1, s.chain.Tip()), s.join(2, s.chain.Tip())
	b := s.next()
	ref := chain.Ref{Height: 1, ID: b.Hash()}
	s.says(first, makeCompact(&b, 1))
	s.says(second, makeCompact(&b, 2))
	require.Equal(t, []Heard{{ref, first, true}}, s.heard)
	require.Equal(t, []Arrived{{ref, first}}, s.came, "the block was whole at once, and once")
	after := chaintest.Next(chaintest.After(s.chain.Tip(), b), types.NamedAddress("self"))
	s.says(second, Headers{Headers: []types.Header{after.Header}})
	require.Equal(t, Heard{chain.Ref{Height: 2, ID: after.Hash()}, second, false}, s.heard[1])
	old := chaintest.Branch(chaintest.After(s.chain.Tip(), b, after), types.NamedAddress("self"), 9)
	s.says(second, headersOf(old...))
	require.Len(t, s.heard, 2, "nobody waits for news of blocks that are caught up with")
}
