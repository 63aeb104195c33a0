package protocol

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/types"
)

func TestTransactionIsAskedForOnceAndPassedOn(t *testing.T) {
	s := newScript(t)
	ids := s.peers(3)
	x := s.transfer("alice", 0)
	s.says(ids[0], Have{IDs: idsOf(x)})
	require.Equal(t, idsOf(x), sent[GetTransactions](s, ids[0]).IDs)
	s.says(ids[1], Have{IDs: idsOf(x)})
	s.quiet()
	s.says(ids[0], Transactions{Transactions: []types.Transaction{x}})
	s.admit()
	require.True(t, s.pool.Has(x.ID()))
	require.Equal(t, idsOf(x), sent[Have](s, ids[2]).IDs)
	s.quiet() // no echo to the two that had it

	s.says(ids[1], Have{IDs: idsOf(x)})
	s.quiet()
	s.says(ids[2], GetTransactions{IDs: append(freshIDs(0, 1), x.ID())})
	require.Equal(t, []Message{Transactions{[]types.Transaction{x}}}, s.answered(ids[2]))
	require.Equal(t, freshIDs(0, 1), sent[NotFound](s, ids[2]).IDs)
}

func TestPendingTransactionsAreOfferedToANewPeer(t *testing.T) {
	s := newScript(t)
	list := []types.Transaction{s.transfer("alice", 0), s.transfer("alice", 1), s.transfer("bob", 0)}
	for _, x := range list {
		s.post(x)
	}
	id := s.join(1, s.chain.Tip())
	require.ElementsMatch(t, idsOf(list...), s.rest(id))
	s.quiet()
}

func TestPostedTransactionIsAnnounced(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	unready := s.link(9)
	x := s.transfer("alice", 0)
	s.post(x)
	for _, id := range ids {
		require.Equal(t, idsOf(x), sent[Have](s, id).IDs)
	}
	require.Empty(t, sentAll[Have](s, unready))
	s.quiet()
}

func TestNextPeerIsAskedOnExpiryAndDeparture(t *testing.T) {
	s := newScript(t)
	ids := s.peers(3)
	x := s.transfer("alice", 0)
	for _, id := range ids {
		s.says(id, Have{IDs: idsOf(x)})
	}
	sent[GetTransactions](s, ids[0])
	s.quiet()
	s.wait(s.engine.config.RequestTimeout)
	s.quiet()
	s.wait(s.engine.config.RequestTimeout / 8) // it looks now and then only
	require.Equal(t, idsOf(x), sent[GetTransactions](s, ids[1]).IDs)
	s.quiet()
	s.handle(Disconnected{Peer: ids[1]})
	require.Equal(t, idsOf(x), sent[GetTransactions](s, ids[2]).IDs)
	s.quiet()
	s.handle(Disconnected{Peer: ids[2]})
	s.quiet()
	require.Empty(t, s.engine.pending.asked, "nobody is left who has it")
}

// Whoever announces a transaction over and over is still one peer: those that
// announce it after are asked when it does not deliver.
func TestOnePeerIsOnePeerThatHasATransaction(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	x := s.transfer("alice", 0)
	for range maxOthers + 2 {
		s.says(ids[0], Have{IDs: idsOf(x)})
	}
	s.says(ids[1], Have{IDs: idsOf(x)})
	sent[GetTransactions](s, ids[0])
	s.wait(s.engine.config.RequestTimeout + 1)
	require.Equal(t, idsOf(x), sent[GetTransactions](s, ids[1]).IDs)
}

// What a peer says that it has no more is asked of the next one at once.
func TestNextPeerIsAskedForWhatIsGone(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	x := s.transfer("alice", 0)
	for _, id := range ids {
		s.says(id, Have{IDs: idsOf(x)})
	}
	sent[GetTransactions](s, ids[0])
	s.says(ids[1], NotFound{IDs: idsOf(x)}) // was not asked
	s.quiet()
	s.says(ids[0], NotFound{IDs: idsOf(x)})
	require.Equal(t, idsOf(x), sent[GetTransactions](s, ids[1]).IDs)
	s.says(ids[0], Have{IDs: idsOf(x)}) // a reorg put it back
	s.says(ids[1], NotFound{IDs: idsOf(x)})
	require.Equal(t, idsOf(x), sent[GetTransactions](s, ids[0]).IDs)
	s.says(ids[0], NotFound{IDs: idsOf(x)})
	require.Empty(t, s.engine.pending.asked)
	s.quiet()
}

// A slow peer whose transactions come when another was asked already is not to
// blame.
func TestLateTransactionsAreTolerated(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	x := s.transfer("alice", 0)
	for _, id := range ids {
		s.says(id, Have{IDs: idsOf(x)})
	}
	s.wait(s.engine.config.RequestTimeout + 1)
	sentAll[GetTransactions](s, ids[0])
	sent[GetTransactions](s, ids[1])
	s.says(ids[0], Transactions{Transactions: []types.Transaction{x}})
	s.quiet()
	s.says(ids[1], Transactions{Transactions: []types.Transaction{x}})
	action[Admit](s)
	s.quiet()

	// Once is enough: to read them costs something.
	s.says(ids[0], Transactions{Transactions: []types.Transaction{x}})
	s.dropped(ids[0], errUnsolicited, false)
	s.quiet()
}

