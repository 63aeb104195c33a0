package sim

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/mempool"
	"networkmngr/internal/protocol"
	"networkmngr/internal/store"
	"networkmngr/internal/transport"
	"networkmngr/internal/types"
)

// tick is how often an engine is told that time has passed, and restTick how
// often once nothing but waiting is left.
const (
	tick     = time.Second
	restTick = 5 * time.Second
	// leastWake keeps an engine from being woken again and again at one moment.
	leastWake = time.Millisecond
)

// node is one simulated node. Its disk outlives it.
type node struct {
	world  *World
	number int
	id     types.NodeID
	disk   *store.Memory
	key    ed25519.PrivateKey // of its client
	slow   time.Duration      // that its messages take longer, at most
	skew   time.Duration      // that its clock is wrong
	life   int                // starts and crashes so far: even while it is down
	liar   *liar              // what it does instead of the rest, if it is one

	kept       int // bytes of blocks and transfers that waited for their turn at the last tick
	held       int // bytes that wait on links for their peers
	mostHeld   int // of them, and of all that waits for its turn here
	inbound    int // links that others made
	handshakes int // that others have begun

	chain    *chain.Chain
	pool     *mempool.Synced
	engine   *protocol.Engine
	seen     consensus.State // tip that was told of last
	rung     bool            // the tip moved, which is about to be told
	barred   map[types.NodeID]time.Time
	known    []protocol.Entry    // nodes, when it crashed
	refused  map[types.Hash]bool // blocks and transfers that must not be passed on
	loading  map[types.NodeID]bool
	resolves map[uint64]*resolve
	wakeAt   time.Time  // of the tick that the engine wants; zero if none is to come
	promises []*promise // of blocks that are to be here soon

	busyUntil time.Time     // the loop is, with an event
	atWork    time.Duration // since workSince
	workSince time.Time
	busiest   float64
	waiting   []happening // events, for the loop
	scanned   int         // pending transfers, for the event in hand
	headers   int         // given to the chain, for the event in hand
	door      *door
	library   library
}

func newNode(w *World, number int) *node {
	return &node{
		world: w, number: number, disk: store.NewMemory(),
		id:  sha256.Sum256(fmt.Appendf(nil, "node %d", number)),
		key: types.NamedKey(accountName(number)),
	}
}

func (n *node) up() bool { return n.life%2 == 1 }

func (n *node) entry() protocol.Entry {
	return protocol.Entry{ID: n.id, Address: "sim", P2P: []string{fmt.Sprint(n.number)}}
}

// start brings the node up from its disk.
func (n *node) start() error {
	w := n.world
	clock := func() time.Time { return w.now.Add(n.skew) }
	n.life++
	n.barred = make(map[types.NodeID]time.Time)
	if n.liar != nil {
		n.liar.start()
		return nil
	}
	var err error
	if n.chain, err = chain.Open(n.disk, w.genesis, clock); err != nil {
		return err
	}
	n.pool = mempool.NewSynced(mempool.DefaultLimits(), n.chain, n.chain.Tip(), clock)
	n.chain.TrustSignatures(n.pool.Has)
	n.chain.Follow(n.pool.At)
	n.chain.Follow(func() types.Hash { return n.seen.ID })
	config := protocol.DefaultConfig()
	config.Outbound = w.config.Outbound
	if w.config.Tight {
		config.Limits = tightLimits
	}
	n.engine = protocol.New(config, n.entry(), w.genesis.Params.GenesisID, priced{n.chain, n}, pricedPool{n.pool, n},
		rand.New(rand.NewPCG(w.config.Seed, uint64(n.number)<<32|uint64(n.life))))
	n.refused, n.loading = make(map[types.Hash]bool), make(map[types.NodeID]bool)
	n.resolves = make(map[uint64]*resolve)
	n.waiting, n.busyUntil, n.promises, n.wakeAt = nil, w.now, nil, time.Time{}
	n.atWork, n.workSince = 0, w.now
	n.door, n.library = new(door), make(library)
	n.seen, n.rung = n.chain.Tip(), false
	w.note("start", n.number, n.seen.ID[:])
	n.inbox("learned", protocol.Learned{Entries: w.registry(n)}, nil)
	n.tickLater()
	return nil
}

