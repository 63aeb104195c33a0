package protocol

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/holiman/uint256"

	"networkmngr/internal/chain"
	"networkmngr/internal/netgroup"
	"networkmngr/internal/recent"
	"networkmngr/internal/times"
	"networkmngr/internal/types"
)

// Why peers are dropped.
var (
	errOutOfTurn    = errors.New("Hello out of turn")
	errVersion      = errors.New("speaks another version of the protocol")
	errOtherNetwork = errors.New("is on another network")
	errIdentity     = errors.New("says it is somebody else")
	errSilent       = errors.New("does not answer")
	errUnsolicited  = errors.New("sent what nobody asked for")
	errFalseClaim   = errors.New("claimed more work than it has")
)

// peer is the engine's side of one link.
type peer struct {
	id             types.NodeID
	entry          types.NodeInfo
	outbound       bool
	manual         bool             // dialled as somebody wanted it
	feeler         bool             // dialled only to see whether it is there
	group          netgroup.Group   // that it counts as one party with; empty for none
	address        string           // that the link goes to or comes from
	ready          bool             // said Hello
	ahead          bool             // claimed more work than ours when it said so
	addressesSent  bool             // was sent a sample of the known nodes
	addressesAsked bool             // and was asked for one, which has not come
	toTell         []types.NodeInfo // news of nodes for it
	tellAt         time.Time        // when it may be told of them
	helloTip       types.Hash       // our tip when we said Hello
	toTellTip      bool             // is to hear of our tip by headers, if it lacks it still
	highBandwidth  bool             // wants new blocks as compact blocks at once
	news           bucket           // of nodes that it tells of without having been asked
	buckets        buckets
	since          time.Time // of its Hello, or of the link before that
	heard          time.Time // when it last said anything
	tellAgainAt    time.Time // when others are told once more that it is back; zero for never
	pinged         time.Time // when the last Ping was sent
	latency        Latency

	claim Claim // what it last said its tip is
	// proofDue is until when somebody waits for the proof of what it claims, from
	// its first claim on since it last showed more work; zero if it claims none.
	proofDue time.Time
	best     types.Hash  // the header with the most work that it has shown; zero if none
	work     uint256.Int // of best
	fresh    bool        // best is news that schedule has not looked at
	vouched  Claim       // as best, but of those that it says it has verified; perhaps not the same branch
	// compactSeen are the blocks that it announced as compact blocks, perhaps before
	// it had verified them; see noteCompact.
	compactSeen map[types.Hash]bool

	headersDue    time.Time                   // when the answer to our GetHeaders is due; zero if none is open
	reached       uint256.Int                 // work of the end of its last full Headers, while we go on from it
	pings         []ping                      // ours that wait for an answer, the oldest first
	answers       bool                        // has answered a Ping
	slow          bool                        // to answer the last one
	pongs         []ping                      // its Pings that wait for an answer, the oldest first
	inFlight      map[types.Hash]blockRequest // asked for
	stallingSince time.Time                   // when it was asked for a block that it stalls on; zero if it sent one since
	lastUseful    time.Time                   // when it last sent a block that was of use
	partial       *partial                    // compact block whose transactions are asked for
	partialDue    time.Time
	knownTxs      recent.Set[types.Hash] // transactions that it has
	announced     []types.Hash           // transactions that it has, to be asked for as room comes, the next first
	returned      int                    // the first of these, which it sent when there was no room
	overrun       bool                   // there was no room for some, so none is taken or asked for until those that it owes have come
	askedTxs      int                    // transactions that it owes us
	lateTxs       int                    // transactions that it owed us until others were asked, and may send still
	admitting     int                    // bytes of its transactions that the mempool has not judged yet
	average       int                    // bytes to reckon for a transaction of its, recently
	toAnnounce    []types.Hash           // transactions to announce, the oldest first
	offered       bool                   // it was told what was pending here
	toldBy        uint64                 // the salt of the last short ids that it was told
	mayGet        bool                   // and it may ask for the ids of these
	reannounced   int                    // how far the mempool was told of again
}

func (e *Engine) peer(id types.NodeID) *peer {
	for _, p := range e.peers {
		if p.id == id {
			return p
		}
	}
	return nil
}

