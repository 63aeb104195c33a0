package protocol

import (
	"errors"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/types"
)

// askHeaders asks a peer for headers above the best that we know, unless it
// owes us some or too many lie ahead of the blocks already.
func (e *Engine) askHeaders(p *peer) {
	best, tip := e.chain.HeadersTip(), e.chain.Tip()
	if !p.headersDue.IsZero() || best.Height > tip.Height+uint64(e.config.MaxHeadersOpen) {
		return
	}
	p.headersDue = e.now.Add(e.config.RequestTimeout)
	e.send(p, GetHeaders{Locator: e.chain.Locator(e.locatorBase(p, best.ID))})
}

// locatorBase is where to ask a peer to go on from: its own best branch where
// that is known, as it may not be the best of all.
func (e *Engine) locatorBase(p *peer, best types.Hash) types.Hash {
	if h, ok := e.chain.Header(p.best); ok && h.Valid && !h.Stored {
		return p.best
	}
	return best
}

func (e *Engine) getHeaders(p *peer, m GetHeaders) {
	e.send(p, Headers{Headers: e.chain.HeadersAfter(m.Locator, maxHeaders)})
}

// headers are the answer to our GetHeaders, or, if none is open, an
// announcement.
func (e *Engine) headers(p *peer, m Headers) {
	asked := !p.headersDue.IsZero()
	p.headersDue = time.Time{}
	if len(m.Headers) == 0 {
		if asked {
			e.settleClaim(p)
		}
		return
	}
	err := e.chain.AddHeaders(m.Headers)
	if err != nil && !e.tolerate(p, err, asked) {
		return
	}
	before := p.work
	e.noteLast(p, m.Headers)
	switch full := len(m.Headers) == maxHeaders; {
	case err != nil:
	case full && asked && !p.work.Gt(&before):
		e.drop(p, errEndless)
	case full:
		e.askHeaders(p)
	case asked:
		e.settleClaim(p)
	}
}

// tolerate judges headers that could not be taken; it is false once the peer
// is gone.
func (e *Engine) tolerate(p *peer, err error, asked bool) bool {
	switch {
	case chain.Invalid(err):
		e.punish(p, err)
		return false
	case errors.Is(err, chain.ErrUnknownParent) && asked:
		e.drop(p, err) // the answer to a locator starts at one of its blocks
		return false
	case errors.Is(err, chain.ErrUnknownParent):
		e.askHeaders(p)
	}
	return true // from the future, or too many: nobody's fault
}

// noteLast notes the last of headers that is known here as the peer's.
func (e *Engine) noteLast(p *peer, headers []types.Header) {
	for i := len(headers) - 1; i >= 0; i-- {
		if h, ok := e.chain.Header(headers[i].Hash()); ok && h.Valid {
			p.shows(h)
			return
		}
	}
}

// settleClaim drops a peer that has shown all it has and does not have what it
// claimed.
func (e *Engine) settleClaim(p *peer) {
	tip := e.chain.Tip()
	if p.claim.Work.Gt(&p.work) && p.claim.Work.Gt(&tip.Work) {
		if _, known := e.chain.Header(p.claim.ID); !known {
			e.drop(p, errFalseClaim)
		}
	}
}
