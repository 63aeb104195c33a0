package protocol

import (
	"encoding/binary"
	"iter"
	"math/rand/v2"
	"time"

	"networkmngr/internal/addrman"
	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/netgroup"
	"networkmngr/internal/recent"
	"networkmngr/internal/times"
	"networkmngr/internal/types"
)

// Chain is what the engine asks of the chain. None of it waits for a disk.
type Chain interface {
	Tip() consensus.State
	Header(types.Hash) (chain.Header, bool)
	HeadersTip() chain.Header
	AddHeaders([]types.Header) error
	Missing(id types.Hash, limit int) []chain.Ref
	Locator(id types.Hash) []types.Hash
	HeadersTo(end types.Hash, locator []types.Hash, limit int) []types.Header
}

// Pool is what the engine asks of the mempool.
type Pool interface {
	Has(types.Hash) bool
	// All returns every pending transaction, in no particular order. They may be kept, and
	// not changed.
	All() iter.Seq2[types.Hash, *types.Transaction]
	// Len counts them.
	Len() int
	// IDs names at most limit of them, each sender's in sequence order.
	IDs(limit int) []types.Hash
}

// Engine is one node's side of the protocol. It is used by one goroutine at a
// time.
type Engine struct {
	config  Config
	self    types.NodeInfo
	genesis types.Hash
	chain   Chain
	pool    *secret
	rand    *rand.Rand

	now         time.Time // of the input in hand
	work        Work
	out         []Effect // that follow from it
	peers       []*peer  // in the order in which they came, so that runs repeat
	book        addressBook
	addresses   *addrman.Manager             // of what others have told of
	wanted      []types.NodeID               // anchors of the last life that are to be dialled
	anchors     []types.NodeID               // of this one
	answers     map[netgroup.Reach]toldNodes // to those that ask for nodes
	relayKey    [16]byte                     // of which peers are told of which nodes
	tooNew      tooNew
	downloads   downloads
	relayed     recent.Map[types.Hash, *relayed] // the blocks that were announced last
	fast        fast
	doubted     types.Hash // parent of the last invalid block
	pending     transactions
	resolves    []resolve
	discouraged discouraged
	departed    departed
	byHand      map[types.NodeID]struct{} // nodes that somebody has had dialled
	leaving     bool                      // and makes no more links
	published   published
	unfilled    int // links for which nobody was found

	// When time asks for something, and zero for never; see NextWake.
	checkAt     time.Time // a peer may owe something for too long, or is to be pinged
	pongAt      time.Time // a Pong for which a peer waits
	tipAt       time.Time // headers of the tip have waited for long enough
	flushAt     time.Time // announcements have waited for long enough for more to join them
	seekAt      time.Time // a node that is wanted as a peer may be dialled
	extraPeerAt time.Time // next try of one peer more
	feelerAt    time.Time // next try whether a node is there
	newsAt      time.Time // a peer may be told of nodes that are news
	selfAt      time.Time // a peer is told of this node
}

// New makes an engine that knows nobody yet. self is what it tells others of
// this node.
func New(config Config, self types.NodeInfo, genesis types.Hash, chain Chain, pool Pool, random *rand.Rand) *Engine {
	e := &Engine{
		addresses: addrman.New(config.Addresses, random),
		config:    config, self: self, genesis: genesis, chain: chain, pool: newSecret(pool), rand: random,
		book: newAddressBook(self.ID), downloads: newDownloads(), pending: newTransactions(),
		relayed: recent.NewMap[types.Hash, *relayed](maxRelayed), fast: newFast(), tooNew: tooNew{told: recent.NewMap[types.Hash, struct{}](maxTooNew)}, discouraged: make(discouraged), departed: newDeparted(), answers: make(map[netgroup.Reach]toldNodes), byHand: make(map[types.NodeID]struct{}), published: published{tip: claimOf(chain.Tip())},
	}
	binary.BigEndian.PutUint64(e.relayKey[:], random.Uint64())
	binary.BigEndian.PutUint64(e.relayKey[8:], random.Uint64())
	return e
}

// Handle takes what happened and returns what is to be done about it, in order. The next
// call uses the list's room again: who may call it before all is done keeps a copy.
func (e *Engine) Handle(now time.Time, in Input) []Effect {
	clear(e.out)
	e.now, e.out = now, e.out[:0]
	e.take(in)
	e.schedule()
	e.askTransactions()
	e.answerPings()
	e.checkResolves()
	return e.out
}

