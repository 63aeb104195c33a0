package protocol

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/mempool"
	"networkmngr/internal/mempool/mempooltest"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// script drives one engine over a real chain and mempool. A test says what
// happens, and takes the actions that it expects one by one; those that it did
// not take are waiting in out.
type script struct {
	t      testing.TB
	chain  *chain.Chain
	view   *chain.View
	pool   *mempooltest.Pool
	engine *Engine
	now    time.Time
	out    []Effect
	heard  []Heard
	faster []Faster
	came   []Arrived
	modes  []Send // every SendCompact
}

// selfID is in the middle, so that there are smaller and larger ids.
var selfID = types.NodeID{0x80}

// entryOf is what the node with this id would say of itself.
func entryOf(id types.NodeID) types.NodeInfo {
	return types.NodeInfo{ID: id, Address: "127.0.0.1:5000", P2P: []string{fmt.Sprintf("/ip4/127.%d.%d.%d/tcp/%d", id[0], id[1], id[2], 1+uint(id[3]))}}
}

func newScript(t testing.TB, change ...func(*Config)) *script {
	config := DefaultConfig()
	config.Outbound = 0
	config.NewsInterval = 1 // so that what one test does is not told in the middle of what comes next
	for _, f := range change {
		f(&config)
	}
	c, err := chain.Open(store.NewMemory(), chaintest.Genesis(), chaintest.Now)
	require.NoError(t, err)
	s := &script{t: t, chain: c, view: c.View(), now: chaintest.Now()}
	s.view.Advance(s.now)
	s.pool = mempooltest.New(mempool.DefaultLimits(), c, func() time.Time { return s.now })
	s.engine = New(config, entryOf(selfID), c.Tip().ID, s.view, s.pool, rand.New(rand.NewPCG(1, 2)))
	return s
}

// handle tells the engine what happened.
func (s *script) handle(in Input) {
	for _, a := range s.engine.Handle(s.now, in) {
		if send, ok := a.(Send); ok && hasKind(send.Frame, kindSendCompact) {
			s.modes = append(s.modes, send)
			continue
		}
		switch a := a.(type) {
		case Heard:
			s.heard = append(s.heard, a)
		case Arrived:
			s.came = append(s.came, a)
		case Faster:
			s.faster = append(s.faster, a)
		default:
			s.out = append(s.out, a)
		}
	}
}

// wait lets time pass.
func (s *script) wait(d time.Duration) {
	s.now = s.now.Add(d)
	s.handle(Wake{})
}

// says has a peer send messages.
func (s *script) says(id types.NodeID, messages ...Message) {
	for _, m := range messages {
		s.handle(Received{Peer: id, Frame: Encode(m)})
	}
}

// link connects a peer that has not said Hello.
func (s *script) link(n byte) types.NodeID {
	id := types.NodeID{n}
	s.handle(Connected{Peer: id})
	sent[Hello](s, id)
	return id
}

// helloOf is an honest Hello of a peer that has the chain up to state.
func (s *script) helloOf(id types.NodeID, state consensus.State) Hello {
	return Hello{Version: Version, Genesis: s.engine.genesis, Self: entryOf(id), Tip: claimOf(state)}
}

// join connects a peer that has the chain up to state and wants compact blocks at once,
// without the small talk of a handshake. It has dialled, and has nothing pending.
func (s *script) join(n byte, state consensus.State) types.NodeID {
	before := s.out
	s.out = nil
	id := s.link(n)
	s.says(id, s.helloOf(id, state), SendCompact{High: true}, HaveShort{All: true})
	sentAll[GetAddresses](s, id)
	takeAll(s, func(a Send) bool { _, ok := a.Message.(Addresses); return ok })
	s.out = append(before, s.out...)
	return id
}

// peers joins several that have the same chain as this node.
func (s *script) peers(count byte) []types.NodeID {
	ids := make([]types.NodeID, count)
	for n := range ids {
		ids[n] = s.join(byte(n+1), s.chain.Tip())
	}
	return ids
}

