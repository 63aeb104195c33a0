package protocol

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/types"
)

// withheld mines a block of which nobody is told, as of those before it.
func (s *script) withheld(before ...types.Block) types.Block {
	return s.withholds(chaintest.Next(s.chain.Tip(), types.NamedAddress("self")), before...)
}

// withholds is withheld for a block.
func (s *script) withholds(b types.Block, before ...types.Block) types.Block {
	_, err := s.write(b)
	require.NoError(s.t, err)
	hidden := []types.Hash{b.Hash()}
	for i := range before {
		hidden = append(hidden, before[i].Hash())
	}
	s.handle(Publish{Tip: s.engine.published.tip.ID, Withheld: hidden, Blocks: []types.Block{b}})
	s.handle(TipMoved{ID: b.Hash(), Block: &b, Withheld: true})
	return b
}

// A tip that is withheld shows in nothing that peers are told: not in a greeting, a
// Pong, an answer to GetHeaders or an announcement, nor in the locators of questions.
func TestWithheldTipIsToldToNobody(t *testing.T) {
	s := newScript(t)
	public := s.mine()
	s.out = nil
	old := s.join(1, s.chain.Tip())
	tip := claimOf(s.chain.Tip())
	first := s.withheld()
	second := s.withheld(first)
	require.Equal(t, second.Hash(), s.chain.Tip().ID)
	require.Empty(t, s.out, "an announcement")

	greeted := types.NodeID{2}
	s.handle(Connected{Peer: greeted})
	require.Equal(t, tip, sent[Hello](s, greeted).Tip)
	s.says(old, Ping{Number: 7})
	require.Equal(t, Pong{Number: 7, Tip: tip}, sent[Pong](s, old))
	genesis := public.Previous
	s.says(old, GetHeaders{Locator: []types.Hash{genesis}})
	require.Equal(t, []types.Header{public.Header}, sent[Headers](s, old).Headers)
	s.says(old, GetHeaders{Locator: []types.Hash{first.Hash()}})
	require.Empty(t, sent[Headers](s, old).Headers)

	ahead := claimOf(s.chain.Tip())
	ahead.ID[0]++
	ahead.Work.AddUint64(&ahead.Work, 1)
	s.says(greeted, Hello{Version: Version, Genesis: s.engine.genesis, Self: entryOf(greeted), Tip: ahead})
	locator := sent[GetHeaders](s, greeted).Locator
	require.Equal(t, public.Hash(), locator[0])
	for _, id := range []types.Hash{first.Hash(), second.Hash()} { // which nobody could know
		s.says(old, GetBlocks{IDs: []types.Hash{id}}, GetBlockTransactions{Block: id, Indexes: []uint32{0}})
		none := NotFound{IDs: []types.Hash{id}}
		require.Equal(t, []NotFound{none, none}, sentAll[NotFound](s, old))
	}

	// What follows and is not withheld publishes all.
	s.out = nil
	last := s.mine()
	s.wait(2 * minTipWait)
	require.Equal(t, []types.Header{first.Header, second.Header, last.Header}, sent[Headers](s, old).Headers)
	s.says(old, Ping{Number: 8})
	require.Equal(t, claimOf(s.chain.Tip()), sent[Pong](s, old).Tip)
}

// A node that withholds takes the others' blocks and passes them on, though its own
// branch has more work: to its peers, it is one of them.
func TestOthersBlocksAreTakenBesideWithheldOnes(t *testing.T) {
	s := newScript(t)
	old, other := s.join(1, s.chain.Tip()), s.join(2, s.chain.Tip())
	theirs := s.branch(2)
	first := s.withheld()
	s.withheld(first)
	for _, b := range theirs {
		s.out = nil
		s.says(old, makeCompact(&b, 1))
		require.Equal(t, b.Header, sent[Compact](s, other).Header, "passed on")
		s.verify()
		s.handle(Publish{Tip: b.Hash(), Withheld: []types.Hash{first.Hash()}})
	}
	require.NotEqual(t, theirs[1].Hash(), s.chain.Tip().ID, "no more work than ours")
	tip, known := s.chain.Header(theirs[1].Hash())
	require.True(t, known && tip.Stored)
	s.says(old, Ping{Number: 7})
	require.Equal(t, Pong{Number: 7, Tip: claimTo(tip)}, sent[Pong](s, old))
	s.says(old, GetHeaders{Locator: []types.Hash{theirs[0].Previous}})
	require.Equal(t, []types.Header{theirs[0].Header, theirs[1].Header}, sent[Headers](s, old).Headers)
}

// What is published of a branch with as much work as the public one is told to those who
// have only seen that: the race of a selfish miner.
func TestABranchOfEqualWorkIsPublished(t *testing.T) {
	s := newScript(t)
	old, other := s.join(1, s.chain.Tip()), s.join(2, s.chain.Tip())
	theirs := s.branch(1)[0]
	mine := s.withheld()
	s.says(old, makeCompact(&theirs, 1))
	s.verify()
	s.handle(Publish{Tip: theirs.Hash(), Withheld: []types.Hash{mine.Hash()}})
	s.out = nil
	s.handle(Publish{Tip: mine.Hash()})
	for _, id := range []types.NodeID{old, other} {
		require.Equal(t, mine.Header, sent[Compact](s, id).Header)
	}
}

