package sim

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"github.com/holiman/uint256"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/core"
	"networkmngr/internal/mining"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// liar is a node that keeps to no rule. It looks into the honest nodes'
// chains, so that its lies are as good as can be.
type liar struct {
	*node
	tricks map[types.NodeID]trick // what it does to each peer
	blocks map[types.Hash]types.Block
	bad    map[types.Hash]types.Transaction
	names  int // identities that it has had
}

// trick is one way to do harm.
type trick int

const (
	silent       trick = iota // says Hello and nothing more
	garbage                   // sends bytes that mean nothing
	falseClaim                // claims work that it has not done
	badHeader                 // sends a header without its proof of work
	badBlock                  // vouches for a block that pays too much
	badCompact                // announces such a block, so that others pass it on
	badBody                   // sends a good header's block with another body
	withhold                  // shows good headers and keeps the blocks
	noBlocks                  // says that it has not found the blocks
	badTransfer               // sends a transfer that nobody signed
	flood                     // sends blocks and transfers that nobody asked for
	manyIDs                   // announces transfers that do not exist
	junk                      // names nodes that do not exist
	floodAsking               // asks for more than anybody needs, of any kind
	floodTelling              // tells of what is known, again and again
	headerFirst               // announces each new block first, and keeps it
	compactFirst              // the same with a compact block, whose transactions it keeps
	trickle                   // has all blocks, and gives one each 19 s
	emptyClaim                // claims work, and shows no header
	forgery                   // sends transfers that the sender has not signed
	rotation                  // sends more headers round and round than are remembered
	siblings                  // sends good blocks of the tip's height
	headerFlood               // sends headers of the least work, more than can be kept
	tricks                    // how many there are
)

var trickNames = [tricks]string{
	"silent", "garbage", "false claim", "bad header", "bad block", "bad compact block", "bad body",
	"withheld blocks", "no blocks", "bad transfer", "flood", "many ids", "junk addresses",
	"flood of questions", "flood of news",
	"header first", "compact block first", "blocks one by one", "empty claim", "forged transfers",
	"headers in rotation", "side blocks", "flood of headers",
}

// anyTricks are those that liars choose from who are not told what to do.
// Floods by what is asked for and told are for nodes with tight limits.
var anyTricks, tightTricks = tricksBut(floodAsking, floodTelling, headerFlood), tricksBut(headerFlood)

func tricksBut(these ...trick) (list []trick) {
	for t := range tricks {
		if !slices.Contains(these, t) {
			list = append(list, t)
		}
	}
	return list
}

func (t trick) String() string { return trickNames[t] }

func newLiar(n *node) *liar { return &liar{node: n} }

func (l *liar) start() {
	l.tricks = make(map[types.NodeID]trick)
	l.blocks, l.bad = make(map[types.Hash]types.Block), make(map[types.Hash]types.Transaction)
	l.seek()
}

// seek links to honest nodes again and again.
func (l *liar) seek() {
	w := l.world
	to := w.honest()[w.rand.IntN(w.config.Nodes)]
	if w.config.tricks != nil {
		to = w.honest()[w.config.Nodes-1]
	}
	if to.up() && to.bars(l.node) {
		l.rename()
	}
	w.dial(l.node, to.entry())
	w.someday(w.soon(2*time.Second), l.thisLife(l.seek))
}

// rename takes a new identity, which costs nothing, once the old one has no
// links.
func (l *liar) rename() {
	w := l.world
	for ends := range w.links {
		if ends.a == l.number || ends.b == l.number {
			return
		}
	}
	delete(w.byID, l.id)
	l.names++
	l.id = sha256.Sum256(fmt.Appendf(nil, "node %d, identity %d", l.number, l.names))
	w.byID[l.id] = l.node
	w.spent.identities++
}

func (l *liar) handle(in core.Input) {
	switch in := in.(type) {
	case core.Connected:
		l.connected(in.Peer)
	case core.Disconnected:
		delete(l.tricks, in.Peer)
	case core.Received:
		if m, err := protocol.Decode(in.Frame); err == nil {
			l.received(in.Peer, m)
		}
	}
}

