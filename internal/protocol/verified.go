package protocol

import (
	"errors"

	"networkmngr/internal/chain"
	"networkmngr/internal/types"
)

// verified judges who sent what was verified.
func (e *Engine) verified(ev Verified) {
	run := e.downloads.verifying
	e.downloads.verifying, e.downloads.changed = nil, true
	e.lookSoon()
	if ev.Err != nil {
		e.punishInvalid(run, ev.Err)
	}
	for _, p := range e.peers {
		e.reconsider(p)
	}
}

// punishInvalid acts on a block that could not be taken.
func (e *Engine) punishInvalid(run map[types.Hash]source, err error) {
	var at *chain.BlockError
	if !errors.As(err, &at) || !chain.Invalid(err) {
		return
	}
	e.relayed.Remove(at.ID)
	if bad, ok := e.chain.Header(at.ID); ok {
		e.doubted = bad.Previous
	}
	e.discardInvalid()
	from, ok := run[at.ID]
	if !ok || !from.verified {
		return
	}
	if p := e.peer(from.peer); p != nil {
		e.ban(p, err)
	}
}

// decided goes by which branches may win now. What a peer has of those that may again
// is known when it says what its tip is.
func (e *Engine) decided() {
	e.downloads.changed = true
	e.discardInvalid()
	for _, p := range e.peers {
		e.reconsider(p)
		if p.ready {
			e.ping(p)
		}
	}
}

// discardInvalid gives up arrived blocks that follow one that broke a rule, or was
// invalidated by hand.
func (e *Engine) discardInvalid() {
	bad := make(map[types.Hash]source)
	for _, r := range e.downloads.order {
		if h, ok := e.chain.Header(r.id); ok && !h.Valid {
			bad[r.id] = source{}
		}
	}
	e.downloads.take(bad)
}

// reconsider forgets that a peer has a branch which turned out invalid, and
// goes on with its headers where we had stopped for want of blocks.
func (e *Engine) reconsider(p *peer) {
	if h, ok := e.chain.Header(p.best); ok && !h.Valid {
		e.fallBack(p)
	}
	if p.ready && p.claim.Work.Gt(&e.published.tip.Work) && p.claim.Work.Gt(&p.work) && e.followsClaims() {
		if _, known := e.chain.Header(p.claim.ID); !known {
			e.askHeaders(p)
		}
	}
}

// fallBack takes a peer to have no more than what it vouched for: it may have passed
// a block on before it found that invalid itself.
func (e *Engine) fallBack(p *peer) {
	vouched := p.vouched.ID
	p.resetBest()
	if h, ok := e.chain.Header(vouched); ok && h.Valid {
		p.vouchFor(h)
	}
}
