package sim

import (
	"slices"
	"time"

	"github.com/holiman/uint256"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/miner"
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
	tricks                    // how many there are
)

var trickNames = [tricks]string{
	"silent", "garbage", "false claim", "bad header", "bad block", "bad compact block", "bad body",
	"withheld blocks", "no blocks", "bad transfer", "flood", "many ids", "junk addresses",
	"flood of questions", "flood of news",
}

func (t trick) String() string { return trickNames[t] }

func newLiar(n *node) *liar { return &liar{node: n} }

func (l *liar) start() {
	l.tricks = make(map[types.NodeID]trick)
	l.blocks, l.bad = make(map[types.Hash]types.Block), make(map[types.Hash]types.Transaction)
	l.seek()
}

// seek links to random honest nodes again and again.
func (l *liar) seek() {
	w := l.world
	to := w.honest()[w.rand.IntN(w.config.Nodes)]
	w.dial(l.node, to.entry())
	w.someday(w.soon(2*time.Second), l.thisLife(l.seek))
}

func (l *liar) handle(ev protocol.Event) {
	switch ev := ev.(type) {
	case protocol.Connected:
		l.connected(ev.Peer)
	case protocol.Disconnected:
		delete(l.tricks, ev.Peer)
	case protocol.Received:
		if m, err := protocol.Decode(ev.Frame); err == nil {
			l.received(ev.Peer, m)
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
	how := trick(w.rand.IntN(int(tricks)))
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
	if l.tricks[peer] == falseClaim {
		claim.ID[0]++
		claim.Height += 1000
		claim.Work.Lsh(uint256.NewInt(1), 200)
	}
	return claim
}

// harmLater does harm again and again while the link stands.
func (l *liar) harmLater(peer types.NodeID, how trick) {
	l.world.someday(l.world.soon(4*time.Second), l.thisLife(func() {
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
	}
}

// block is a good one on top of state.
func (l *liar) block(state consensus.State) types.Block {
	b := miner.NewTemplate(state, nil, types.Address(l.id[:types.AddressSize]), nil, l.world.now, l.world.rand.Uint64())
	chaintest.Seal(&b)
	return b
}

// greedy is a block with good proof of work that pays its miner too much.
func (l *liar) greedy(state consensus.State) types.Block {
	b := l.block(state)
	b.Transactions[0].Amount++
	chaintest.Seal(&b)
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

func (l *liar) flood(to *node) {
	b, err := to.chain.Block(to.chain.Tip().ID)
	if err != nil {
		l.world.fault("node %d: %v", to.number, err)
		return
	}
	if l.world.rand.IntN(2) == 0 {
		l.crime(to, protocol.Encode(protocol.Blocks{Encoded: [][]byte{b.Encode()}}), false)
	} else {
		l.crime(to, protocol.Encode(protocol.Transactions{Transactions: b.Transactions[:1]}), false)
	}
}

// limits are what nodes may cost each other here, where they have little to say:
// less than in earnest, so that floods are short, and whoever comes near the
// limits without being a liar is found.
var limits = protocol.Limits{
	HeadersAsked:        protocol.Limit{Burst: 100, Interval: 100 * time.Millisecond},
	BlocksAsked:         protocol.Limit{Burst: 2000, Interval: 2 * time.Millisecond},
	TransactionsAsked:   protocol.Limit{Burst: 5000, Interval: 5 * time.Millisecond},
	TransactionsOffered: protocol.Limit{Burst: 5000, Interval: 5 * time.Millisecond},
	HeadersTold:         protocol.Limit{Burst: 2000, Interval: 5 * time.Millisecond},
	NodesTold:           protocol.Limit{Burst: 500, Interval: 5 * time.Millisecond},
	Pongs:               protocol.Limit{Burst: 100, Interval: 10 * time.Millisecond},
	Ignored:             protocol.Limit{Burst: 10, Interval: 10 * time.Second},
}

// deluge is a message of which a few are fine.
type deluge struct {
	message protocol.Message
	price   int // of one message
	limit   protocol.Limit
}

// deluges are floods of questions, or of news that are none.
func (l *liar) deluges(how trick, to *node) []deluge {
	tip := to.chain.Tip().ID
	locator := to.chain.Locator(tip)
	if how == floodAsking {
		return []deluge{
			{protocol.GetHeaders{Locator: locator[:1]}, 1, limits.HeadersAsked},
			{protocol.GetBlocks{IDs: slices.Repeat([]types.Hash{tip}, 100)}, 100, limits.BlocksAsked},
			{protocol.GetTransactions{IDs: l.randomIDs(500)}, 500, limits.TransactionsAsked},
		}
	}
	headers := to.chain.HeadersAfter(locator[len(locator)-1:], 200)
	var known []protocol.Entry
	for _, n := range l.world.honest() {
		known = append(known, n.entry())
	}
	return []deluge{
		{protocol.Have{IDs: l.randomIDs(500)}, 500, limits.TransactionsOffered},
		{protocol.Headers{Headers: headers}, max(1, len(headers)), limits.HeadersTold},
		{protocol.Addresses{Entries: known}, len(known), limits.NodesTold},
	}
}

// drown sends twice as much as breaks a limit, so that some may be lost.
func (l *liar) drown(to *node, with []deluge) {
	d := with[l.world.rand.IntN(len(with))]
	frame := protocol.Encode(d.message)
	for range 2 * (d.limit.Burst/d.price + limits.Ignored.Burst) {
		l.world.send(l.node, to, frame, nil)
	}
	l.crime(to, frame, true)
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
		headers := l.world.byID[peer].chain.HeadersAfter(m.Locator, 2000)
		l.say(peer, protocol.Headers{Answer: true, Headers: headers})
	case protocol.GetBlocks:
		l.giveBlocks(peer, how, m.IDs)
	case protocol.GetBlockTransactions:
		l.say(peer, protocol.BlockTransactions{Block: m.Block, Transactions: make([]types.Transaction, len(m.Indexes))})
	case protocol.GetTransactions:
		l.giveTransfers(peer, m.IDs)
	}
}

func (l *liar) giveBlocks(peer types.NodeID, how trick, ids []types.Hash) {
	if how == noBlocks {
		l.say(peer, protocol.NotFound{IDs: ids})
		return
	}
	if how == withhold {
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
	var answer protocol.Transactions
	for _, id := range ids {
		if t, ok := l.bad[id]; ok {
			answer.Transactions = append(answer.Transactions, t)
		}
	}
	if len(answer.Transactions) > 0 {
		l.say(peer, answer)
	}
}