// takeAll removes the waiting actions that match.
func takeAll[A Effect](s *script, match func(A) bool) []A {
	var taken []A
	var rest []Effect
	for _, a := range s.out {
		if kind, ok := a.(A); ok && match(kind) {
			taken = append(taken, kind)
		} else {
			rest = append(rest, a)
		}
	}
	s.out = rest
	return taken
}

// sentAll takes the waiting messages of one kind to a peer.
func sentAll[M Message](s *script, to types.NodeID) []M {
	var list []M
	takeAll(s, func(a Send) bool {
		m, ok := a.Message.(M)
		if ok = ok && a.Peer == to; ok {
			list = append(list, m)
		}
		return ok
	})
	return list
}

// sent takes the one waiting message of a kind to a peer.
func sent[M Message](s *script, to types.NodeID) M {
	s.t.Helper()
	list := sentAll[M](s, to)
	require.Len(s.t, list, 1, "%T to %s; also waiting: %s", *new(M), to.Short(), s.waiting())
	return list[0]
}

// rest takes the message that tells a peer of what is pending by short ids, and has it ask
// for the ids.
func (s *script) rest(of types.NodeID) []types.Hash {
	s.t.Helper()
	told := sent[HaveShort](s, of)
	s.says(of, GetHave{Salt: told.Salt, ShortIDs: told.ShortIDs})
	return sent[Have](s, of).IDs
}

// action takes the one waiting action of a kind.
func action[A Effect](s *script) A {
	s.t.Helper()
	list := takeAll(s, func(A) bool { return true })
	require.Len(s.t, list, 1, "%T; also waiting: %s", *new(A), s.waiting())
	return list[0]
}

func (s *script) waiting() string {
	text := ""
	for _, a := range s.out {
		if send, ok := a.(Send); ok {
			text += fmt.Sprintf("\n\t%T to %s", send.Message, send.Peer.Short())
		} else {
			text += fmt.Sprintf("\n\t%T", a)
		}
	}
	return text
}

// quiet requires that every action was expected.
func (s *script) quiet() {
	s.t.Helper()
	require.Empty(s.t, s.out, s.waiting())
}

// dropped takes the Drop of a peer, for this reason and with or without a ban,
// and brings the end of the link back.
func (s *script) dropped(id types.NodeID, reason error, banned bool) {
	s.t.Helper()
	drop := action[Drop](s)
	require.Equal(s.t, id, drop.Peer)
	require.ErrorIs(s.t, drop.Reason, reason)
	require.Equal(s.t, banned, drop.Ban > 0, drop.Reason)
	s.handle(Disconnected{Peer: id})
}

// verify does the Verify that waits, and returns what became of it.
func (s *script) verify() error {
	s.t.Helper()
	run := action[Verify](s)
	change, err := s.write(run.Blocks...)
	if change.Moved {
		s.tipMoved()
	}
	s.handle(Verified{Blocks: run.Blocks, Err: err})
	return err
}

func (s *script) tipMoved() {
	b, err := s.chain.Block(s.chain.Tip().ID)
	require.NoError(s.t, err)
	s.handle(TipMoved{ID: b.Hash(), Block: &b})
}

// verifyAll does every Verify, and those that follow.
func (s *script) verifyAll() {
	s.t.Helper()
	for s.engine.downloads.verifying != nil {
		require.NoError(s.t, s.verify())
	}
}

// mine puts a block on the tip, as if by this node's miner.
func (s *script) mine(transfers ...types.Transaction) types.Block {
	b := chaintest.Next(s.chain.Tip(), types.NamedAddress("self"), transfers...)
	s.store(b)
	s.tipMoved()
	return b
}

// store puts blocks into the chain before anything is said.
func (s *script) store(blocks ...types.Block) {
	_, err := s.write(blocks...)
	require.NoError(s.t, err)
	s.engine.published = published{tip: claimOf(s.chain.Tip())}
}

// write gives blocks to the chain, and tells the view what came of it.
func (s *script) write(blocks ...types.Block) (chain.Change, error) {
	change, err := s.chain.AddBlocks(blocks...)
	require.NoError(s.t, s.view.Apply(change.Update))
	return change, err
}

// next mines a block on the tip that this node does not have.
func (s *script) next(transfers ...types.Transaction) types.Block {
	return chaintest.Next(s.chain.Tip(), types.NamedAddress("peer"), transfers...)
}