// registry is what a node that starts is told: all that it knew when it
// crashed, or else all others, or one of those that are up.
func (w *World) registry(n *node) []protocol.Entry {
	list := n.known
	if list != nil {
		return list
	}
	for _, other := range w.nodes {
		if w.config.Told && (other.liar == nil || w.config.tricks == nil) || other.up() && other.liar == nil && other != n {
			list = append(list, other.entry())
		}
	}
	if !w.config.Told && len(list) > 0 {
		bootstrap := w.rand.IntN(len(list))
		list = list[bootstrap : bootstrap+1]
	}
	return list
}

// crash ends the node at once; only its disk is left.
func (n *node) crash() {
	w := n.world
	n.life++
	w.upsets++
	if n.liar == nil {
		n.known = n.engine.Known()
	}
	w.note("crash", n.number)
	for _, l := range w.sortedLinks() {
		if l.a == n.number || l.b == n.number {
			w.unlink(l.pair)
		}
	}
}

// later has f happen to this life of the node.
func (n *node) later(d time.Duration, f func()) {
	n.world.after(d, n.thisLife(f))
}

func (n *node) thisLife(f func()) func() {
	life := n.life
	return func() {
		if n.life == life {
			f()
		}
	}
}

func (n *node) tickLater() {
	n.world.someday(n.world.tick, n.thisLife(func() {
		n.inbox("tick", protocol.Tick{}, nil)
		n.checkBacklog()
		n.checkWork()
		n.checkBest()
		n.tickLater()
	}))
}

// wakeLater gives the engine a tick when it wants one, besides those that come
// anyway.
func (n *node) wakeLater() {
	w, wake := n.world, n.engine.NextWake()
	soon := !wake.IsZero() && wake.Before(w.now.Add(w.tick))
	if !soon || n.wakeAt.After(w.now) && !wake.Before(n.wakeAt) {
		return
	}
	n.wakeAt = wake
	w.someday(max(wake.Sub(w.now), leastWake), n.thisLife(func() {
		if n.wakeAt.Equal(wake) {
			n.wakeAt = time.Time{}
			n.inbox("wake", protocol.Tick{}, nil)
		}
	}))
}

// handle gives the engine an event and does what it wants done.
func (n *node) handle(what string, ev protocol.Event) {
	if !n.up() {
		return
	}
	w := n.world
	if r, ok := ev.(protocol.Received); ok {
		w.note(what, n.number, r.Peer[:], r.Frame)
	} else {
		w.note(what, n.number)
	}
	if n.liar != nil {
		n.liar.handle(ev)
		return
	}
	actions := n.engine.Handle(w.now, ev)
	n.spend()
	n.wakeLater()
	n.observe(ev, actions)
	for _, action := range actions {
		n.act(action)
	}
}

func (n *node) act(action protocol.Action) {
	w := n.world
	switch a := action.(type) {
	case protocol.Send:
		n.send(a.Peer, a.Message)
	case protocol.SendBlocks:
		n.ask(a.Peer, n.findBlocks(a))
	case protocol.SendBlockTransactions:
		n.ask(a.Peer, n.findTransactions(a))
	case protocol.SendTransactions:
		n.ask(a.Peer, n.findTransfers(a))
	case protocol.Drop:
		n.drop(a)
	case protocol.Dial:
		w.dial(n, a.Entry)
	case protocol.Verify:
		n.door.verify(n, a.Blocks)
	case protocol.Admit:
		n.door.admit(n, a)
	case protocol.Discard:
		n.door.turns.Drop(a.Peer)
	case protocol.Resolved:
		n.resolved(a.Number)
	}
}

// send puts a message into the queue of a link. A link whose queue has no room
// for it ends, as its peer is too slow, and so does the one with the longest queue
// where all together are too long.
func (n *node) send(to types.NodeID, m protocol.Message) {
	w, other, bytes := n.world, n.world.byID[to], protocol.Encode(m)
	n.checkPassOn(m)
	w.stats.sent[bytes[0]].add(m)
	if _, way := w.way(n, other); way != nil && way.queued+len(bytes)+transport.FrameOverhead > linkConfig.MaxQueue {
		n.cutOff(other)
		return
	}
	w.send(n, other, bytes, nil)
	if n.held > linkConfig.MaxQueued {
		n.relieve()
	}
}

