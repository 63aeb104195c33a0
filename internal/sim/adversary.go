package sim

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
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

// adversary is a node that keeps to no rule. It looks into the honest nodes'
// chains, so that what it claims is as good as can be.
type adversary struct {
	*node
	behaviours map[types.NodeID]behaviour // what it does to each peer
	blocks     map[types.Hash]types.Block
	bad        map[types.Hash]types.Transaction
	names      int // identities that it has had
}

// spent is what adversaries spend.
type spent struct {
	bytes      int // sent
	proofs     int // of work
	identities int // besides the first ones
}

// behaviour is one way to do harm.
type behaviour int

const (
	silent       behaviour = iota // says Hello and nothing more
	garbage                       // sends bytes that mean nothing
	falseClaim                    // claims work that it has not done
	badHeader                     // sends a header without its proof of work
	badBlock                      // vouches for a block that pays too much
	badCompact                    // announces such a block, so that others pass it on
	badBody                       // sends a good header's block with another body
	withhold                      // shows good headers and keeps the blocks
	noBlocks                      // says that it has not found the blocks
	badTransfer                   // sends a transfer that nobody signed
	flood                         // sends blocks and transfers that nobody asked for
	manyIDs                       // announces transfers that do not exist
	junk                          // names nodes that do not exist
	floodAsking                   // asks for more than anybody needs, of any kind
	floodTelling                  // tells of what is known, again and again
	headerFirst                   // announces each new block first, and keeps it
	compactFirst                  // the same with a compact block, whose transactions it keeps
	trickle                       // has all blocks, and gives one each 19 s
	emptyClaim                    // claims work, and shows no header
	forgery                       // sends transfers that the sender has not signed
	rotation                      // sends more headers round and round than are remembered
	siblings                      // sends good blocks of the tip's height
	headerFlood                   // sends headers of the least work, more than can be kept
	behaviours                    // how many there are
)

var behaviourNames = [behaviours]string{
	"silent", "garbage", "false claim", "bad header", "bad block", "bad compact block", "bad body",
	"withheld blocks", "no blocks", "bad transfer", "flood", "many ids", "junk addresses",
	"flood of questions", "flood of news",
	"header first", "compact block first", "blocks one by one", "empty claim", "forged transfers",
	"headers in rotation", "side blocks", "flood of headers",
}

// anyBehaviours are those that adversaries choose from who are not told what to do.
// Floods by what is asked for and told are for nodes with tight limits.
var anyBehaviours, tightBehaviours = behavioursBut(floodAsking, floodTelling, headerFlood), behavioursBut(headerFlood)

func behavioursBut(these ...behaviour) (list []behaviour) {
	for t := range behaviours {
		if !slices.Contains(these, t) {
			list = append(list, t)
		}
	}
	return list
}

func (t behaviour) String() string { return behaviourNames[t] }

func newAdversary(n *node) *adversary { return &adversary{node: n} }

func (a *adversary) start() {
	a.behaviours = make(map[types.NodeID]behaviour)
	a.blocks, a.bad = make(map[types.Hash]types.Block), make(map[types.Hash]types.Transaction)
	a.seek()
}

// seek links to honest nodes again and again.
func (a *adversary) seek() {
	w := a.world
	to := w.honest()[w.rand.IntN(w.config.Nodes)]
	if w.config.behaviours != nil {
		to = w.honest()[w.config.Nodes-1]
	}
	if to.up() && to.bars(a.node) {
		a.rename()
	}
	w.dial(a.node, to.entry())
	w.background(w.exponential(2*time.Second), a.thisBoot(a.seek))
}

// rename takes a new identity, which costs nothing, once the old one has no
// links.
func (a *adversary) rename() {
	w := a.world
	if len(a.links) > 0 {
		return
	}
	delete(w.byID, a.id)
	a.names++
	a.id = sha256.Sum256(fmt.Appendf(nil, "node %d, identity %d", a.number, a.names))
	w.byID[a.id] = a.node
	w.spent.identities++
}

func (a *adversary) handle(in core.Input) {
	switch in := in.(type) {
	case core.Connected:
		a.connected(in.Peer)
	case core.Disconnected:
		delete(a.behaviours, in.Peer)
	case core.Received:
		if m, err := protocol.Decode(in.Frame); err == nil {
			a.received(in.Peer, m)
		}
	}
}

func (a *adversary) say(to types.NodeID, m protocol.Message) {
	a.world.send(a.node, a.world.byID[to], protocol.Encode(m), nil)
}

// offence sends what proves by itself that the sender is bad, and that an honest
// node has no link with who sent it any more, for a while if it bans at all.
func (a *adversary) offence(to *node, frame []byte, bars bool) {
	a.offend(to, frame, bars, func() bool { return true })
}