// branch mines blocks on the tip that this node does not have.
func (s *script) branch(count int) []types.Block {
	return chaintest.Branch(s.chain.Tip(), types.NamedAddress("peer"), count)
}

// transfer is one coin from a named account to another.
func (s *script) transfer(sender string, sequence uint64, change ...func(*types.Transaction)) types.Transaction {
	t := types.Transaction{Sequence: sequence, Recipient: types.NamedAddress("nobody"), Amount: types.Coin, Fee: 1000}
	for _, f := range change {
		f(&t)
	}
	t.Sign(types.NamedKey(sender), s.engine.genesis)
	return t
}

// admit does the Admits that wait, and those that follow.
func (s *script) admit() {
	for {
		list := takeAll(s, func(Admit) bool { return true })
		if len(list) == 0 {
			return
		}
		for _, a := range list {
			s.handle(Admitted{Transaction: a.Transaction, Err: s.pool.Add(a.Transaction)})
		}
	}
}

// give has a peer offer transactions and send those that it is asked for, while
// the mempool judges what came.
func (s *script) give(id types.NodeID, list ...types.Transaction) {
	byID := make(map[types.Hash]types.Transaction)
	for _, x := range list {
		byID[x.ID()] = x
	}
	for part := range slices.Chunk(idsOf(list...), maxIDs) {
		s.says(id, Have{IDs: part})
	}
	for asked := sentAll[GetTransactions](s, id); len(asked) > 0; asked = sentAll[GetTransactions](s, id) {
		for _, m := range asked {
			s.says(id, slices.Collect(answerTransactions(m.IDs, found(byID)))...)
		}
		s.admit()
	}
}

// found looks transactions up as a mempool does.
func found(byID map[types.Hash]types.Transaction) func(types.Hash) (types.Transaction, bool) {
	return func(id types.Hash) (types.Transaction, bool) {
		x, ok := byID[id]
		return x, ok
	}
}

// answered answers the GetTransactions that wait for a peer.
func (s *script) answered(id types.NodeID) (list []Message) {
	for _, a := range takeAll(s, func(a Serve) bool { return a.Peer == id }) {
		list = slices.AppendSeq(list, answerTransactions(a.Request.(GetTransactions).IDs, func(id types.Hash) (types.Transaction, bool) {
			if t := a.Withheld[id]; t != nil {
				return *t, true
			}
			return s.pool.Get(id)
		}))
	}
	return list
}

// textOf is data of a transfer: a JSON string of so many bytes, or none.
func textOf(size int) []byte {
	if size == 0 {
		return nil
	}
	return fmt.Appendf(nil, "%q", strings.Repeat("x", size))
}

// post admits a transaction of a client.
func (s *script) post(t types.Transaction) {
	require.NoError(s.t, s.pool.Add(t))
	s.handle(Admitted{Transaction: t})
}

func headersOf(blocks ...types.Block) Headers {
	var m Headers
	for i := range blocks {
		m.Headers = append(m.Headers, blocks[i].Header)
	}
	return m
}

// answerOf is headersOf that answers a GetHeaders.
func answerOf(blocks ...types.Block) Headers {
	m := headersOf(blocks...)
	m.Answer = true
	return m
}

func blocksOf(blocks ...types.Block) Blocks {
	var m Blocks
	for i := range blocks {
		m.Encoded = append(m.Encoded, blocks[i].Encode())
	}
	return m
}

func hashesOf(blocks ...types.Block) []types.Hash {
	var ids []types.Hash
	for i := range blocks {
		ids = append(ids, blocks[i].Hash())
	}
	return ids
}

func idsOf(list ...types.Transaction) []types.Hash {
	var ids []types.Hash
	for i := range list {
		ids = append(ids, list[i].ID())
	}
	return ids
}

// freshIDs are ids of transactions that nobody has.
func freshIDs(from, count int) []types.Hash {
	ids := make([]types.Hash, count)
	for i := range ids {
		binary.BigEndian.PutUint64(ids[i][:], uint64(from+i)+1)
	}
	return ids
}
