package protocol

import (
	"errors"
	"maps"
	"slices"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/times"
	"networkmngr/internal/types"
)

// maxRelayed is how many of the last blocks are kept in memory, so that peers
// can ask for their transactions at once.
const maxRelayed = 4

// maxCompactSeen is how many compact blocks of a peer are remembered.
const maxCompactSeen = 16

// relayed is a block that was announced, and its compact form once somebody wants that.
type relayed struct {
	block   *types.Block
	compact Compact
	frame   []byte // of compact; nil before it is made
}

// compactBy is the compact form with a salt.
func (r *relayed) compactBy(salt uint64) Compact {
	return newCompact(r.block, r.block.TransactionIDs(), salt)
}

// is reports whether m is the compact form of the block.
func (r *relayed) is(m *Compact) bool {
	ours := r.compactBy(m.Salt)
	return ours.Coinbase.ID() == m.Coinbase.ID() && slices.Equal(ours.ShortIDs, m.ShortIDs)
}

// sendCompact sends a block of which the compact form is made once for all.
func (e *Engine) sendCompact(p *peer, r *relayed) {
	if r.frame == nil {
		r.compact = r.compactBy(e.rand.Uint64())
		r.frame = Encode(r.compact)
	}
	e.sendFrame(p, r.compact, r.frame)
}

// tipMoved announces the new tip to every peer that has not shown it, unless it is
// withheld.
func (e *Engine) tipMoved(ev TipMoved) {
	if ev.Block != nil {
		e.relayed.Add(ev.ID, &relayed{block: ev.Block})
	}
	e.downloads.changed = true
	e.pending.confirmed.follow(ev.ID, ev.Block)
	if !ev.Withheld {
		e.published = published{tip: claimOf(e.chain.Tip())}
		e.pool.keep(nil)
		r, _ := e.relayed.Get(ev.ID)
		how := verified
		if ev.Own {
			how = own
		}
		e.announce(ev.ID, r, how)
	}
	e.rewardFirst(ev.ID)
	e.pending.retry(e)
	for _, p := range e.peers {
		e.reconsider(p)
	}
}

// standing is what this node can say of a block that it announces.
type standing uint8

const (
	unverified standing = iota // a peer's, with good proof of work
	verified                   // a peer's
	own                        // this node's, which nobody else can have brought
)

// announce tells peers of a block whose header is known here: by a compact block those
// that have its parent and want that, and of an own block all of these, as it is new to
// each; others by the headers that they lack, as all where b, the block, is nil. Headers
// vouch for a block, so of one that is not verified those others hear later.
func (e *Engine) announce(id types.Hash, b *relayed, as standing) {
	h, ok := e.chain.Header(id)
	if !ok || e.config.NoRelay {
		return
	}
	parent, _ := e.chain.Header(h.Previous)
	for _, p := range e.peers {
		if !p.ready || !p.lacks(h, as != unverified) {
			continue
		}
		compact := b != nil && !parent.Work.Gt(&p.work) && (p.highBandwidth || as == own)
		switch {
		case compact:
			e.sendCompact(p, b)
		case as == own:
			e.send(p, Headers{Headers: e.lacking(p, h.Header)})
		case as == verified:
			e.tellTipLater(p)
			continue
		default:
			continue
		}
		p.setBest(h)
	}
}

// minTipWait, and twice that, bound how long the headers of a peer's block wait. By then it
// is everywhere by those who send it at once, and who has told of it need not be told.
const minTipWait = 20 * time.Millisecond

func (e *Engine) tellTipLater(p *peer) {
	p.toTellTip = true
	e.tipAt = times.First(e.tipAt, e.now.Add(minTipWait+time.Duration(e.rand.Int64N(int64(minTipWait)))))
}