func (e *Engine) connected(ev Connected) {
	if e.peer(ev.Peer) != nil {
		return
	}
	if e.leaving {
		e.do(Drop{Peer: ev.Peer, Reason: errLeaving})
		return
	}
	p := &peer{
		id: ev.Peer, outbound: ev.Outbound, manual: e.takeByHand(ev.Peer) && ev.Outbound, since: e.now, heard: e.now, pinged: e.now,
		inFlight: make(map[types.Hash]blockRequest), knownTxs: recent.NewSet[types.Hash](maxKnown), compactSeen: make(map[types.Hash]bool), average: firstAverage,
	}
	e.peers = append(e.peers, p)
	if feeler, group := e.linked(ev.Peer); ev.Outbound {
		p.feeler, p.group = feeler && !p.manual, group
	}
	p.address = ev.Address
	p.helloTip = e.published.tip.ID
	e.dueIn(e.config.HandshakeTimeout)
	e.send(p, Hello{Version: Version, Genesis: e.genesis, Self: e.self, Tip: e.published.tip})
}

func (e *Engine) disconnected(id types.NodeID) {
	if p := e.peer(id); p != nil {
		e.forget(p)
	}
	e.seekPeers()
}

// forget gives up a peer, and asks others for what it owed.
func (e *Engine) forget(p *peer) {
	e.peers = slices.DeleteFunc(e.peers, func(other *peer) bool { return other == p })
	for id := range p.inFlight {
		e.release(p, id)
	}
	e.endFilling(p)
	e.replaceFast(p)
	e.pending.release(e, p)
	for i := range e.resolves {
		e.resolves[i].gone(p.id)
	}
	e.unlinked(p)
}

// drop ends a link without a grudge.
func (e *Engine) drop(p *peer, reason error) {
	e.forget(p)
	e.do(Drop{Peer: p.id, Reason: reason})
}

// discourage ends a link with a peer that was of no use, and lets it wait before it
// comes back, each time for longer. One that has fallen silent altogether is not to
// blame: its process is stopped, or the line is cut, and the network is to be one
// again soon after that has ended.
func (e *Engine) discourage(p *peer, reason error) {
	e.forget(p)
	wait := e.config.Discourage
	if e.now.Sub(p.heard) < e.config.RequestTimeout {
		wait = e.discouraged.add(p.id, e.now, e.config)
	}
	e.keepOff(p.id, e.now.Add(wait))
	e.do(Drop{Peer: p.id, Reason: reason, Discourage: wait})
}

// ban ends a link with a peer that no honest node would be.
func (e *Engine) ban(p *peer, reason error) {
	e.forget(p)
	e.keepOff(p.id, e.now.Add(e.config.Ban))
	e.do(Drop{Peer: p.id, Reason: reason, Ban: e.config.Ban})
}

// hello ends the handshake.
func (e *Engine) hello(p *peer, m Hello) {
	switch {
	case m.Genesis != e.genesis:
		e.forgetNode(p.id)
		e.drop(p, fmt.Errorf("%w: its genesis block is %s, ours %s", errOtherNetwork, m.Genesis, e.genesis))
		return
	case m.Self.ID != p.id, netgroup.Foreign(m.Self):
		e.ban(p, fmt.Errorf("%w: %s", errIdentity, m.Self.ID))
		return
	}
	p.ready, p.since, p.entry = true, e.now, m.Self
	if e.departed.has(p.id, e.now) {
		p.tellAgainAt = e.dueIn(departedFor)
	}
	if p.group == "" {
		p.group = e.groupOf(p, p.address)
	}
	if e.greeted(p) {
		e.passOn(p, []types.NodeInfo{m.Self})
	}
	if p.feeler {
		e.drop(p, ErrFeeler)
		return
	}
	e.greetFast(p)
	e.noteAnchors()
	e.askAddresses(p)
	e.greetPool(p)
	e.noteClaim(p, m.Tip, 0)
	p.ahead = p.claim.Work.Gt(&e.published.tip.Work)
	e.announceSinceHello(p)
}

// announceSinceHello tells a peer of the tip if it moved since we said Hello, as
// nobody is told of blocks before its own Hello.
func (e *Engine) announceSinceHello(p *peer) {
	tip := e.publishedTip()
	if tip.ID != p.helloTip && tip.Work.Gt(&p.work) && !e.config.NoRelay {
		e.send(p, Headers{Headers: e.headersAfter(e.chain.Locator(p.helloTip))})
		p.setBest(tip)
	}
}

// noteClaim notes what a peer says its tip is, and asks for the headers if
// they are news. Its last answer took so long; 0 if there was none.
func (e *Engine) noteClaim(p *peer, c Claim, took time.Duration) {
	p.claim = c
	if h, ok := e.chain.Header(c.ID); ok {
		p.claim = Claim{}
		if h.Valid { // then its work is what we know, not what the peer says
			p.claim = claimTo(h)
			p.vouchFor(h)
		}
		return
	}
	if c.Work.Gt(&e.published.tip.Work) && e.followsClaims() {
		e.askHeaders(p)
		if p.proofDue.IsZero() {
			p.proofDue = e.now.Add(max(e.downloads.patience(), min(2*took, e.pongTimeout())))
		}
	}
}

