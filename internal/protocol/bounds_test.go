package protocol

import (
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// unsigned are transfers that cost no time to make, for tests in which no
// mempool looks at them.
func unsigned(count, size int) (list []types.Transaction) {
	for i := range uint64(count) {
		list = append(list, types.Transaction{Kind: types.Transfer, Sequence: i, Amount: 1, Data: textOf(size)})
	}
	return list
}

// Who comes new gets all that an honest peer has pending, at the pace of both.
func TestAllOfAMempoolReachesANewcomer(t *testing.T) {
	s := newScript(t)
	id := s.join(1, s.chain.Tip())
	list := unsigned(15_000, 0)
	byID := make(map[types.Hash]types.Transaction)
	for _, x := range list {
		byID[x.ID()] = x
	}
	for part := range slices.Chunk(idsOf(list...), maxIDs) {
		s.says(id, Have{IDs: part})
	}
	var got []types.Hash
	for asked := sentAll[GetTransactions](s, id); len(asked) > 0; asked = sentAll[GetTransactions](s, id) {
		for _, m := range asked {
			s.says(id, slices.Collect(answerTransactions(m.IDs, found(byID)))...)
		}
		for _, a := range takeAll(s, func(Admit) bool { return true }) {
			got = append(got, a.Transaction.ID())
			s.handle(Admitted{Transaction: a.Transaction})
		}
	}
	require.Equal(t, idsOf(list...), got, "in the order of the offer")
	s.quiet()
}

// Whatever peers offer and send, what waits for the mempool stays within each
// one's share, and what does not fit is asked for once there is room.
func TestWhatWaitsForTheMempoolIsBoundedInBytes(t *testing.T) {
	const peers, each = 64, 15
	s := newScript(t)
	var list []types.Transaction
	for i, x := range unsigned(peers*each, 40<<10) {
		x.Amount = types.Amount(i + 1)
		list = append(list, x)
	}
	byID := make(map[types.Hash]types.Transaction)
	for _, x := range list {
		byID[x.ID()] = x
	}
	ids := s.peers(peers)
	held, admits := 0, []Admit(nil)
	answer := func() {
		for _, id := range ids {
			for _, m := range sentAll[GetTransactions](s, id) {
				s.says(id, slices.Collect(answerTransactions(m.IDs, found(byID)))...)
			}
		}
		for _, a := range takeAll(s, func(Admit) bool { return true }) {
			admits, held = append(admits, a), held+transferCost(&a.Transaction)
		}
		require.LessOrEqual(t, held, peers*s.engine.config.MaxAdmitting)
		require.Equal(t, held, s.engine.Backlog().AdmittingBytes)
	}
	for i, id := range ids {
		s.says(id, Have{IDs: idsOf(list[i*each : (i+1)*each]...)})
	}
	for range 3 {
		answer()
	}
	for range list {
		if len(admits) == 0 {
			answer()
		}
		a := admits[0]
		admits, held = admits[1:], held-transferCost(&a.Transaction)
		s.handle(Admitted{Transaction: a.Transaction})
	}
	require.Zero(t, s.engine.Backlog().AdmittingBytes)
	require.Zero(t, s.engine.Backlog().Offered)
}

// A peer whose transfers were small until now sends large ones. What there is no
// room for is put off, and still comes in order.
func TestLargeTransfersAfterSmallOnes(t *testing.T) {
	s := newScript(t)
	id := s.join(1, s.chain.Tip())
	s.engine.peer(id).average = transferCost(&unsigned(1, 0)[0])
	list := unsigned(100, 40<<10)
	byID := make(map[types.Hash]types.Transaction)
	for _, x := range list {
		byID[x.ID()] = x
	}
	s.says(id, Have{IDs: idsOf(list...)})
	var admits []Admit
	var got []types.Hash
	for len(got) < len(list) {
		for _, m := range sentAll[GetTransactions](s, id) {
			for part := range answerTransactions(m.IDs, found(byID)) {
				s.says(id, part)
				admits = append(admits, takeAll(s, func(Admit) bool { return true })...)
				require.LessOrEqual(t, s.engine.Backlog().AdmittingBytes, s.engine.config.MaxAdmitting)
				if len(admits) > 0 { // there is room again
					got = append(got, admits[0].Transaction.ID())
					s.handle(Admitted{Transaction: admits[0].Transaction})
					admits = admits[1:]
				}
			}
		}
		for _, a := range admits {
			got = append(got, a.Transaction.ID())
			s.handle(Admitted{Transaction: a.Transaction})
		}
		admits = nil
	}
	require.Equal(t, idsOf(list...), got)
}

// The first forged transfer bans who sent it, and what waits of it is dropped.
// What others have of that is asked of them.
func TestWhatWaitsOfABarredPeerIsDropped(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	list := []types.Transaction{s.transfer("alice", 0), s.transfer("bob", 0), s.transfer("bob", 1)}
	list[0].Signature[0] ^= 1
	s.deliver(ids[0], list...)
	admits := takeAll(s, func(Admit) bool { return true })
	require.Len(t, admits, len(list))
	s.says(ids[1], Have{IDs: idsOf(list[1:]...)})
	s.quiet()
	s.handle(Admitted{Transaction: list[0], Err: s.pool.Add(list[0])})
	require.Equal(t, Discard{Peer: ids[0]}, action[Discard](s))
	s.dropped(ids[0], consensus.ErrSignature, true)
	require.ElementsMatch(t, idsOf(list[1:]...), sent[GetTransactions](s, ids[1]).IDs)
	require.Zero(t, s.engine.Backlog().AdmittingBytes)

	s.handle(Admitted{Transaction: list[1], Err: s.pool.Add(list[1])}) // it had begun
	s.says(ids[1], Transactions{Transactions: list[1:]})
	s.admit()
	s.quiet()
	require.Equal(t, 2, s.pool.Len())
}

// A peer that sends and leaves before it is judged leaves nothing behind.
func TestWhatWaitsOfAPeerThatLeftIsDropped(t *testing.T) {
	s := newScript(t)
	id := s.peers(1)[0]
	s.deliver(id, s.transfer("alice", 0))
	action[Admit](s)
	s.handle(Disconnected{Peer: id})
	require.Equal(t, Discard{Peer: id}, action[Discard](s))
	require.Equal(t, Backlog{Known: 1}, s.engine.Backlog())
	s.quiet()
}

// A transfer that waited for another is judged after its peer has left and come
// back: that frees no room that it did not take.
func TestVerdictAfterAPeerCameBack(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	s.deliver(ids[0], s.transfer("alice", 1))
	s.admit()
	s.handle(Disconnected{Peer: ids[0]})
	s.deliver(ids[1], s.transfer("alice", 0))
	first := action[Admit](s)
	s.handle(Admitted{Transaction: first.Transaction, Err: s.pool.Add(first.Transaction)})
	s.join(1, s.chain.Tip())
	s.admit()
	require.Equal(t, 2, s.pool.Len())
	require.Zero(t, s.engine.Backlog().AdmittingBytes)
}

// What a peer has pending is asked for once its blocks are here, as it follows
// on them. A claim holds up nobody but who makes it.
func TestTransactionsAreAskedForAfterTheBlocksBeforeThem(t *testing.T) {
	s := newScript(t)
	b := s.next(s.transfer("alice", 0))
	ahead, level := s.join(1, s.chain.Tip().After(b.Header)), s.join(2, s.chain.Tip())
	s.out = nil
	x, y := s.transfer("alice", 1), s.transfer("bob", 0)
	s.says(ahead, Have{IDs: idsOf(x, y)})
	s.says(level, Have{IDs: idsOf(y)})
	require.Equal(t, idsOf(y), sent[GetTransactions](s, level).IDs)
	s.quiet()
	s.says(ahead, answerOf(b))
	require.Equal(t, hashesOf(b), s.asked(ahead))
	s.says(ahead, blocksOf(b))
	s.verifyAll()
	require.Equal(t, idsOf(x), sent[GetTransactions](s, ahead).IDs)
}

// countedPool counts what costs much.
type countedPool struct {
	Pool
	scans, listings int
}

func (c *countedPool) All() iter.Seq2[types.Hash, *types.Transaction] {
	c.scans++
	return c.Pool.All()
}

func (c *countedPool) IDs(limit int) []types.Hash {
	c.listings++
	return c.Pool.IDs(limit)
}

func (s *script) countPool() *countedPool {
	pool := &countedPool{Pool: s.pool}
	s.engine.pool.Pool = pool
	return pool
}

// The mempool is gone through once for each proof of work, however many compact blocks a
// peer makes of it, and of no more than are remembered.
func TestCompactBlocksInRotation(t *testing.T) {
	s := newScript(t)
	pool, genesis := s.countPool(), s.chain.Tip()
	id := s.join(1, genesis)
	var list []Compact
	for i := range maxCompactSeen + 1 {
		b := chaintest.Mine(genesis, types.NamedAddress(fmt.Sprint("miner ", i)), genesis.Time()+10)
		m := makeCompact(&b, 1)
		m.ShortIDs = []ShortID{{1, 2, 3}} // nobody has it
		list = append(list, m)
	}
	for i := range 5000 {
		s.says(id, list[i%len(list)])
	}
	require.Empty(t, takeAll(s, func(Drop) bool { return true }))
	require.Equal(t, maxCompactSeen, pool.scans)
}

// Who comes and goes does not have the mempool put in order each time, and yet
// hears of what came last.
func TestMempoolIsPutInOrderNowAndThen(t *testing.T) {
	s := newScript(t)
	pool := s.countPool()
	var want []types.Transaction
	for n := range 100 {
		want = append(want, s.transfer("alice", uint64(n)))
		s.post(want[n])
		id := s.join(1, s.chain.Tip())
		require.Equal(t, idsOf(want...), s.rest(id))
		s.handle(Disconnected{Peer: id})
	}
	require.Equal(t, 1, pool.listings)
	s.now = s.now.Add(listingAge + time.Millisecond)
	s.join(1, s.chain.Tip())
	require.Equal(t, 2, pool.listings)
}

// Reminders go through the whole mempool, part by part.
func TestPeersAreRemindedOfAllThatIsPending(t *testing.T) {
	s := newScript(t)
	s.engine.pool.Pool = poolOf(unsigned(2*maxReannounced+10, 0)...)
	id := s.join(1, s.chain.Tip())
	want := s.rest(id)
	p := s.engine.peer(id)
	for _, count := range []int{maxReannounced, maxReannounced, 10, maxReannounced} {
		before := p.reannounced
		s.engine.now, s.engine.out = s.now, nil
		s.engine.reannounce(p)
		got := s.engine.out[0].(Send).Message.(HaveShort)
		require.Len(t, got.ShortIDs, count)
		require.Equal(t, shortIDsOf(got.Salt, want[before%len(want):before%len(want)+count]), got.ShortIDs)
	}
}

// What a block has taken since the mempool was listed, or since it came, is announced
// no more.
func TestWhatIsNotPendingAnyMoreIsNotAnnounced(t *testing.T) {
	s := newScript(t)
	transfers := unsigned(3, 0)
	s.engine.pool.Pool = poolOf(transfers...)
	id := s.join(1, s.chain.Tip())
	require.Len(t, s.rest(id), 3)
	left := transfers[1]
	s.engine.pool.Pool = poolOf(left)
	s.engine.now, s.engine.out = s.now, nil
	s.engine.reannounce(s.engine.peer(id))
	got := s.engine.out[0].(Send).Message.(HaveShort)
	require.Equal(t, shortIDsOf(got.Salt, idsOf(left)), got.ShortIDs)

	s.engine.pool.Pool, s.engine.out = poolOf(), nil
	s.engine.reannounce(s.engine.peer(id))
	require.Empty(t, s.engine.out)
	s.handle(Admitted{Transaction: s.transfer("alice", 0)})
	s.wait(flushAfter)
	s.quiet()
}

// The places of compact blocks that are being filled are bounded together.
func TestCompactBlocksThatAreBeingFilledAreBounded(t *testing.T) {
	s := newScript(t)
	genesis := s.chain.Tip()
	for n := range byte(20) {
		id := s.join(n+1, genesis)
		b := chaintest.Mine(genesis, types.NamedAddress(fmt.Sprint("miner ", n)), genesis.Time()+10)
		m := makeCompact(&b, 1)
		for i := range maxTransactions - 1 {
			m.ShortIDs = append(m.ShortIDs, ShortID{n, byte(i), byte(i >> 8)})
		}
		s.says(id, m)
	}
	places := 0
	for _, p := range s.engine.peers {
		if p.partial != nil {
			places += len(p.partial.block.Transactions)
		}
	}
	require.LessOrEqual(t, places, maxFilling)
	require.Positive(t, places)
}