// offend is offence for a frame that proves it only if something else holds by then.
func (a *adversary) offend(to *node, frame []byte, bars bool, proves func() bool) {
	w := a.world
	then := to.thisBoot(func() {
		if !proves() {
			return
		}
		if to.hasPeer(a.id) || bars && w.config.Loss == 0 && !to.bars(a.node) {
			w.violation("node %d puts up with adversary %d", to.number, a.number)
		}
	})
	w.send(a.node, to, frame, then)
}

func (a *adversary) connected(peer types.NodeID) {
	w := a.world
	if a.world.byID[peer].adversary != nil {
		return
	}
	from := w.config.behaviours
	switch {
	case from != nil:
	case w.config.Tight:
		from = tightBehaviours
	default:
		from = anyBehaviours
	}
	how := from[w.rand.IntN(len(from))]
	a.behaviours[peer] = how
	a.say(peer, protocol.Hello{
		Version: protocol.Version, Genesis: w.genesis.Params.GenesisID, Self: a.entry(), Tip: a.claim(peer),
	})
	a.harmLater(peer, how)
}

// claim is that of the honest node at the other end, or far more.
func (a *adversary) claim(peer types.NodeID) protocol.Claim {
	tip := a.world.byID[peer].chain.Tip()
	claim := protocol.Claim{ID: tip.ID, Height: tip.Height, Work: tip.Work}
	switch a.behaviours[peer] {
	case trickle:
		tip = a.best().chain.Tip()
		return protocol.Claim{ID: tip.ID, Height: tip.Height, Work: tip.Work}
	case falseClaim, emptyClaim:
		claim.ID[0]++
		claim.Height += 1000
		claim.Work.Lsh(uint256.NewInt(1), 200)
	}
	return claim
}

// harmLater does harm again and again while the link stands.
func (a *adversary) harmLater(peer types.NodeID, how behaviour) {
	a.world.background(a.world.exponential(cmp.Or(a.world.config.AttackIn, 4*time.Second)), a.thisBoot(func() {
		to := a.world.byID[peer]
		if current, up := a.behaviours[peer]; !up || current != how || !to.up() {
			return
		}
		a.world.stats.Total["offences"]++
		a.harm(peer, to, how)
		a.harmLater(peer, how)
	}))
}

func (a *adversary) harm(peer types.NodeID, to *node, how behaviour) {
	switch how {
	case garbage:
		a.offence(to, a.garbage(), true)
	case badHeader:
		a.offence(to, a.unprovenHeader(to), true)
	case badBlock:
		a.announce(peer, a.greedy(to.chain.Tip()))
	case badCompact:
		a.sendCompact(peer, a.greedy(to.chain.Tip()))
	case badBody, withhold, noBlocks:
		a.announceBranch(peer, to.chain.Tip(), 1+a.world.rand.IntN(5))
	case badTransfer:
		a.announceTransfer(peer, a.unsigned())
	default:
		a.overload(peer, to, how)
	}
}

// overload does harm by how much it sends.
func (a *adversary) overload(peer types.NodeID, to *node, how behaviour) {
	switch how {
	case flood:
		a.flood(to)
	case manyIDs:
		a.say(peer, protocol.Have{IDs: a.randomIDs(400)})
	case junk:
		a.say(peer, protocol.Addresses{Nodes: a.unknownNodes(2)})
	case floodAsking, floodTelling:
		a.sendFlood(to, a.floods(how, to))
	case forgery:
		a.forge(to, a.many())
	case rotation:
		a.rotate(to, a.many())
	case siblings:
		a.sendSiblings(to, a.many())
	case headerFlood:
		if to == a.world.honest()[a.world.config.Nodes-1] {
			a.floodHeaders(to, a.many())
		}
	}
}

// garbage is a frame that means nothing.
func (a *adversary) garbage() []byte {
	frame := make([]byte, 1+a.world.rand.IntN(200))
	for i := range frame {
		frame[i] = byte(a.world.rand.Uint32())
	}
	frame[0] = 0xff
	return frame
}

// unprovenHeader is a frame with a header whose proof of work is for another target.
func (a *adversary) unprovenHeader(to *node) []byte {
	b := a.block(to.chain.Tip())
	b.Bits--
	return protocol.Encode(protocol.Headers{Headers: []types.Header{b.Header}})
}

// sendCompact announces a block so that others pass it on.
func (a *adversary) sendCompact(peer types.NodeID, b types.Block) {
	a.blocks[b.Hash()] = b
	a.say(peer, protocol.Compact{Header: b.Header, Coinbase: b.Transactions[0]})
}

// unsigned is a transfer that nobody signed.
func (a *adversary) unsigned() types.Transaction {
	t := types.Transaction{Amount: 1, Sequence: a.world.rand.Uint64N(4)}
	t.PublicKey[0] = byte(a.world.rand.Uint32())
	return t
}