func TestTransactionsThatNobodyAnnounced(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	s.says(ids[0], Transactions{})
	s.dropped(ids[0], errUnsolicited, false)
	s.says(ids[1], Transactions{Transactions: []types.Transaction{s.transfer("alice", 0)}})
	s.dropped(ids[1], errUnsolicited, false)
	s.quiet()
}

// deliver has a peer announce transactions and send them when asked.
func (s *script) deliver(id types.NodeID, list ...types.Transaction) {
	s.t.Helper()
	s.says(id, Have{IDs: idsOf(list...)})
	require.Equal(s.t, idsOf(list...), sent[GetTransactions](s, id).IDs)
	s.says(id, Transactions{Transactions: list})
}

func TestNeverValidTransactionIsPunished(t *testing.T) {
	for name, x := range map[string]types.Transaction{
		"signature": func() types.Transaction {
			x := newScript(t).transfer("alice", 0)
			x.Signature[0] ^= 1
			return x
		}(),
		"zero amount": newScript(t).transfer("alice", 0, func(x *types.Transaction) { x.Amount = 0 }),
		"coinbase":    {Kind: types.Coinbase, Sequence: 1, Amount: 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScript(t)
			ids := s.peers(2)
			s.deliver(ids[0], x)
			s.admit()
			drop := action[Drop](s)
			require.Equal(t, ids[0], drop.Peer)
			require.Positive(t, drop.Ban)
			s.quiet()
			s.says(ids[1], Have{IDs: idsOf(x)})
			s.quiet() // known to be bad
		})
	}
}

// An honest peer whose tip is another one may think otherwise of these.
func TestTransactionThatMayBecomeValidIsNotPunished(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	s.store(s.next(s.transfer("alice", 0)))
	rich := func(x *types.Transaction) { x.Amount = chaintest.Balance }
	list := []types.Transaction{s.transfer("bob", 0, rich), s.transfer("alice", 0)}
	s.deliver(id, list...)
	s.admit()
	s.quiet()
	s.says(id, Have{IDs: idsOf(list...)})
	s.quiet()
	s.mine()
	require.Equal(t, idsOf(list...), sent[GetTransactions](s, id).IDs, "the tip has moved: they get another chance")
}

// Whoever has a transfer that was refused at another tip is asked for it, and need not tell
// of it again: also those that told of it after it was refused.
func TestRefusedTransactionIsAskedOfWhoeverHasIt(t *testing.T) {
	s := newScript(t)
	ids := s.peers(3)
	x := s.transfer("bob", 0, func(x *types.Transaction) { x.Amount = chaintest.Balance })
	s.deliver(ids[0], x)
	s.admit()
	for _, id := range ids[1:] {
		s.says(id, Have{IDs: idsOf(x)})
	}
	s.handle(Disconnected{Peer: ids[0]})
	s.quiet()
	s.mine()
	require.Equal(t, idsOf(x), sent[GetTransactions](s, ids[1]).IDs)
	s.says(ids[1], NotFound{IDs: idsOf(x)})
	require.Equal(t, idsOf(x), sent[GetTransactions](s, ids[2]).IDs)
}

// A peer that owes too much to be asked when another one leaves is asked later.
func TestBusyPeerIsAskedLater(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	x := s.transfer("alice", 0)
	for _, id := range ids {
		s.says(id, Have{IDs: idsOf(x)})
	}
	sent[GetTransactions](s, ids[0])
	busy := s.engine.peer(ids[1])
	busy.askedTxs = maxAsked
	s.handle(Disconnected{Peer: ids[0]})
	s.quiet()
	busy.askedTxs = 0
	s.handle(Wake{})
	require.Equal(t, idsOf(x), sent[GetTransactions](s, ids[1]).IDs)
}

func TestAnswerIsSplitIntoFrames(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	var ids []types.Hash
	for n := range 40 {
		x := s.transfer("alice", uint64(n), func(x *types.Transaction) { x.Data, x.Fee = textOf(60<<10), types.Coin })
		ids = append(ids, x.ID())
		s.post(x)
	}
	sentAll[Have](s, id)
	s.says(id, GetTransactions{IDs: ids})
	var got []types.Hash
	for _, m := range s.answered(id) {
		require.LessOrEqual(t, len(Encode(m)), maxAnswerBytes+100)
		got = append(got, idsOf(m.(Transactions).Transactions...)...)
	}
	require.Equal(t, ids, got)
	s.quiet()
}

// A transfer that a peer asked for while a block held it is announced to it again
// when a reorg puts it back.
func TestTransferThatWasGoneIsAnnouncedAgain(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	x := s.transfer("alice", 0)
	s.engine.pool.Pool = poolOf(x)
	s.handle(Admitted{Transaction: x})
	require.Equal(t, idsOf(x), sent[Have](s, id).IDs)
	s.engine.pool.Pool = poolOf()
	s.says(id, GetTransactions{IDs: idsOf(x)})
	require.Equal(t, idsOf(x), sent[NotFound](s, id).IDs)
	s.engine.pool.Pool = poolOf(x)
	s.handle(Admitted{Transaction: x})
	require.Equal(t, idsOf(x), sent[Have](s, id).IDs)
	s.quiet()
}
