package protocol

import (
	"slices"
	"time"

	"networkmngr/internal/times"
	"networkmngr/internal/types"
)

const (
	// flushAfter is how long an announcement waits at most for others to join it.
	flushAfter = time.Second
	// listingAge is how long a listing is used. To put a large mempool in order
	// costs much, and a peer has it done by coming and going.
	listingAge = 10 * time.Second
)

// listing is the mempool at one tip as peers are told of it: in the order of IDs
// when it was made, and what came since.
type listing struct {
	ids  []types.Hash
	made time.Time // zero for never
}

func (l *listing) add(id types.Hash) {
	if !l.made.IsZero() {
		l.ids = append(l.ids, id)
	}
}

// pendingIDs names what is pending here and may be announced, and perhaps some that
// is not pending any more.
func (e *Engine) pendingIDs() []types.Hash {
	if e.config.NoRelay {
		return nil
	}
	l := &e.pending.listing
	if l.made.IsZero() || e.now.Sub(l.made) > listingAge || len(l.ids) > 2*maxAnnounced {
		*l = listing{ids: e.pool.IDs(maxAnnounced), made: e.now}
		e.work.Scanned += len(l.ids)
	}
	return l.ids
}

// greetPool begins to exchange with a new peer what is pending, if this node has dialled: it
// tells of all, and the other end of what is missing from that. So of two mempools that are
// alike each id crosses once, as a short one, and no feeler is told of any. Both ends use
// short ids: one may have a block already that the other's transfers are in.
func (e *Engine) greetPool(p *peer) {
	if p.outbound {
		e.tellPool(p)
	}
}

// tellPool tells a peer of all that is pending here, even of nothing.
func (e *Engine) tellPool(p *peer) {
	if e.config.NoRelay {
		return
	}
	p.offered = true
	e.sendHaveShort(p, true, e.stillPending(e.pendingIDs()))
}

// tellRest tells a peer, once, what is pending here and is not among what it has told of by
// short ids with this key, which was found here.
func (e *Engine) tellRest(p *peer, found map[ShortID]types.Hash, key shortKey) {
	if p.offered {
		return
	}
	p.offered = true
	rest := slices.DeleteFunc(e.stillPending(e.pendingIDs()), func(id types.Hash) bool { return found[key.of(id)] == id })
	if len(rest) > 0 {
		e.sendHaveShort(p, false, rest)
	}
}

// stillPending are those of ids that no block has taken meanwhile, and that nobody
// asks for in vain.
func (e *Engine) stillPending(ids []types.Hash) []types.Hash {
	return slices.DeleteFunc(slices.Clone(ids), func(id types.Hash) bool { return !e.pool.Has(id) })
}

// relay has a transaction announced to every peer that may not have it, and that will not
// be told with all the others.
func (e *Engine) relay(id types.Hash) {
	if e.config.NoRelay {
		return
	}
	for _, p := range e.peers {
		if p.offered {
			p.toAnnounce = append(p.toAnnounce, id)
			e.flushAt = times.First(e.flushAt, e.now.Add(flushAfter))
		}
		if len(p.toAnnounce) >= maxIDs {
			e.flush(p)
		}
	}
}

func (e *Engine) flushAll() {
	e.flushAt = time.Time{}
	for _, p := range e.peers {
		e.flush(p)
	}
}

// flush announces what p is to hear of.
func (e *Engine) flush(p *peer) {
	var fresh []types.Hash
	for _, id := range e.stillPending(p.toAnnounce) {
		if p.knownTxs.Add(id) {
			fresh = append(fresh, id)
		}
	}
	p.toAnnounce = nil
	for part := range slices.Chunk(fresh, maxIDs) {
		e.send(p, Have{IDs: part})
	}
}
