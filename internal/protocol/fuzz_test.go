package protocol

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/types"
)

// materials are what fuzzed peers build their messages from: blocks and
// transactions that are good, and some that are not.
type materials struct {
	blocks    []types.Block
	transfers []types.Transaction
	ids       []types.Hash // of all of them, and one of nothing
}

var fuzzMaterials = sync.OnceValue(func() materials {
	s := newScript(&testing.T{})
	var m materials
	transfer := func(sender string, sequence uint64) types.Transaction {
		x := s.transfer(sender, sequence)
		m.transfers = append(m.transfers, x)
		return x
	}
	state := s.chain.Tip()
	add := func(b types.Block) { m.blocks = append(m.blocks, b) }
	for n := range uint64(3) {
		add(chaintest.Next(state, types.NamedAddress("main"), transfer("alice", n), transfer("bob", n)))
		state = state.After(m.blocks[n].Header)
	}
	for _, b := range chaintest.Branch(s.chain.Tip(), types.NamedAddress("side"), 5) {
		add(b)
	}
	bad := s.invalid(state)
	add(bad)
	add(chaintest.Next(state.After(bad.Header), types.Address{}))
	add(mutated(m.blocks[4]))
	add(chaintest.Mine(state, types.Address{}, uint32(chaintest.Now().AddDate(1, 0, 0).Unix())))
	forged, orphan := transfer("carol", 0), s.next()
	forged.Signature[0] ^= 1
	orphan.Previous = types.Hash{7}
	chaintest.Solve(&orphan)
	add(orphan)
	m.transfers = append(m.transfers, forged, types.Transaction{Kind: types.Coinbase})
	m.ids = append(append(hashesOf(m.blocks...), idsOf(m.transfers...)...), types.Hash{9}, s.engine.genesis)
	return m
})

// fuzzed is one run: a script that takes its choices from input, and checks
// after each event what must always hold.
type fuzzed struct {
	*script
	materials
	input     []byte
	linked    map[types.NodeID]bool // from Connected to Drop or Disconnected
	verify    []Verify
	admits    []Admit
	resolving map[uint64]bool
	log       strings.Builder
}

// choose takes a number below n from the input.
func (f *fuzzed) choose(n int) int {
	if len(f.input) == 0 {
		return 0
	}
	b := f.input[0]
	f.input = f.input[1:]
	return int(b) % n
}

func choice[T any](f *fuzzed, list []T) T { return list[f.choose(len(list))] }

// some takes up to three of a list.
func some[T any](f *fuzzed, list []T) []T {
	var taken []T
	for range f.choose(4) {
		taken = append(taken, choice(f, list))
	}
	return taken
}

// fuzzPeers are ids on both sides of selfID, and selfID's own.
var fuzzPeers = []types.NodeID{{1}, {2}, {0xf1}, {0xf2}}

func (f *fuzzed) claim() Claim {
	claims := []Claim{claimOf(f.chain.Tip()), {}, {ID: types.Hash{9}}, {ID: choice(f, f.ids), Height: 1}}
	for i := range claims {
		if f.choose(2) == 1 {
			claims[i].Work.SetUint64(1 << f.choose(60))
		}
	}
	return choice(f, claims)
}

func (f *fuzzed) entries() []types.NodeInfo {
	return some(f, append(entries(fuzzPeers...), entryOf(selfID), entryOf(types.NodeID{0xe0}), types.NodeInfo{}))
}

