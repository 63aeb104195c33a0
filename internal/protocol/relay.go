package protocol

import (
	"errors"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// maxRelayed is how many of the last blocks are kept in memory, so that peers
// can ask for their transactions at once.
const maxRelayed = 4

// maxCompactSeen is how many of the last compact blocks of a peer are remembered.
const maxCompactSeen = 16

// tipMoved announces the new tip to every peer that has not shown it, unless it is
// withheld.
func (e *Engine) tipMoved(ev TipMoved) {
	if ev.Block != nil {
		e.relayed.Add(ev.ID, ev.Block)
	}
	e.downloads.changed = true
	if !ev.Withheld {
		e.published = published{tip: claimOf(e.chain.Tip())}
		e.announce(ev.ID, ev.Block, true)
	}
	e.pending.retry(e)
	for _, p := range e.peers {
		e.reconsider(p)
	}
}

// announce tells peers of a block whose header is known here: those that have
// its parent by a compact block, others by the headers that they lack, as all do
// where b, the block, is nil. Headers vouch for a block, so of one that is not
// verified those others hear later.
func (e *Engine) announce(id types.Hash, b *types.Block, verified bool) {
	h, ok := e.chain.Header(id)
	if !ok || e.config.NoRelay {
		return
	}
	parent, _ := e.chain.Header(h.Previous)
	var compact Message
	var frame []byte // made once, if anybody wants it
	for _, p := range e.peers {
		if !p.ready || !p.lacks(h, verified) {
			continue
		}
		if b == nil || parent.Work.Gt(&p.work) {
			if !verified {
				continue
			}
			e.send(p, Headers{Headers: e.lacking(p, h.Header)})
		} else {
			if frame == nil {
				compact = makeCompact(b, e.rand.Uint64())
				frame = Encode(compact)
			}
			e.sendFrame(p, compact, frame)
		}
		p.setBest(h)
	}
}

// lacks reports whether a block is news for p. What it has shown of the same work may
// turn out invalid there, or may have been passed on from here before it was verified.
func (p *peer) lacks(h chain.Header, verified bool) bool {
	return h.Work.Gt(&p.work) || verified && h.Work.Eq(&p.work) && p.best != h.ID && !p.compactSeen.Has(h.ID)
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

// compact is a peer's announcement of a block.
func (e *Engine) compact(p *peer, m Compact) {
	id := m.Header.Hash()
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
	if !p.compactSeen.Add(id) {
		return // filling it costs too much to do it twice
	}
	p.provedHeader(h)
	if h.Stored || h.Work.Lt(&e.published.tip.Work) || e.downloads.has(id) {
		return
	}
	if !e.allowFill(p, &m, news) {
		return // the whole block is asked for, as its header is known
	}
	if len(m.ShortIDs) > 0 {
		e.work.Scanned += e.pool.Len()
	}
	filling := newPartial(id, &m, e.pool)
	if len(filling.missing) == 0 {
		e.filled(p, filling)
		return
	}
	e.endFilling(p)
	e.noteRequest(p, id, 0)
	p.partial, p.partialDue = filling, e.dueIn(e.config.RequestTimeout)
	e.send(p, GetBlockTransactions{Block: id, Indexes: filling.missing})
}

// newHeader takes the header of a compact block; it is false if it cannot be
// taken.
func (e *Engine) newHeader(p *peer, id types.Hash, h types.Header) (chain.Header, bool) {
	err := e.addHeaders(h)
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
	err := consensus.CheckBlock(&filling.block)
	if consensus.Mutated(err) {
		if !p.requested(id) {
			e.request(p, []types.Hash{id})
		}
		return
	}
	p.stallingSince, p.lastUseful = time.Time{}, e.now
	if err == nil {
		e.relayEarly(id, &filling.block)
	}
	e.buffer(id, filling.block, source{peer: p.id})
}

// relayEarly passes a block on top of our tip on before it is verified, as its
// header and proof of work are good (BIP 152, high bandwidth). Once one on the tip was
// invalid, others wait for their verification: otherwise whoever makes invalid blocks
// has every node of the network verify each.
func (e *Engine) relayEarly(id types.Hash, b *types.Block) {
	if b.Previous == e.published.tip.ID && b.Previous != e.doubted {
		e.relayed.Add(id, b)
		e.announce(id, b, false)
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
	b, here := e.relayed.Get(m.Block)
	if !here {
		e.do(Serve{p.id, m})
		return
	}
	answer, err := pickTransactions(b, m)
	if err != nil {
		e.ban(p, err)
		return
	}
	e.send(p, answer)
}