// take is Handle without what follows from all of it together.
func (e *Engine) take(in Input) {
	switch in := in.(type) {
	case Connected:
		e.connected(in)
	case Disconnected:
		e.disconnected(in.Peer)
	case DialFailed:
		delete(e.byHand, in.Peer)
		e.dialFailed(in.Peer)
		e.seekAt = times.First(e.seekAt, e.now.Add(seekAfter))
	case Received:
		e.received(in)
	case TipMoved:
		e.tipMoved(in)
	case Publish:
		e.publish(in)
	case Verified:
		e.verified(in)
	case Decided:
		e.decided()
	case Admitted:
		e.admitted(in)
	case Learned:
		e.learn(in.Nodes)
	case Seeded:
		e.seeded(in)
	case Restored:
		e.restore(in.Book)
	case Departed:
		e.depart(in.Nodes)
	case Barred:
		e.bar(in)
	case Redial:
		e.redial(in.Nodes)
	case Connect:
		e.connectByHand(in.Node)
	case Disconnect:
		e.disconnectByHand(in)
	case Leave:
		e.leave()
	case Resolve:
		e.resolve(in.Number)
	case Wake:
		e.wake()
	}
}

func (e *Engine) do(effect Effect) { e.out = append(e.out, effect) }

func (e *Engine) send(p *peer, m Message) { e.sendFrame(p, m, Encode(m)) }

// sendFrame is send for who has encoded m already.
func (e *Engine) sendFrame(p *peer, m Message, frame []byte) { e.do(Send{p.id, m, frame}) }

// received is one frame of a peer. Only its Hello may come first.
func (e *Engine) received(ev Received) {
	p := e.peer(ev.Peer)
	if p == nil {
		return // dropped while the frame was under way
	}
	p.heard = e.now
	if !p.ready {
		if err := greeting(ev.Frame); err != nil {
			e.drop(p, err)
			return
		}
	}
	if !e.awaits(p, ev.Frame) {
		return
	}
	m, err := Decode(ev.Frame)
	if err != nil {
		e.ban(p, err)
		return
	}
	switch hello, ok := m.(Hello); {
	case ok && p.ready:
		e.drop(p, errOutOfTurn)
	case ok:
		e.hello(p, hello)
	case e.allow(p, m):
		e.message(p, m)
	}
}

func (e *Engine) message(p *peer, m Message) {
	if e.config.NoRelay && p.announces(m) {
		return
	}
	switch m := m.(type) {
	case Ping:
		e.pinged(p, m)
	case Pong:
		e.pong(p, m)
	case GetHeaders:
		e.getHeaders(p, m)
	case Headers:
		e.headers(p, m)
	case GetBlocks:
		e.getBlocks(p, m)
	case Blocks:
		e.blocks(p, m)
	case NotFound:
		e.notFound(p, m)
		e.transactionsGone(p, m.IDs)
	case SendCompact:
		p.highBandwidth = m.High
	case GetCompact:
		e.getCompact(p, m)
	case Compact:
		e.compact(p, m)
	case GetBlockTransactions:
		e.getBlockTransactions(p, m)
	case BlockTransactions:
		e.blockTransactions(p, m)
	case Have:
		e.have(p, m)
	case HaveShort:
		e.haveShort(p, m)
	case GetHave:
		e.getHave(p, m)
	case GetTransactions:
		e.getTransactions(p, m)
	case Transactions:
		e.transactions(p, m)
	case GetAddresses:
		e.answerAddresses(p)
	case Addresses:
		e.handleAddresses(p, m)
	case Goodbye:
		e.goodbye(p)
	}
}

// wake does what time asks for.
func (e *Engine) wake() {
	if e.isDue(e.checkAt) {
		e.checkPeers()
	}
	if e.isDue(e.pending.expireAt) {
		e.pending.expire(e)
	}
	if e.isDue(e.flushAt) {
		e.flushAll()
	}
	if e.isDue(e.tipAt) {
		e.tellTip()
	}
	e.downloads.expire(e.now, maxTimeouts*e.config.RequestTimeout)
	e.seekAgain()
	e.tryExtraPeer()
	e.tryFeeler()
	e.tellSelf()
	if e.isDue(e.newsAt) {
		e.tellNews()
	}
}

// IsReady reports whether a peer is one of those, and whether we dialled it.
func (e *Engine) IsReady(id types.NodeID) (outbound, ready bool) {
	p := e.peer(id)
	if p == nil {
		return false, false
	}
	return p.outbound, p.ready
}