// message is of any kind. Numbers of open Pings are known to an honest peer.
func (f *fuzzed) message(id types.NodeID) Message {
	p, block := f.engine.peer(id), choice(f, f.blocks)
	if p != nil && !p.ready && f.choose(16) > 0 {
		return f.helloOf(id, f.chain.Tip())
	}
	honest := p != nil && f.choose(32) > 0 // says nothing that ends the link at once
	switch kind(f.choose(int(kindGetHave) + 1)) {
	case kindHello:
		if honest {
			return Ping{}
		}
		m := f.helloOf(id, f.chain.Tip())
		m.Tip = f.claim()
		m.Version += uint32(f.choose(8) / 7)
		return m
	case kindPing:
		return Ping{Number: uint64(f.choose(3))}
	case kindPong:
		if honest && len(p.pings) == 0 {
			return GetAddresses{}
		}
		if honest {
			return Pong{Number: p.pings[0].number, Tip: f.claim()}
		}
		return Pong{Tip: f.claim()}
	case kindGetHeaders:
		return GetHeaders{Locator: some(f, f.ids)}
	case kindHeaders:
		at := choice(f, []int{0, 0, 1, 3, 3, 8, 9, f.choose(len(f.blocks))})
		return headersOf(f.blocks[at:min(at+f.choose(6), len(f.blocks))]...)
	case kindGetBlocks:
		return GetBlocks{IDs: some(f, f.ids)}
	case kindBlocks:
		if honest { // what was asked of it
			var answer []types.Block
			for _, b := range f.blocks {
				if _, asked := p.inFlight[b.Hash()]; asked {
					answer = append(answer, b)
				}
			}
			if len(answer) == 0 {
				return headersOf(f.blocks[:f.choose(4)]...)
			}
			return blocksOf(answer...)
		}
		return blocksOf(some(f, f.blocks)...)
	case kindNotFound:
		return NotFound{IDs: some(f, f.ids)}
	case kindCompact:
		m := makeCompact(&block, uint64(f.choose(3)))
		m.ShortIDs = m.ShortIDs[:max(0, len(m.ShortIDs)-f.choose(4)/3)]
		return m
	case kindGetBlockTransactions:
		return GetBlockTransactions{Block: block.Hash(), Indexes: some(f, []uint32{0, 1, 2, 3})}
	case kindBlockTransactions:
		if honest && p.partial != nil {
			block.Header = p.partial.block.Header
			block = byID(f.blocks, hashesOf(block))[0]
			answer, err := pickTransactions(&block, GetBlockTransactions{Block: block.Hash(), Indexes: p.partial.missing})
			require.NoError(f.t, err)
			return answer
		}
		return BlockTransactions{Block: block.Hash(), Transactions: some(f, f.transfers)}
	case kindHave:
		return Have{IDs: some(f, f.ids)}
	case kindHaveShort:
		return HaveShort{All: f.choose(2) == 1, Salt: 1, ShortIDs: shortIDsOf(1, some(f, f.ids))}
	case kindGetHave:
		return GetHave{Salt: 1, ShortIDs: shortIDsOf(1, some(f, f.ids))}
	case kindGetTransactions:
		return GetTransactions{IDs: some(f, f.ids)}
	case kindTransactions:
		if honest {
			return Transactions{Transactions: f.owed(id)}
		}
		return Transactions{Transactions: some(f, f.transfers)}
	case kindGetAddresses:
		return GetAddresses{}
	case kindGoodbye:
		if honest {
			return Ping{}
		}
		return Goodbye{}
	case kindSendCompact:
		return SendCompact{High: f.choose(2) == 1}
	case kindGetCompact:
		return GetCompact{Block: choice(f, f.ids)}
	default:
		return Addresses{Nodes: f.entries()}
	}
}

// owed are the transactions that a peer was asked for.
func (f *fuzzed) owed(id types.NodeID) []types.Transaction {
	var list []types.Transaction
	for _, x := range f.transfers {
		if w := f.engine.pending.asked[x.ID()]; w != nil && w.from == id {
			list = append(list, x)
		}
	}
	return list
}

// link connects a peer that mostly goes on to say Hello.
func (f *fuzzed) link(id types.NodeID) {
	f.linked[id] = true
	f.handle(Connected{Peer: id, Outbound: f.choose(2) == 1})
	if f.choose(8) > 0 {
		f.says(id, f.helloOf(id, f.chain.Tip()))
	}
}

