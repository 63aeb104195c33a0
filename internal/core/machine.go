package core

import (
	"math/rand/v2"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/mempool"
	"networkmngr/internal/mining"
	"networkmngr/internal/protocol"
	"networkmngr/internal/times"
	"networkmngr/internal/types"
)

// Config are a machine's settings.
type Config struct {
	Protocol protocol.Config
	Self     types.NodeInfo // what it tells others of this node
	Genesis  types.Hash     // of the network's genesis block
	Payout   types.Address  // of what is mined
	Mining   mining.Settings
	Kept     Kept          // by the life before; Mining has its strategy, too
	Blocks   []types.Block // that belong to Kept; see Kept.Blocks
	Seed     [2]uint64     // of all that is random
}

// DefaultProtocol are the settings of a node that seeks so many links of its own.
func DefaultProtocol(outbound int) protocol.Config {
	config := protocol.DefaultConfig()
	config.Outbound = outbound
	return config
}

// Machine is what one node decides. It is used by one goroutine at a time, and owns
// its view and its mempool.
type Machine struct {
	config Config
	engine *protocol.Engine
	view   *chain.View
	pool   *mempool.Pool

	now   time.Time     // of the input in hand
	ahead time.Duration // of the wall clock
	out   []Effect      // that follow from the input in hand
	acts  []Effect      // of the engine, that are being carried out
	begun bool          // the first input has come

	serving  serving
	writes   writes
	deferred []Admitted                   // that wait for the mempool to be at the tip
	posted   map[uint64]types.Transaction // by clients, that are being brought to the disk
	attacks  map[uint64]mining.Settings   // that begin once the mempool has taken their payments
	owed     []Answer                     // given once the mempool is at the tip
	mining   miner
	play     play
	kept     Kept // of play, as it is written down
	telling  telling
}

// New makes a machine that knows no peer yet. view and pool are of the same tip.
func New(config Config, view *chain.View, pool *mempool.Pool) *Machine {
	random := rand.New(rand.NewPCG(config.Seed[0], config.Seed[1]))
	return &Machine{
		config: config, view: view, pool: pool, kept: config.Kept,
		engine:  protocol.New(config.Protocol, config.Self, config.Genesis, view, pool, random),
		serving: serving{waiting: make(map[types.NodeID]*requests)}, posted: make(map[uint64]types.Transaction), attacks: make(map[uint64]mining.Settings), telling: newTelling(),
	}
}

// usualEffects is room for those of most inputs that have any.
const usualEffects = 4

// Handle takes what happened and returns what is to be done about it, in order.
func (m *Machine) Handle(now time.Time, in Input) []Effect {
	m.now, m.out = now, nil
	m.view.Advance(m.wall())
	if !m.begun {
		m.begun = true
		m.mining.schedule.Set(now, m.config.Mining)
		m.setStrategy(m.config.Mining.Strategy)
		m.resumePlay(m.config.Kept)
	}
	m.handle(in)
	m.goOn()
	return m.out
}

func (m *Machine) handle(in Input) {
	switch in := in.(type) {
	case Clock:
		m.ahead = in.Ahead
		m.view.Advance(m.wall())
	case Wake:
		m.wake()
	case Connected, DialFailed, Received, Restored, Resolve:
		m.engage(in)
	case Leave:
		m.mining.ended = true
		m.engage(in)
	case Disconnected:
		delete(m.serving.waiting, in.Peer)
		m.engage(in)
	case Served:
		m.served(in)
	case Written:
		m.written(in)
	case Followed:
		m.followed(in.Step)
	case Admitted:
		m.admitted(in)
	case Persisted:
		m.persisted(in)
	default:
		m.asked(in)
	}
}

// asked is what somebody on this machine wants.
func (m *Machine) asked(in Input) {
	switch in := in.(type) {
	case Learned:
		before := m.engine.KnownCount()
		m.engage(protocol.Learned{Nodes: in.Nodes})
		m.do(Answer{Number: in.Number, Added: m.engine.KnownCount() - before})
	case Seeded:
		before := m.engine.KnownCount()
		m.engage(protocol.Seeded{Seed: in.Seed, Reach: in.Reach, Nodes: in.Nodes})
		m.do(Answer{Number: in.Number, Added: m.engine.KnownCount() - before})
	case Departed:
		before := m.engine.KnownCount()
		m.engage(protocol.Departed{Nodes: in.Nodes})
		m.do(Answer{Number: in.Number, Forgotten: before - m.engine.KnownCount()})
	case Redial:
		m.engage(protocol.Redial{Nodes: in.Nodes})
		m.do(Answer{Number: in.Number})
	case Barred:
		m.engage(protocol.Barred{Nodes: in.Nodes, For: in.For})
		m.do(Answer{Number: in.Number})
	case Connect:
		m.engage(protocol.Connect{Node: in.Node})
		m.do(Answer{Number: in.Number})
	case Disconnect:
		m.engage(protocol.Disconnect{Peer: in.Peer, Wait: in.Wait})
		m.do(Answer{Number: in.Number})
	case Replace:
		by := replacing
		if in.Part {
			by = adding
		}
		m.write(write{blocks: in.Blocks, by: by, number: in.Number})
	case Invalidate:
		m.decide(in.Block, write{by: deciding, number: in.Number, invalidate: in.Block})
	case Reconsider:
		m.decide(in.Block, write{by: deciding, number: in.Number, reconsider: in.Block})
	case Mine:
		m.ordered(in)
	case Solved:
		m.solved(in)
	case Cancel:
		m.cancelled(in.Number)
	case SetMining:
		m.setMining(in.Number, in.Settings)
		m.do(Answer{Number: in.Number})
	case Attack:
		m.attacks[in.Number] = in.Settings
		m.do(Admit{Number: in.Number, Transaction: in.Settings.Strategy.Payment})
	case Watch:
		m.telling.verbose = in.Verbose
	}
}