// tellTip tells of the tip those that were to hear of it by headers, and lack it still.
func (e *Engine) tellTip() {
	e.tipAt = time.Time{}
	tip := e.publishedTip()
	for _, p := range e.peers {
		if p.toTellTip && p.lacks(tip, true) {
			e.send(p, Headers{Headers: e.lacking(p, tip.Header)})
			p.setBest(tip)
		}
		p.toTellTip = false
	}
}

// lacks reports whether a block is news for p. What it has shown of the same work may
// turn out invalid there, or may have been passed on from here before it was verified.
func (p *peer) lacks(h chain.Header, verified bool) bool {
	return h.Work.Gt(&p.work) || verified && h.Work.Eq(&p.work) && p.best != h.ID && !p.compactSeen[h.ID]
}

// lacking returns the headers between what p has shown and our tip, or only the
// last one if we know nothing of p.
func (e *Engine) lacking(p *peer, last types.Header) []types.Header {
	headers := e.headersAfter(e.chain.Locator(p.best))
	if len(headers) == 0 {
		return []types.Header{last}
	}
	return headers
}

// compact is a peer's announcement of a block, or its answer to GetCompact.
func (e *Engine) compact(p *peer, m Compact) {
	id := m.Header.Hash()
	if p.inFlight[id].compact {
		e.compactAnswer(p, id, &m)
		return
	}
	h, known := e.chain.Header(id)
	news := !known
	if news {
		if h, known = e.newHeader(p, id, m.Header); !known {
			return
		}
		e.heard(p, id, true)
	}
	if !h.Valid {
		return // passed on before it was verified, as it may be
	}
	if !e.noteCompact(p, id) {
		return
	}
	p.provedHeader(h)
	if h.Stored || h.Work.Lt(&e.published.tip.Work) || e.downloads.has(id) {
		return
	}
	if e.allowFill(p, &m, news) { // else the whole block is asked for, as its header is known
		e.fill(p, id, &m, source{peer: p.id})
	}
}

// noteCompact notes that p has announced a block as a compact block; false if it had, as
// filling it costs too much to do it twice. It is false as well where p has announced too
// many that nobody knows yet to be good or bad: none of these may be forgotten, or p would
// be taken to have verified it, and be banned for what it could not know. That block is
// asked for when p tells of its header, which vouches for it.
func (e *Engine) noteCompact(p *peer, id types.Hash) bool {
	if p.compactSeen[id] {
		return false
	}
	if len(p.compactSeen) == maxCompactSeen {
		maps.DeleteFunc(p.compactSeen, func(seen types.Hash, _ bool) bool { return e.isDecided(seen) })
	}
	if len(p.compactSeen) == maxCompactSeen {
		return false
	}
	p.compactSeen[id] = true
	return true
}

// isDecided reports whether a block is known to be good or bad, or has less work than the
// tip: nobody asks for such a stale one, unless a peer tells of a block on top of it, and
// who does that has verified it.
func (e *Engine) isDecided(id types.Hash) bool {
	h, known := e.chain.Header(id)
	return !known || h.Stored || !h.Valid || h.Work.Lt(&e.published.tip.Work) && !e.downloads.has(id)
}

// compactAnswer is the answer to GetCompact of a peer that has verified the block, or
// should have.
func (e *Engine) compactAnswer(p *peer, id types.Hash, m *Compact) {
	delete(p.inFlight, id)
	e.release(p, id)
	h, _ := e.chain.Header(id)
	r, here := e.relayed.Get(id)
	switch {
	case here && r.is(m): // another peer was faster
		p.gaveBlock(e.now)
	case !h.Valid || h.Stored || e.downloads.has(id):
	case e.allowFill(p, m, false):
		e.fill(p, id, m, source{peer: p.id, verified: true})
	default:
		e.requestWhole(p, []types.Hash{id})
	}
}