// step lets one thing happen.
func (f *fuzzed) step() {
	id := choice(f, fuzzPeers)
	switch f.choose(32) {
	case 0:
		f.link(id)
	case 1:
		delete(f.linked, id)
		f.handle(Disconnected{Peer: id})
	case 2:
		f.handle(DialFailed{Peer: id})
	case 3:
		f.wait(time.Duration(f.choose(256)*f.choose(256)) * time.Millisecond)
		wake := f.engine.NextWake()
		require.True(f.t, wake.IsZero() || wake.After(f.now), "it would be woken without end")
	case 4, 5:
		f.doVerify()
	case 6:
		for _, a := range f.takeAdmits() {
			f.handle(Admitted{Transaction: a.Transaction, Err: f.pool.Add(a.Transaction)})
		}
	case 7:
		if len(f.verify) == 0 { // the chain has one writer
			f.mine()
		}
	case 8:
		number := uint64(f.choose(256))
		f.resolving[number] = true
		f.handle(Resolve{Number: number})
	case 9:
		switch f.choose(8) {
		case 0:
			f.handle(Departed{Nodes: []types.NodeID{id}})
		case 1:
			f.handle(Redial{Nodes: []types.NodeID{id}})
		default:
			f.handle(Learned{Nodes: f.entries()})
		}
	case 10:
		n := min(f.choose(40), len(f.input))
		f.handle(Received{Peer: id, Frame: slices.Clone(f.input[:n])})
		f.input = f.input[n:]
	default:
		if !f.linked[id] {
			f.link(id)
			f.check()
		}
		f.says(id, f.message(id))
	}
}

func (f *fuzzed) takeAdmits() []Admit {
	list := f.admits
	f.admits = nil
	return list
}

func (f *fuzzed) doVerify() {
	if len(f.verify) == 0 {
		return
	}
	run := f.verify[0]
	f.verify = nil
	change, err := f.write(run.Blocks...)
	moved := func() {
		if change.Moved {
			f.tipMoved()
		}
	}
	first := f.choose(2) == 0
	if first {
		moved()
	}
	f.handle(Verified{Blocks: run.Blocks, Err: err})
	if !first {
		moved()
	}
}

// check looks at what the engine wants done, in order, and at what it keeps.
func (f *fuzzed) check() {
	for _, a := range f.out {
		f.note(a)
	}
	f.out = nil
	e := f.engine
	f.checkTransactions()
	f.checkBook()
	require.LessOrEqual(f.t, e.relayed.Len(), maxRelayed)
	require.Len(f.t, e.downloads.order, len(e.downloads.received))
	bytes := 0
	for _, a := range e.downloads.received {
		bytes += a.size
	}
	require.Equal(f.t, bytes, e.downloads.bytes)
	require.LessOrEqual(f.t, bytes, e.config.MaxArrived+len(f.blocks)*types.MaxBlockSize)
	for _, p := range e.peers {
		require.True(f.t, f.linked[p.id], "a peer that is gone")
		require.LessOrEqual(f.t, p.knownTxs.Len(), maxKnown)
		require.LessOrEqual(f.t, len(p.compactSeen), maxCompactSeen)
		require.LessOrEqual(f.t, len(p.pings), maxPings)
		require.LessOrEqual(f.t, len(p.pongs), maxPings)
		require.LessOrEqual(f.t, len(p.toAnnounce), maxIDs)
	}
	require.LessOrEqual(f.t, len(e.fast.peers), e.config.Fast)
	for _, p := range e.fast.peers {
		require.Contains(f.t, e.peers, p, "a peer that is gone")
	}
	for id, q := range e.downloads.inFlight {
		require.False(f.t, e.downloads.received[id] != nil, "asked for and here")
		for _, a := range q.requests {
			require.True(f.t, a.peer.requested(id))
			require.Contains(f.t, e.peers, a.peer, "a peer that is gone")
		}
	}
}

// checkBook looks at what is remembered of other nodes.
func (f *fuzzed) checkBook() {
	b := &f.engine.book
	require.LessOrEqual(f.t, len(b.order), maxBook)
	trusted, dials := 0, 0
	for id, c := range b.nodes {
		require.Equal(f.t, id, c.entry.ID)
		require.False(f.t, c.trusted && f.engine.addresses.Has(id), "what somebody trusted has named is kept apart")
		require.True(f.t, c.trusted || c.dialling || !c.barred.IsZero() || c.up)
		if c.trusted {
			trusted++
		}
		if c.dialling && !c.feeler {
			dials++
		}
	}
	require.Len(f.t, b.order, trusted)
	require.Equal(f.t, dials, b.dials)
}