// goOn does what an input may have made possible.
func (m *Machine) goOn() {
	m.serveOrder()
	m.refuseEarly()
	m.answerOwed()
	m.keepPlay()
	m.writeNext()
	m.mineOn()
	m.tellPool()
}

func (m *Machine) wake() {
	m.engage(Wake{})
	if next := m.pool.NextExpiry(); !next.IsZero() && !m.wall().Before(next) {
		m.pool.Expire(m.wall())
	}
}

// NextWake is the earliest time for which the machine wants a Wake; zero if it wants
// none. It may change with each input.
func (m *Machine) NextWake() time.Time {
	wake := times.First(m.engine.NextWake(), m.mining.nextWake(), m.telling.nextTell())
	if expiry := m.pool.NextExpiry(); !expiry.IsZero() {
		wake = times.First(wake, expiry.Add(-m.ahead))
	}
	return wake
}

// wall is the wall clock's time.
func (m *Machine) wall() time.Time { return m.now.Add(m.ahead) }

func (m *Machine) do(effect Effect) {
	if m.out == nil {
		m.out = make([]Effect, 0, usualEffects)
	}
	m.out = append(m.out, effect)
}

// engage tells the protocol engine what happened, and has done what follows.
func (m *Machine) engage(in Input) {
	m.each(m.engine.Handle(m.now, in), m.act)
	switch in := in.(type) {
	case Received:
		m.tellLink(in.Peer)
	case Disconnected:
		m.tellLost(in.Peer)
	}
}

// each does something about each of the engine's effects. They are kept meanwhile, as the
// engine uses their room again if what is done engages it once more.
func (m *Machine) each(effects []Effect, act func(Effect)) {
	first := len(m.acts)
	m.acts = append(m.acts, effects...)
	for at, end := first, len(m.acts); at < end; at++ {
		act(m.acts[at])
	}
	clear(m.acts[first:])
	m.acts = m.acts[:first]
}

func (m *Machine) act(effect Effect) {
	switch e := effect.(type) {
	case Send, Dial, Discard, Faster:
		m.do(e)
	case Drop:
		m.drop(e)
	case protocol.Serve:
		m.serve(e)
	case protocol.Verify:
		m.write(write{blocks: e.Blocks, ids: e.IDs, by: peers})
	case protocol.Admit:
		m.do(Admit{Transaction: e.Transaction, From: e.From})
	case protocol.Heard:
		m.tellHeard(e)
	case protocol.TooNew:
		m.tellTooNew(e)
	case protocol.Arrived:
		m.tellReceived(e)
	case protocol.Resolved:
		m.resolved(e.Number)
	}
}

func (m *Machine) drop(d Drop) {
	delete(m.serving.waiting, d.Peer)
	m.tellDrop(d)
	m.do(d)
}

// Tips lists every leaf of the block tree; see chain.View.Tips.
func (m *Machine) Tips() []chain.Tip { return m.view.Tips() }

// LastStored is the last block up to one that is stored; see chain.View.LastStored.
func (m *Machine) LastStored(id types.Hash) (chain.Ref, bool) { return m.view.LastStored(id) }

// Known lists the other nodes that this one knows of.
func (m *Machine) Known() []types.NodeInfo { return m.engine.Known() }

// KnownCount counts them.
func (m *Machine) KnownCount() int { return m.engine.KnownCount() }

// AddressOf is the HTTP address of another node, by the account that it mines for; empty if
// it is not known.
func (m *Machine) AddressOf(account types.Address) string { return m.engine.AddressOf(account) }

// Book is what is to be kept of them, and changes with BookRevision.
func (m *Machine) Book() Book { return m.engine.Book() }

// BookRevision is another number when Book has changed.
func (m *Machine) BookRevision() uint64 { return m.engine.BookRevision() }

// Addresses lists what is in the tables of addresses that others have told of.
func (m *Machine) Addresses() []AddressRow { return m.engine.Addresses() }

// Backlog is the work that is under way with peers.
func (m *Machine) Backlog() protocol.Backlog { return m.engine.Backlog() }

// Work is what has been done that costs more than a small input does.
func (m *Machine) Work() Work { return m.engine.Work() }

// Tip is the main chain's end as the machine knows it.
func (m *Machine) Tip() consensus.State { return m.view.Tip() }

// IsPeer reports whether a node is connected, and both have greeted.
func (m *Machine) IsPeer(id types.NodeID) bool {
	_, ready := m.engine.IsReady(id)
	return ready
}

// Peers lists the nodes that this one is connected to.
func (m *Machine) Peers() []Peer { return m.engine.Ready() }