func (l *liar) say(to types.NodeID, m protocol.Message) {
	l.world.send(l.node, l.world.byID[to], protocol.Encode(m), nil)
}

// crime sends what proves by itself that the sender is bad, and that an honest
// node has no link with who sent it any more, for a while if it bars at all.
func (l *liar) crime(to *node, frame []byte, bars bool) {
	w := l.world
	then := to.thisLife(func() {
		if to.hasPeer(l.id) || bars && w.config.Loss == 0 && !to.bars(l.node) {
			w.fault("node %d puts up with liar %d", to.number, l.number)
		}
	})
	w.send(l.node, to, frame, then)
}

func (l *liar) connected(peer types.NodeID) {
	w := l.world
	if l.world.byID[peer].liar != nil {
		return
	}
	from := w.config.tricks
	switch {
	case from != nil:
	case w.config.Tight:
		from = tightTricks
	default:
		from = anyTricks
	}
	how := from[w.rand.IntN(len(from))]
	l.tricks[peer] = how
	l.say(peer, protocol.Hello{
		Version: protocol.Version, Genesis: w.genesis.Params.GenesisID, Self: l.entry(), Tip: l.claim(peer),
	})
	l.harmLater(peer, how)
}

// claim is that of the honest node that is lied to, or far more.
func (l *liar) claim(peer types.NodeID) protocol.Claim {
	tip := l.world.byID[peer].chain.Tip()
	claim := protocol.Claim{ID: tip.ID, Height: tip.Height, Work: tip.Work}
	switch l.tricks[peer] {
	case trickle:
		tip = l.best().chain.Tip()
		return protocol.Claim{ID: tip.ID, Height: tip.Height, Work: tip.Work}
	case falseClaim, emptyClaim:
		claim.ID[0]++
		claim.Height += 1000
		claim.Work.Lsh(uint256.NewInt(1), 200)
	}
	return claim
}

// harmLater does harm again and again while the link stands.
func (l *liar) harmLater(peer types.NodeID, how trick) {
	l.world.someday(l.world.soon(cmp.Or(l.world.config.LieIn, 4*time.Second)), l.thisLife(func() {
		to := l.world.byID[peer]
		if current, up := l.tricks[peer]; !up || current != how || !to.up() {
			return
		}
		l.world.stats.Total["lies told"]++
		l.harm(peer, to, how)
		l.harmLater(peer, how)
	}))
}

func (l *liar) harm(peer types.NodeID, to *node, how trick) {
	w := l.world
	switch how {
	case garbage:
		frame := make([]byte, 1+w.rand.IntN(200))
		for i := range frame {
			frame[i] = byte(w.rand.Uint32())
		}
		frame[0] = 0xff
		l.crime(to, frame, true)
	case badHeader:
		b := l.block(to.chain.Tip())
		b.Bits--
		l.crime(to, protocol.Encode(protocol.Headers{Headers: []types.Header{b.Header}}), true)
	case badBlock:
		l.announce(peer, l.greedy(to.chain.Tip()))
	case badCompact:
		b := l.greedy(to.chain.Tip())
		l.blocks[b.Hash()] = b
		l.say(peer, protocol.Compact{Header: b.Header, Coinbase: b.Transactions[0]})
	case badBody, withhold, noBlocks:
		l.announceBranch(peer, to.chain.Tip(), 1+w.rand.IntN(5))
	case badTransfer:
		t := types.Transaction{Amount: 1, Sequence: w.rand.Uint64N(4)}
		t.PublicKey[0] = byte(w.rand.Uint32())
		l.bad[t.ID()] = t
		l.say(peer, protocol.Have{IDs: []types.Hash{t.ID()}})
	case flood:
		l.flood(to)
	case manyIDs:
		l.say(peer, protocol.Have{IDs: l.randomIDs(400)})
	case junk:
		l.say(peer, protocol.Addresses{Entries: l.nobodies(2)})
	case floodAsking, floodTelling:
		l.drown(to, l.deluges(how, to))
	case forgery:
		l.forge(to, l.many())
	case rotation:
		l.rotate(to, l.many())
	case siblings:
		l.sendSiblings(to, l.many())
	case headerFlood:
		if to == w.honest()[w.config.Nodes-1] {
			l.floodHeaders(to, l.many())
		}
	}
}

