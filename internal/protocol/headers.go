package protocol

import (
	"errors"
	"time"

	"github.com/holiman/uint256"

	"networkmngr/internal/chain"
	"networkmngr/internal/types"
)

// askHeaders asks a peer for headers above the best that we know, unless it
// owes us some or too many lie ahead of the blocks already.
func (e *Engine) askHeaders(p *peer) {
	if p.headersDue.IsZero() {
		p.reached = uint256.Int{}
		e.askHeadersAfter(p, e.locatorBase(p))
	}
}

func (e *Engine) askHeadersAfter(p *peer, base chain.Header) {
	if e.tooFarAhead(base) {
		return
	}
	p.headersDue = e.dueIn(e.config.RequestTimeout)
	e.send(p, GetHeaders{Locator: e.chain.Locator(base.ID)})
}

func (e *Engine) tooFarAhead(h chain.Header) bool {
	return h.Height > e.published.tip.Height+uint64(e.config.MaxHeadersOpen)
}

// locatorBase is where to ask a peer to go on from: its own best branch where
// that is known, as it may not be the best of all. A best branch whose blocks
// do not come must not keep others from showing theirs.
func (e *Engine) locatorBase(p *peer) chain.Header {
	if h, ok := e.chain.Header(p.best); ok && h.Valid && !h.Stored {
		return h
	}
	if best := e.chain.HeadersTip(); !e.tooFarAhead(best) && !e.published.withheld[best.ID] {
		return best
	}
	return e.publishedTip()
}

func (e *Engine) getHeaders(p *peer, m GetHeaders) {
	e.send(p, Headers{Answer: true, Headers: e.headersAfter(m.Locator)})
}

// headers are the answer to our GetHeaders, or an announcement. An announcement
// that crosses our question and does not follow what is known here leaves the
// answer due.
func (e *Engine) headers(p *peer, m Headers) {
	fresh := e.fresh(m.Headers)
	err := e.addHeaders(p, m.Headers...)
	for _, id := range fresh {
		e.heard(p, id, false)
	}
	switch {
	case chain.Invalid(err):
		e.ban(p, err)
		return
	case errors.Is(err, chain.ErrUnknownParent):
		e.askHeaders(p)
		return
	}
	e.noteLast(p, m.Headers)
	full, due := err == nil && len(m.Headers) == maxHeaders, !p.headersDue.IsZero()
	switch {
	case full && !due: // an announcement, with more to come
		p.reached = uint256.Int{}
		e.follow(p, m.Headers[maxHeaders-1])
	case !m.Answer || !due:
	case full:
		e.follow(p, m.Headers[maxHeaders-1])
	default:
		p.headersDue = time.Time{}
		if err == nil { // headers from the future are nobody's fault
			e.settleClaim(p)
		}
	}
}

// fresh lists headers of an announcement that are not known yet. A list that is longer
// is of old blocks, with which this node catches up.
func (e *Engine) fresh(headers []types.Header) (ids []types.Hash) {
	const few = 8
	for i := 0; i < len(headers) && len(headers) <= few; i++ {
		id := headers[i].Hash()
		if _, known := e.chain.Header(id); !known {
			ids = append(ids, id)
		}
	}
	return ids
}

// heard tells of a block whose header is known here since now.
func (e *Engine) heard(p *peer, id types.Hash, compact bool) {
	if h, ok := e.chain.Header(id); ok && h.Valid {
		e.fast.first.Add(id, p.id)
		e.do(Heard{h.Ref, p.id, compact})
	}
}

// follow asks for what comes after a full list of headers. A list that leads no
// further than the one before it answers nothing.
func (e *Engine) follow(p *peer, last types.Header) {
	h, _ := e.chain.Header(last.Hash())
	if h.Work.Gt(&p.reached) {
		p.reached, p.headersDue = h.Work, time.Time{}
		e.askHeadersAfter(p, h)
	}
}

// noteLast notes the last of headers that is known here as the peer's.
func (e *Engine) noteLast(p *peer, headers []types.Header) {
	for i := len(headers) - 1; i >= 0; i-- {
		if h, ok := e.chain.Header(headers[i].Hash()); ok && h.Valid {
			p.provedHeader(h)
			p.vouchFor(h)
			return
		}
	}
}

// settleClaim drops a peer that has shown all it has and does not have the work
// that it claimed. If others have as much, it may have left the branch that it
// spoke of for one that we know; then the claim is forgotten. So it is if what it leads
// to was invalidated by hand here, as nobody waits for that.
func (e *Engine) settleClaim(p *peer) {
	h, known := e.chain.Header(p.claim.ID)
	if known && h.ByHand {
		p.claim, p.proofDue = Claim{ID: p.best, Work: p.work}, time.Time{}
	}
	if known || !p.claim.Work.Gt(&p.work) {
		return
	}
	if best := e.chain.HeadersTip(); p.claim.Work.Gt(&best.Work) {
		e.discourage(p, errFalseClaim)
		return
	}
	p.claim = Claim{ID: p.best, Work: p.work}
}