// A transfer in a block that is withheld is to peers one that is pending, whatever they ask
// for or tell of; one that a public block has as well is none.
func TestTransfersOfWithheldBlocksArePending(t *testing.T) {
	s := newScript(t)
	old := s.join(1, s.chain.Tip())
	hidden, public := s.transfer("alice", 0), s.transfer("bob", 0)
	s.post(hidden)
	s.post(public)
	theirs := s.next(public)
	ours := s.withholds(s.next(hidden, public))
	require.NoError(t, s.pool.Sync())
	require.Zero(t, s.pool.Len())
	s.out = nil

	s.says(old, GetTransactions{IDs: []types.Hash{hidden.ID(), public.ID()}})
	require.Empty(t, sentAll[Transactions](s, old), "not at once, but as its link has room")
	require.Equal(t, []Message{Transactions{Transactions: []types.Transaction{hidden, public}}}, s.answered(old))
	s.out = nil
	s.says(old, Have{IDs: []types.Hash{hidden.ID()}})
	require.Empty(t, sentAll[GetTransactions](s, old), "it is here")
	next := s.join(2, s.chain.Tip())
	require.ElementsMatch(t, []types.Hash{hidden.ID(), public.ID()}, s.rest(next), "a newcomer is told of them")
	s.out = nil
	s.says(old, makeCompact(&theirs, 1))
	require.Empty(t, sentAll[GetBlockTransactions](s, old), "their block is filled with what is here")
	s.verify()
	s.handle(Publish{Tip: theirs.Hash(), Withheld: []types.Hash{ours.Hash()}, Blocks: []types.Block{theirs}})
	s.out = nil
	s.says(old, GetTransactions{IDs: []types.Hash{hidden.ID(), public.ID()}})
	require.Equal(t, []Message{Transactions{Transactions: []types.Transaction{hidden}}}, s.answered(old))
	require.Equal(t, []types.Hash{public.ID()}, sent[NotFound](s, old).IDs, "it is in a block")

	s.handle(Publish{Tip: ours.Hash()})
	s.out = nil
	s.says(old, GetTransactions{IDs: []types.Hash{hidden.ID()}})
	require.Equal(t, []types.Hash{hidden.ID()}, sent[NotFound](s, old).IDs)
}

// A transfer that a public block has is not pending, though a later one that is withheld has
// it too.
func TestATransferOfAPublicBlockIsNotPending(t *testing.T) {
	s := newScript(t)
	old := s.join(1, s.chain.Tip())
	transfer := s.transfer("alice", 0)
	theirs := s.next(transfer)
	first := s.withheld()
	_, err := s.write(theirs)
	require.NoError(t, err)
	s.handle(Publish{Tip: theirs.Hash(), Withheld: []types.Hash{first.Hash()}, Blocks: []types.Block{theirs}})
	s.withholds(s.next(transfer), first)
	s.out = nil
	s.says(old, GetTransactions{IDs: []types.Hash{transfer.ID()}})
	require.Equal(t, []types.Hash{transfer.ID()}, sent[NotFound](s, old).IDs)
}

// A transfer that is no peer's to know, as the one against which a double spend is, shows in
// nothing: the payment in whose place it is stays pending, however early its block was found.
func TestASecretTransferIsNotPending(t *testing.T) {
	s := newScript(t)
	old := s.join(1, s.chain.Tip())
	secret, pending := s.transfer("alice", 0), s.transfer("bob", 0)
	payment := s.transfer("alice", 0, func(t *types.Transaction) { t.Amount *= 2 })
	s.post(pending)
	ours := s.next(secret, pending)
	_, err := s.write(ours)
	require.NoError(t, err)
	publish := Publish{
		Tip: s.engine.published.tip.ID, Withheld: []types.Hash{ours.Hash()}, Blocks: []types.Block{ours},
		Secret: secret.ID(), Instead: &payment,
	}
	s.handle(publish)
	s.handle(TipMoved{ID: ours.Hash(), Block: &ours, Withheld: true})
	require.NoError(t, s.pool.Sync())
	s.out = nil
	s.handle(Admitted{Transaction: payment})
	s.wait(time.Minute)
	require.Equal(t, []types.Hash{payment.ID()}, sent[Have](s, old).IDs)
	s.says(old, GetTransactions{IDs: []types.Hash{secret.ID(), payment.ID()}})
	require.Equal(t, []types.Hash{secret.ID()}, sent[NotFound](s, old).IDs)
	require.Equal(t, []Message{Transactions{Transactions: []types.Transaction{payment}}}, s.answered(old))
	next := s.join(2, s.chain.Tip())
	require.ElementsMatch(t, []types.Hash{pending.ID(), payment.ID()}, s.rest(next))
}