// relieve ends the link on which most waits.
func (n *node) relieve() {
	w := n.world
	var longest *node
	most := 0
	for _, other := range w.nodes {
		if _, way := w.way(n, other); way != nil && way.queued > most {
			longest, most = other, way.queued
		}
	}
	if longest != nil {
		n.cutOff(longest)
	}
}

// cutOff ends the link with a peer that is too slow.
func (n *node) cutOff(other *node) {
	if other.liar == nil {
		n.checkDrop(other, transport.ErrSlow)
	}
	n.world.unlink(pairOf(n.number, other.number))
}

// hold counts bytes that wait on links, and notes how much waits in all.
func (n *node) hold(bytes int) {
	if n.held += bytes; n.liar == nil && n.up() {
		n.mostHeld = max(n.mostHeld, n.held+n.kept)
	}
}

// drop ends a link. No honest node may be barred.
func (n *node) drop(a protocol.Drop) {
	w, other := n.world, n.world.byID[a.Peer]
	if out := max(a.Ban, a.Wait); out > 0 {
		n.barred[a.Peer] = w.now.Add(out)
	}
	if a.Ban > 0 && other.liar == nil {
		w.fault("node %d bars honest node %d: %v", n.number, other.number, a.Reason)
	}
	switch {
	case other.liar == nil:
		n.checkDrop(other, a.Reason)
	case a.Ban > 0:
		w.stats.Total["liars barred: "+other.liar.tricks[n.id].String()]++
	default:
		w.stats.Total["liars dropped: "+other.liar.tricks[n.id].String()]++
	}
	w.unlink(pairOf(n.number, other.number))
}

// checkDrop judges why a link with an honest node ends.
func (n *node) checkDrop(other *node, reason error) {
	w := n.world
	switch {
	case errors.Is(reason, protocol.ErrSpare):
		w.stats.Total["peers dropped after a trial"]++
	case w.upsets == 0 || errors.Is(reason, transport.ErrSlow):
		w.fault("node %d drops honest node %d: %v", n.number, other.number, reason)
	default:
		w.stats.Total["honest nodes dropped"]++
	}
}

func (n *node) bars(other *node) bool { return n.world.now.Before(n.barred[other.id]) }

// hasPeer reports whether the engine is on terms with a node.
func (n *node) hasPeer(id types.NodeID) bool {
	_, ready := n.engine.IsReady(id)
	return ready
}

// observe counts what the engine did about an event.
func (n *node) observe(ev protocol.Event, actions []protocol.Action) {
	total := n.world.stats.Total
	for _, action := range actions {
		n.observeWork(action)
	}
	if len(n.loading) > 1 && n.engine.Backlog().Blocks > 1 {
		total["steps of downloads from several peers"]++
	}
	switch ev := ev.(type) {
	case protocol.Disconnected:
		delete(n.loading, ev.Peer)
	case protocol.Received:
		n.notePong(ev)
		n.observeFrame(ev, actions)
		n.greeted(ev)
	}
}

func (n *node) observeWork(action protocol.Action) {
	switch a := action.(type) {
	case protocol.Send:
		if _, ok := a.Message.(protocol.GetBlocks); ok {
			n.loading[a.Peer] = true
			n.crashAtWork()
		}
	case protocol.Verify:
		n.crashAtWork()
	}
}

// observed are the kinds of messages that observeFrame looks at, as frames begin
// with them.
var observed = []byte{
	protocol.Encode(protocol.Blocks{})[0], protocol.Encode(protocol.NotFound{})[0], protocol.Encode(protocol.Compact{})[0],
}

func (n *node) observeFrame(ev protocol.Received, actions []protocol.Action) {
	if len(ev.Frame) == 0 || !slices.Contains(observed, ev.Frame[0]) {
		return // decoding it once more would cost a lot
	}
	total := n.world.stats.Total
	m, err := protocol.Decode(ev.Frame)
	if err != nil {
		return
	}
	switch m := m.(type) {
	case protocol.Blocks, protocol.NotFound:
		delete(n.loading, ev.Peer)
	case protocol.Compact:
		for _, action := range actions {
			if _, verify := action.(protocol.Verify); verify && len(m.ShortIDs) > 0 {
				total["compact blocks filled from the mempool"]++
			}
		}
	}
}