// fill makes a compact block whole with what is pending here, and asks for the rest.
func (e *Engine) fill(p *peer, id types.Hash, m *Compact, from source) {
	if len(m.ShortIDs) > 0 {
		e.work.Scanned += e.pool.Len()
	}
	filling := newPartial(id, m, e.pool)
	filling.from = from
	if len(filling.missing) == 0 {
		e.filled(p, filling)
		return
	}
	e.endFilling(p)
	e.noteRequest(p, id, 0)
	p.partial, p.partialDue = filling, e.dueIn(e.config.RequestTimeout)
	e.send(p, GetBlockTransactions{Block: id, Indexes: filling.missing})
}

// getCompact answers by a compact block if it is one of the last, and else by the block.
func (e *Engine) getCompact(p *peer, m GetCompact) {
	if e.published.withheld[m.Block] {
		e.send(p, NotFound{IDs: []types.Hash{m.Block}})
	} else if r, here := e.relayed.Get(m.Block); here {
		e.sendCompact(p, r)
	} else {
		e.do(Serve{Peer: p.id, Request: GetBlocks{IDs: []types.Hash{m.Block}}})
	}
}

// newHeader takes the header of a compact block; it is false if it cannot be
// taken.
func (e *Engine) newHeader(p *peer, id types.Hash, h types.Header) (chain.Header, bool) {
	err := e.addHeaders(p, h)
	switch {
	case errors.Is(err, chain.ErrInvalidAncestor):
		return chain.Header{}, false // see compact
	case chain.Invalid(err):
		e.ban(p, err)
		return chain.Header{}, false
	case errors.Is(err, chain.ErrUnknownParent):
		e.askHeaders(p)
	}
	return e.chain.Header(id)
}

// filled is a compact block with all its transactions. If they do not fit the
// header, two ids clashed or p lied; then the whole block is asked for.
func (e *Engine) filled(p *peer, filling *partial) {
	id := filling.id
	filling.block.Identify(filling.ids)
	err := consensus.CheckTrusting(&filling.block, filling.verified)
	if consensus.Mutated(err) {
		if !p.requested(id) {
			e.requestWhole(p, []types.Hash{id})
		}
		return
	}
	p.gaveBlock(e.now)
	if err == nil {
		e.relayEarly(id, &filling.block)
	}
	e.buffer(id, filling.block, filling.from)
}

// relayEarly passes a block on top of our tip on before it is verified, as its
// header and proof of work are good (BIP 152, high bandwidth). Once one on the tip was
// invalid, others wait for their verification: otherwise whoever makes invalid blocks
// has every node of the network verify each.
func (e *Engine) relayEarly(id types.Hash, b *types.Block) {
	if b.Previous == e.published.tip.ID && b.Previous != e.doubted {
		r := &relayed{block: b}
		e.relayed.Add(id, r)
		e.announce(id, r, unverified)
	}
}

// endFilling notes that p does not owe transactions of a compact block any
// more.
func (e *Engine) endFilling(p *peer) {
	if p.partial == nil {
		return
	}
	id := p.partial.id
	if _, whole := p.inFlight[id]; !whole {
		e.release(p, id)
	}
	p.partial, p.partialDue = nil, time.Time{}
}

func (e *Engine) blockTransactions(p *peer, m BlockTransactions) {
	filling := p.partial // whose transactions these are; see awaits
	e.endFilling(p)
	if !filling.fill(m.Transactions) {
		e.drop(p, errUnsolicited)
		return
	}
	if h, ok := e.chain.Header(m.Block); ok && h.Valid && !h.Stored && !e.downloads.has(m.Block) {
		e.filled(p, filling)
	}
}

func (e *Engine) getBlockTransactions(p *peer, m GetBlockTransactions) {
	if e.published.withheld[m.Block] {
		e.send(p, NotFound{IDs: []types.Hash{m.Block}})
		return
	}
	r, here := e.relayed.Get(m.Block)
	if !here {
		e.do(Serve{Peer: p.id, Request: m})
		return
	}
	answer, err := pickTransactions(r.block, m)
	if err != nil {
		e.ban(p, err)
		return
	}
	e.send(p, answer)
}