// block is a good one on top of state.
func (l *liar) block(state consensus.State) types.Block {
	b := mining.NewTemplate(state, nil, types.Address(l.id[:types.AddressSize]), nil, l.world.now, l.world.rand.Uint64())
	l.seal(&b)
	return b
}

// seal finds a proof of work.
func (l *liar) seal(b *types.Block) {
	l.world.spent.proofs++
	chaintest.Seal(b)
}

// greedy is a block with good proof of work that pays its miner too much.
func (l *liar) greedy(state consensus.State) types.Block {
	b := l.block(state)
	b.Transactions[0].Amount++
	l.seal(&b)
	return b
}

// announce vouches for a block.
func (l *liar) announce(peer types.NodeID, b types.Block) {
	l.blocks[b.Hash()] = b
	l.say(peer, protocol.Headers{Headers: []types.Header{b.Header}})
}

// announceBranch vouches for count good blocks.
func (l *liar) announceBranch(peer types.NodeID, state consensus.State, count int) {
	var headers []types.Header
	for range count {
		b := l.block(state)
		l.blocks[b.Hash()] = b
		headers = append(headers, b.Header)
		state = state.After(b.Header)
	}
	l.say(peer, protocol.Headers{Headers: headers})
}

func (l *liar) randomIDs(count int) []types.Hash {
	ids := make([]types.Hash, count)
	for i := range ids {
		for j := range ids[i] {
			ids[i][j] = byte(l.world.rand.Uint32())
		}
	}
	return ids
}

func (l *liar) nobodies(count int) []protocol.Entry {
	list := make([]protocol.Entry, count)
	for i, id := range l.randomIDs(count) {
		list[i] = protocol.Entry{ID: types.NodeID(id), Address: "nowhere", P2P: []string{"nowhere"}}
	}
	return list
}

// received answers what must be answered, or seems to.
func (l *liar) received(peer types.NodeID, m protocol.Message) {
	how, up := l.tricks[peer]
	if !up || how == silent {
		return
	}
	switch m := m.(type) {
	case protocol.Ping:
		l.say(peer, protocol.Pong{Number: m.Number, Tip: l.claim(peer)})
	case protocol.GetHeaders:
		if how == emptyClaim {
			return
		}
		from := l.world.byID[peer]
		if how == trickle {
			from = l.best()
		}
		headers := from.view.HeadersAfter(m.Locator, 2000)
		l.say(peer, protocol.Headers{Answer: true, Headers: headers})
	case protocol.GetBlocks:
		l.giveBlocks(peer, how, m.IDs)
	case protocol.GetBlockTransactions:
		if how == compactFirst || how == rotation {
			return
		}
		l.say(peer, protocol.BlockTransactions{Block: m.Block, Transactions: make([]types.Transaction, len(m.Indexes))})
	case protocol.GetTransactions:
		l.giveTransfers(peer, m.IDs)
	}
}

func (l *liar) giveBlocks(peer types.NodeID, how trick, ids []types.Hash) {
	switch how {
	case noBlocks:
		l.say(peer, protocol.NotFound{IDs: ids})
		return
	case withhold, headerFirst, compactFirst:
		return
	case trickle:
		l.giveOneByOne(peer, ids)
		return
	}
	for _, id := range ids {
		b, ok := l.blocks[id]
		if !ok {
			continue
		}
		if how == badBody {
			b.Transactions = append([]types.Transaction{b.Transactions[0]}, b.Transactions...)
		}
		l.say(peer, protocol.Blocks{Encoded: [][]byte{b.Encode()}})
	}
}

func (l *liar) giveTransfers(peer types.NodeID, ids []types.Hash) {
	var list []types.Transaction
	for _, id := range ids {
		if t, ok := l.bad[id]; ok {
			list = append(list, t)
			delete(l.bad, id)
		}
	}
	for part := range slices.Chunk(list, 1000) {
		l.say(peer, protocol.Transactions{Transactions: part})
	}
}