// followsClaims reports whether headers are asked for of whoever claims more work.
func (e *Engine) followsClaims() bool { return !e.config.NoRelay || len(e.resolves) > 0 }

// announces reports whether p says m without having been asked. Who takes no
// announcements asks for no compact block either.
func (p *peer) announces(m Message) bool {
	switch m.(type) {
	case Compact, Have, HaveShort:
		return true
	case Headers:
		return p.headersDue.IsZero()
	}
	return false
}

// provedHeader notes that p has shown the header h.
func (p *peer) provedHeader(h chain.Header) {
	if h.Work.Gt(&p.work) {
		p.proofDue = time.Time{}
	}
	p.setBest(h)
}

// setBest notes that p has the branch up to h.
func (p *peer) setBest(h chain.Header) {
	if h.Work.Gt(&p.work) || p.best.IsZero() {
		p.best, p.work, p.fresh = h.ID, h.Work, true
	}
	if h.Work.Gt(&p.claim.Work) {
		p.claim = claimTo(h)
	}
}

// vouchFor notes that p says it has verified the branch up to h.
func (p *peer) vouchFor(h chain.Header) {
	if h.Work.Gt(&p.vouched.Work) {
		p.vouched = claimTo(h)
	}
	p.setBest(h)
}

func claimTo(h chain.Header) Claim { return Claim{ID: h.ID, Height: h.Height, Work: h.Work} }

// resetBest forgets what branch p has, and what it claimed.
func (p *peer) resetBest() {
	p.best, p.work, p.claim, p.vouched = types.Hash{}, uint256.Int{}, Claim{}, Claim{}
}

// checkPeers checks every peer, and notes when to do so again.
func (e *Engine) checkPeers() {
	for _, p := range slices.Clone(e.peers) {
		e.checkPeer(p)
	}
	e.checkAt = time.Time{}
	for _, p := range e.peers {
		e.checkAt = times.First(e.checkAt, p.nextCheck(&e.config))
	}
}

// dueIn is the time after d, by which a peer must have answered. It is checked right
// after that.
func (e *Engine) dueIn(d time.Duration) time.Time {
	due := e.now.Add(d)
	e.checkAt = times.First(e.checkAt, due.Add(1))
	return due
}

// nextCheck is when p may have owed something for too long, or is to be pinged.
func (p *peer) nextCheck(config *Config) time.Time {
	if !p.ready {
		return p.since.Add(config.HandshakeTimeout + 1)
	}
	next := times.First(after(p.due(config)), p.tellAgainAt)
	if len(p.pings) == 0 {
		next = times.First(next, p.pinged.Add(config.PingInterval))
	}
	return next
}

// due is when the first of what p owes must be here; zero if it owes nothing.
func (p *peer) due(config *Config) time.Time {
	due := times.First(p.headersDue, p.partialDue)
	for _, d := range p.inFlight {
		due = times.First(due, d.due)
	}
	if len(p.pings) > 0 {
		due = times.First(due, p.pings[0].since.Add(config.RequestTimeout))
	}
	return due
}

// checkPeer drops a peer that owes something for too long, and asks for its tip
// now and then, as an announcement may have been of no use when it came.
func (e *Engine) checkPeer(p *peer) {
	if !p.ready {
		if e.now.Sub(p.since) > e.config.HandshakeTimeout {
			e.drop(p, errSilent)
		}
		return
	}
	if due := p.due(&e.config); !due.IsZero() && e.now.After(due) {
		e.discourage(p, errSilent)
		return
	}
	if e.isDue(p.tellAgainAt) {
		e.tellAgain(p)
	}
	if len(p.pings) == 0 && e.now.Sub(p.pinged) >= e.config.PingInterval {
		e.ping(p)
		e.reannounce(p)
	}
}

// gaveBlock notes that p sent a block that was asked for, or was of use.
func (p *peer) gaveBlock(now time.Time) { p.stallingSince, p.lastUseful = time.Time{}, now }

// stalls reports whether p lets verification wait for a block.
func (p *peer) stalls() bool { return !p.stallingSince.IsZero() }

// markStalling notes that p, asked then, lets verification wait for a block.
func (p *peer) markStalling(asked time.Time) {
	if !p.stalls() {
		p.stallingSince = asked
	}
}