// checkTransactions looks at the books of what is on its way to the mempool.
func (f *fuzzed) checkTransactions() {
	e := f.engine
	require.LessOrEqual(f.t, len(e.pending.orphans.byID), maxOrphans)
	cost := 0
	for _, g := range e.pending.orphans.byID {
		cost += transferCost(&g.transaction)
	}
	require.Equal(f.t, cost, e.pending.orphans.cost)
	require.LessOrEqual(f.t, cost, maxOrphanBytes)
	require.LessOrEqual(f.t, e.pending.rejected.Len(), maxRejected)
	owed, admitting, offered := map[types.NodeID]int{}, map[types.NodeID]int{}, 0
	for id, w := range e.pending.asked {
		require.LessOrEqual(f.t, len(w.others), maxOthers)
		require.NotContains(f.t, e.pending.admitted, id)
		owed[w.from]++
	}
	for _, w := range e.pending.admitted {
		admitting[w.from] += w.cost
	}
	for _, p := range e.peers {
		require.Equal(f.t, owed[p.id], p.askedTxs)
		require.Equal(f.t, admitting[p.id], p.admitting)
		require.LessOrEqual(f.t, p.admitting, e.config.MaxAdmitting+maxOrphanBytes)
		require.LessOrEqual(f.t, len(p.announced), maxAnnounced)
		require.GreaterOrEqual(f.t, p.lateTxs, 0)
		offered += len(p.announced)
		delete(owed, p.id)
	}
	require.Empty(f.t, owed, "transactions asked of peers that are gone")
	require.Equal(f.t, offered, e.pending.offered)
}

// note keeps one action for later, and for the comparison of two runs.
func (f *fuzzed) note(a Effect) {
	to, reaches := types.NodeID{}, true
	switch a := a.(type) {
	case Send:
		frame := Encode(a.Message)
		_, err := Decode(frame)
		require.NoError(f.t, err, "%T", a.Message)
		require.LessOrEqual(f.t, len(frame), MaxFrame)
		to = a.Peer
		fmt.Fprintln(&f.log, a.Peer, hex.EncodeToString(frame))
	case Serve:
		to = a.Peer
	case Drop:
		to = a.Peer
		defer delete(f.linked, a.Peer)
	case Verify:
		f.verify = append(f.verify, a)
		require.Len(f.t, f.verify, 1, "one at a time")
		reaches = false
	case Admit:
		f.admits = append(f.admits, a)
		reaches = false
	case Discard:
		f.admits = slices.DeleteFunc(f.admits, func(admit Admit) bool { return admit.From == a.Peer })
		reaches = false
	case Resolved:
		require.True(f.t, f.resolving[a.Number])
		reaches = false
	case Heard:
		require.True(f.t, f.linked[a.From])
		reaches = false
	case TooNew:
		require.True(f.t, f.linked[a.From])
		reaches = false
	case Arrived:
		require.True(f.t, f.linked[a.From])
		reaches = false
	case Faster:
		to = a.Peer
		require.Positive(f.t, a.Lowest)
	case Dial:
		require.Nil(f.t, f.engine.peer(a.Node.ID), "connected already")
		reaches = false
	}
	if reaches {
		require.True(f.t, f.linked[to], "%T to a peer that is not connected", a)
	}
	if _, send := a.(Send); !send {
		fmt.Fprintf(&f.log, "%T %v\n", a, a)
	}
}

// runFuzzed returns all that the engine did about input.
func runFuzzed(t *testing.T, input []byte) string {
	f := &fuzzed{
		script: newScript(t, outbound(2)), materials: fuzzMaterials(), input: input,
		linked: map[types.NodeID]bool{}, resolving: map[uint64]bool{},
	}
	for range 300 {
		if len(f.input) == 0 {
			break
		}
		f.step()
		f.check()
	}
	return f.log.String()
}

func FuzzEngine(f *testing.F) {
	f.Add([]byte{})
	for seed := range byte(10) {
		f.Add(noise(seed, 2400))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		if once, again := runFuzzed(t, input), runFuzzed(t, input); once != again {
			t.Fatalf("two runs differ:\n%.2000s\n\n%.2000s", once, again)
		}
	})
}

// noise is a seed's worth of choices.
func noise(seed byte, size int) []byte {
	out := make([]byte, 0, size+types.HashSize)
	for h := types.DoubleSHA256([]byte{seed}); len(out) < size; h = types.DoubleSHA256(h[:]) {
		out = append(out, h[:]...)
	}
	return out
}