// announceTransfer says that it has a transfer.
func (a *adversary) announceTransfer(peer types.NodeID, t types.Transaction) {
	a.bad[t.ID()] = t
	a.say(peer, protocol.Have{IDs: []types.Hash{t.ID()}})
}

// block is a good one on top of state. No ids are kept with it, as it may be changed.
func (a *adversary) block(state consensus.State) types.Block {
	template := mining.NewTemplate(state, nil, a.id.Account(), nil, a.world.now, a.world.rand.Uint64())
	b := types.Block{Header: template.Header, Transactions: template.Transactions}
	a.solve(&b)
	return b
}

// solve finds a proof of work.
func (a *adversary) solve(b *types.Block) {
	a.world.spent.proofs++
	chaintest.Solve(b)
}

// greedy is a block with good proof of work that pays its miner too much.
func (a *adversary) greedy(state consensus.State) types.Block {
	b := a.block(state)
	b.Transactions[0].Amount++
	a.solve(&b)
	return b
}

// announce vouches for a block.
func (a *adversary) announce(peer types.NodeID, b types.Block) {
	a.blocks[b.Hash()] = b
	a.say(peer, protocol.Headers{Headers: []types.Header{b.Header}})
}

// announceBranch vouches for count good blocks.
func (a *adversary) announceBranch(peer types.NodeID, state consensus.State, count int) {
	var headers []types.Header
	for range count {
		b := a.block(state)
		a.blocks[b.Hash()] = b
		headers = append(headers, b.Header)
		state = state.After(b.Header)
	}
	a.say(peer, protocol.Headers{Headers: headers})
}

func (a *adversary) randomIDs(count int) []types.Hash {
	ids := make([]types.Hash, count)
	for i := range ids {
		for j := 0; j < types.HashSize; j += 8 {
			binary.LittleEndian.PutUint64(ids[i][j:], a.world.rand.Uint64())
		}
	}
	return ids
}

func (a *adversary) unknownNodes(count int) []types.NodeInfo {
	list := make([]types.NodeInfo, count)
	for i, id := range a.randomIDs(count) {
		list[i] = types.NodeInfo{ID: types.NodeID(id), Address: "nowhere", P2P: []string{fmt.Sprintf("/ip4/%d.%d.%d.%d/tcp/1", 1+id[0]%120, id[1], id[2], id[3])}}
	}
	return list
}

// received answers what must be answered, or seems to.
func (a *adversary) received(peer types.NodeID, m protocol.Message) {
	how, up := a.behaviours[peer]
	if !up || how == silent {
		return
	}
	switch m := m.(type) {
	case protocol.Ping:
		a.say(peer, protocol.Pong{Number: m.Number, Tip: a.claim(peer)})
	case protocol.GetHeaders:
		if how == emptyClaim {
			return
		}
		from := a.world.byID[peer]
		if how == trickle {
			from = a.best()
		}
		headers := from.view.HeadersTo(from.view.Tip().ID, m.Locator, 2000)
		a.say(peer, protocol.Headers{Answer: true, Headers: headers})
	case protocol.GetBlocks:
		a.giveBlocks(peer, how, m.IDs)
	case protocol.GetCompact:
		a.giveBlocks(peer, how, []types.Hash{m.Block})
	case protocol.GetBlockTransactions:
		if how == compactFirst || how == rotation {
			return
		}
		a.say(peer, protocol.BlockTransactions{Block: m.Block, Transactions: make([]types.Transaction, len(m.Indexes))})
	case protocol.GetTransactions:
		a.giveTransfers(peer, m.IDs)
	}
}

func (a *adversary) giveBlocks(peer types.NodeID, how behaviour, ids []types.Hash) {
	switch how {
	case noBlocks:
		a.say(peer, protocol.NotFound{IDs: ids})
		return
	case withhold, headerFirst, compactFirst:
		return
	case trickle:
		a.giveOneByOne(peer, ids)
		return
	}
	for _, id := range ids {
		b, ok := a.blocks[id]
		if !ok {
			continue
		}
		if how == badBody {
			b.Transactions = append([]types.Transaction{b.Transactions[0]}, b.Transactions...)
		}
		a.say(peer, protocol.Blocks{Encoded: [][]byte{b.Encode()}})
	}
}

func (a *adversary) giveTransfers(peer types.NodeID, ids []types.Hash) {
	var list []types.Transaction
	for _, id := range ids {
		if t, ok := a.bad[id]; ok {
			list = append(list, t)
			delete(a.bad, id)
		}
	}
	for part := range slices.Chunk(list, 1000) {
		a.say(peer, protocol.Transactions{Transactions: part})
	}
}
