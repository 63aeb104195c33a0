package protocol

import (
	"slices"
	"testing"

	"github.com/holiman/uint256"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// ahead joins a peer that has blocks on top of our chain, and returns its
// headers.
func (s *script) ahead(n byte, blocks ...types.Block) types.NodeID {
	s.t.Helper()
	id := s.join(n, chaintest.After(s.chain.Tip(), blocks...))
	sent[GetHeaders](s, id)
	s.says(id, headersOf(blocks...))
	return id
}

// asked takes the ids of blocks that a peer is asked for.
func (s *script) asked(id types.NodeID) []types.Hash {
	var ids []types.Hash
	for _, m := range sentAll[GetBlocks](s, id) {
		ids = append(ids, m.IDs...)
	}
	for _, m := range sentAll[GetCompact](s, id) {
		ids = append(ids, m.Block)
	}
	return ids
}

// byID finds blocks of a list.
func byID(blocks []types.Block, ids []types.Hash) []types.Block {
	var found []types.Block
	for _, b := range blocks {
		if slices.Contains(ids, b.Hash()) {
			found = append(found, b)
		}
	}
	return found
}

func TestSyncFromOnePeer(t *testing.T) {
	s := newScript(t)
	blocks := s.branch(5)
	id := s.join(1, chaintest.After(s.chain.Tip(), blocks...))
	require.Equal(t, []types.Hash{s.engine.genesis}, sent[GetHeaders](s, id).Locator)
	s.quiet()
	s.says(id, headersOf(blocks...))
	require.Equal(t, hashesOf(blocks...), sent[GetBlocks](s, id).IDs)
	s.quiet()
	s.says(id, blocksOf(blocks[:2]...))
	s.verifyAll()
	s.says(id, blocksOf(blocks[2:]...))
	s.verifyAll()
	require.Equal(t, blocks[4].Hash(), s.chain.Tip().ID)
	s.quiet() // the peer has all of it: nothing is announced
}

func TestSyncOfMoreThanOneMessageOfHeaders(t *testing.T) {
	s := newScript(t)
	blocks := s.branch(maxHeaders + 10)
	id := s.join(1, chaintest.After(s.chain.Tip(), blocks...))
	sent[GetHeaders](s, id)
	s.says(id, answerOf(blocks[:maxHeaders]...))
	require.Equal(t, blocks[maxHeaders-1].Hash(), sent[GetHeaders](s, id).Locator[0])
	s.says(id, answerOf(blocks[maxHeaders:]...))
	for s.chain.Tip().Height < uint64(len(blocks)) {
		ids := s.asked(id)
		require.NotEmpty(t, ids)
		s.says(id, blocksOf(byID(blocks, ids)...))
		s.verifyAll()
	}
	s.quiet()
}

// Ranges are split, may come in any order, and what one does not send is asked
// of the others.
func TestSyncFromThreePeers(t *testing.T) {
	s := newScript(t)
	const batch = maxPeerBlocks - 1 // of blocks of the size that is reckoned with
	blocks := s.branch(3 * batch)
	var ids []types.NodeID
	for n := range byte(3) {
		id := s.join(n+1, chaintest.After(s.chain.Tip(), blocks...))
		ids = append(ids, id)
		if n == 0 {
			require.Len(t, sentAll[GetHeaders](s, id), 1)
			s.says(id, headersOf(blocks...))
		}
	}
	parts := map[types.NodeID][]types.Hash{}
	var all []types.Hash
	for _, id := range ids {
		parts[id] = s.asked(id)
		require.Len(t, parts[id], batch)
		all = append(all, parts[id]...)
	}
	require.Equal(t, hashesOf(blocks...), all, "each is asked for once")
	s.quiet()

	s.says(ids[2], blocksOf(byID(blocks, parts[ids[2]])...))
	s.says(ids[1], blocksOf(byID(blocks, parts[ids[1]])...))
	s.quiet() // nothing can be verified yet
	s.wait(minPatience)
	again := append(s.asked(ids[1]), s.asked(ids[2])...)
	require.Subset(t, again, parts[ids[0]])
	s.says(ids[1], blocksOf(byID(blocks, parts[ids[0]])...))
	s.verifyAll()
	require.Equal(t, blocks[len(blocks)-1].Hash(), s.chain.Tip().ID)
}

func TestDepartedPeersBlocksAreAskedOfAnother(t *testing.T) {
	s := newScript(t)
	blocks := s.branch(3)
	first := s.ahead(1, blocks...)
	require.Len(t, s.asked(first), 3)
	second := s.join(2, chaintest.After(s.chain.Tip(), blocks...))
	s.quiet()
	s.handle(Disconnected{Peer: first})
	require.Equal(t, hashesOf(blocks...), s.asked(second))
}

func TestNotFoundIsAskedOfAnother(t *testing.T) {
	s := newScript(t)
	blocks := s.branch(3)
	first := s.ahead(1, blocks...)
	require.Len(t, s.asked(first), 3)
	second := s.join(2, chaintest.After(s.chain.Tip(), blocks...))
	s.says(first, blocksOf(blocks[0]), NotFound{IDs: hashesOf(blocks[1:]...)})
	require.Equal(t, hashesOf(blocks[1:]...), s.asked(second))
	s.verifyAll()
	sent[Compact](s, first)
	s.quiet()
	s.says(first, headersOf(blocks...)) // it says that it has them after all
	s.quiet()
	s.says(second, blocksOf(blocks[1:]...))
	s.verifyAll()
	s.quiet()
}

func TestUnaskedBlocks(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	s.says(id, blocksOf(s.next()))
	s.dropped(id, errUnsolicited, false)
	s.quiet()
}

func TestUndecodableBlockIsPunished(t *testing.T) {
	s := newScript(t)
	blocks := s.branch(1)
	id := s.ahead(1, blocks...)
	s.asked(id)
	s.says(id, Blocks{Encoded: [][]byte{{1, 2, 3}}})
	s.dropped(id, types.ErrEncoding, true)
}

// invalid is a block with a good header that pays too much.
func (s *script) invalid(below consensus.State) types.Block {
	b := chaintest.Next(below, types.NamedAddress("cheat"))
	b.Transactions[0].Amount++
	chaintest.Solve(&b)
	return b
}

// A peer that passed on a block which is invalid still has the one of the same work
// that it told of: this one is asked for at once.
func TestBlockBesideAnInvalidOneIsAskedFor(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	bad, good := s.invalid(s.chain.Tip()), s.next()
	s.says(id, makeCompact(&bad, 1))
	s.says(id, headersOf(good))
	require.ErrorIs(t, s.verify(), consensus.ErrReward)
	require.Equal(t, hashesOf(good), s.asked(id))
	s.says(id, blocksOf(good))
	s.verifyAll()
	require.Equal(t, good.Hash(), s.chain.Tip().ID)
}

func TestVouchedInvalidBlockIsPunished(t *testing.T) {
	s := newScript(t)
	bad := s.invalid(s.chain.Tip())
	rest := chaintest.Branch(chaintest.After(s.chain.Tip(), bad), types.Address{}, 3)
	blocks := append([]types.Block{bad}, rest...)
	id := s.ahead(1, blocks...)
	s.asked(id)
	s.says(id, blocksOf(blocks...))
	require.ErrorIs(t, s.verify(), consensus.ErrReward)
	s.dropped(id, consensus.ErrReward, true)
	s.quiet()
	require.Empty(t, s.engine.downloads.received, "what follows it is of no use")
	require.Zero(t, s.engine.downloads.bytes)

	// Its headers are known to be bad now.
	other := s.join(2, s.chain.Tip())
	s.says(other, headersOf(rest...))
	s.dropped(other, chain.ErrInvalidAncestor, true)
}

// mutated is a block with other transactions than its header commits to, which
// anybody can make.
func mutated(b types.Block) types.Block {
	b.Transactions = slices.Clone(b.Transactions)
	b.Transactions[0].Amount++
	return b
}

func TestMutatedBodyIsPunishedAndTheBlockAskedOfAnother(t *testing.T) {
	s := newScript(t)
	blocks := s.branch(2)
	first := s.ahead(1, blocks...)
	s.asked(first)
	second := s.join(2, chaintest.After(s.chain.Tip(), blocks...))
	s.says(first, blocksOf(mutated(blocks[1]), blocks[0]))
	s.dropped(first, consensus.ErrMerkleRoot, true)
	require.Equal(t, hashesOf(blocks...), s.asked(second), "at once, not when their turn to be verified has come")
	s.says(second, blocksOf(blocks...))
	s.verifyAll()
	require.Equal(t, blocks[1].Hash(), s.chain.Tip().ID)
}

func TestInvalidHeaderIsPunished(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	h := s.next().Header
	h.Bits--
	s.says(id, Headers{Headers: []types.Header{h}})
	drop := action[Drop](s)
	require.Positive(t, drop.Ban)
	require.True(t, chain.Invalid(drop.Reason))
}

// Announced headers may come before those that they follow.
func TestHeadersWithAnUnknownParentAreAskedFor(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	blocks := s.branch(3)
	s.says(id, headersOf(blocks[2]))
	sent[GetHeaders](s, id)
	s.says(id, headersOf(blocks[2])) // crosses our question: still no answer to it
	s.quiet()
	s.says(id, headersOf(blocks...))
	require.Equal(t, hashesOf(blocks...), s.asked(id))
	s.quiet()
}

// An announcement that crosses our question is not its answer; the answer,
// which then brings nothing new, is not what an endless peer sends.
func TestAnnouncementCrossesOurQuestion(t *testing.T) {
	s := newScript(t)
	blocks := s.branch(maxHeaders + 10)
	id := s.join(1, chaintest.After(s.chain.Tip(), blocks...))
	sent[GetHeaders](s, id)
	s.says(id, headersOf(blocks[:5]...)) // announced, as the peer knows what we lack
	s.asked(id)
	require.Empty(t, sentAll[GetHeaders](s, id))
	s.says(id, answerOf(blocks[:maxHeaders]...))
	require.Len(t, sentAll[GetHeaders](s, id), 1)
	s.asked(id)
	s.says(id, answerOf(blocks[maxHeaders:]...))
	require.Equal(t, blocks[len(blocks)-1].Hash(), s.view.HeadersTip().ID)
	s.quiet()
}

// A branch that forks off far below is followed to its end, although its first
// headers have less work than what the peer has shown before.
func TestLongForkOfAPeerThatChangedItsMind(t *testing.T) {
	s := newScript(t)
	genesis := s.chain.Tip()
	s.store(chaintest.Branch(genesis, types.NamedAddress("ours"), maxHeaders+50)...)
	id := s.join(1, s.chain.Tip())
	fork := chaintest.Branch(genesis, types.NamedAddress("theirs"), maxHeaders+60)
	s.says(id, headersOf(fork[:maxHeaders]...))
	require.Equal(t, fork[maxHeaders-1].Hash(), sent[GetHeaders](s, id).Locator[0])
	s.says(id, answerOf(fork[maxHeaders:]...))
	require.Equal(t, fork[len(fork)-1].Hash(), s.view.HeadersTip().ID)
	require.Equal(t, hashesOf(fork[:maxPeerBlocks-1]...), s.asked(id))
}

// Whoever sends the same headers over and over answers nothing, and is late in
// the end.
func TestEndlessHeaders(t *testing.T) {
	s := newScript(t)
	blocks := s.branch(maxHeaders)
	s.store(blocks...)
	id := s.join(1, s.chain.Tip())
	s.says(id, headersOf(blocks...))
	for range 5 {
		sentAll[GetHeaders](s, id)
		s.quiet()
		s.wait(s.engine.config.RequestTimeout / 5)
		s.says(id, answerOf(blocks...))
	}
	s.wait(1)
	s.dropped(id, errSilent, false)
}

func TestFutureHeaderIsTolerated(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	tip := s.chain.Tip()
	future := chaintest.Mine(tip, types.Address{}, uint32(chaintest.Now().AddDate(1, 0, 0).Unix()))
	s.says(ids[0], headersOf(future))
	told := TooNew{Block: chain.Ref{Height: 1, ID: future.Hash()}, Header: future.Header, From: ids[0]}
	require.Equal(t, []Effect{told}, s.out)
	s.out = nil
	s.says(ids[1], makeCompact(&future, 1))
	s.quiet()
	require.Equal(t, tip.ID, s.view.HeadersTip().ID)

	other := chaintest.Mine(tip, types.Address{1}, future.Time)
	s.says(ids[0], headersOf(other))
	s.quiet()
	s.wait(tellTooNewAfter)
	s.says(ids[0], headersOf(future))
	s.says(ids[0], headersOf(other))
	require.Equal(t, 1, count[TooNew](s), "the first one is told of already")
}

func count[E Effect](s *script) (of int) {
	for _, effect := range s.out {
		if _, is := effect.(E); is {
			of++
		}
	}
	return of
}

func TestFalseClaimIsDropped(t *testing.T) {
	s := newScript(t)
	for n, m := range []Headers{{Answer: true}, answerOf(s.branch(1)...)} {
		tip := s.chain.Tip()
		tip.ID, tip.Work = types.Hash{1}, *uint256.NewInt(1 << 40)
		id := s.join(byte(n+1), tip)
		sent[GetHeaders](s, id)
		s.says(id, m)
		s.dropped(id, errFalseClaim, false)
	}
}

// A peer that left the branch which it spoke of, for one that is known here,
// answers with nothing, and has not lied.
func TestClaimOfABranchThatWasLeft(t *testing.T) {
	s := newScript(t)
	blocks := s.branch(5)
	s.join(1, chaintest.After(s.chain.Tip(), blocks...))
	s.says(types.NodeID{1}, answerOf(blocks...))
	left := chaintest.Branch(s.chain.Tip(), types.NamedAddress("left"), 1)
	id := s.join(2, chaintest.After(s.chain.Tip(), left...))
	s.says(id, Headers{Answer: true})
	require.NotNil(t, s.engine.peer(id))
	require.True(t, s.engine.peer(id).claim.Work.IsZero())
}

func TestNoAnswerToGetHeaders(t *testing.T) {
	s := newScript(t)
	tip := s.chain.Tip()
	tip.ID, tip.Work = types.Hash{1}, *uint256.NewInt(1 << 40)
	id := s.join(1, tip)
	sent[GetHeaders](s, id)
	s.wait(s.engine.config.RequestTimeout + 1)
	s.dropped(id, errSilent, false)
}

func TestNoMoreHeadersThanBlocksCanFollow(t *testing.T) {
	s := newScript(t, func(c *Config) { c.MaxHeadersOpen = maxHeaders })
	blocks := s.branch(2*maxHeaders + 10)
	id := s.join(1, chaintest.After(s.chain.Tip(), blocks...))
	sent[GetHeaders](s, id)
	s.says(id, answerOf(blocks[:maxHeaders]...))
	sent[GetHeaders](s, id)
	s.says(id, answerOf(blocks[maxHeaders:2*maxHeaders]...))
	require.Empty(t, sentAll[GetHeaders](s, id))
	for s.chain.Tip().Height < uint64(len(blocks)) {
		before := s.chain.Tip().Height
		for range sentAll[GetHeaders](s, id) {
			s.says(id, answerOf(blocks[2*maxHeaders:]...))
		}
		s.says(id, blocksOf(byID(blocks, s.asked(id))...))
		s.verifyAll()
		require.Greater(t, s.chain.Tip().Height, before)
	}
	s.quiet()
}

// Headers without blocks of one peer do not keep the headers of others away.
func TestHeadersWithoutBlocksHoldUpNobodyElse(t *testing.T) {
	s := newScript(t, func(c *Config) { c.MaxHeadersOpen = maxHeaders })
	genesis := s.chain.Tip()
	empty := chaintest.Branch(genesis, types.NamedAddress("adversary"), 3*maxHeaders)
	adversary := s.join(1, chaintest.After(genesis, empty...))
	for part := range slices.Chunk(empty, maxHeaders) {
		s.says(adversary, headersOf(part...))
	}
	s.out = nil
	blocks := s.branch(3)
	id := s.join(2, chaintest.After(genesis, blocks...))
	sent[GetHeaders](s, id)
}

func TestClaimOfAKnownBlockIsNotTakenAtItsWord(t *testing.T) {
	s := newScript(t)
	claim := claimOf(s.chain.Tip())
	claim.Work = *uint256.NewInt(1 << 60)
	id := s.link(1)
	m := s.helloOf(id, s.chain.Tip())
	m.Tip = claim
	s.says(id, m)
	s.handle(Resolve{Number: 1})
	ping := sent[Ping](s, id)
	s.says(id, Pong{Number: ping.Number, Tip: claim})
	require.Equal(t, Resolved{Number: 1}, action[Resolved](s))
	require.Equal(t, claimOf(s.chain.Tip()), s.engine.Ready()[0].Claim)
}
