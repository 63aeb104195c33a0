package protocol

import (
	"iter"

	"networkmngr/internal/types"
)

// maxReannounced is how many transactions are told of again with a Ping.
const maxReannounced = 512

// reannounce tells a peer once more of a part of what is pending, the next part each
// time: an announcement may have vanished on a bad line, or come when there was
// no room for it. Mostly the peer knows all of it, so short ids do. A peer with which
// nothing was exchanged yet hears of all.
func (e *Engine) reannounce(p *peer) {
	if !p.offered {
		e.offerPool(p)
		return
	}
	ids := e.pendingIDs()
	if len(ids) == 0 {
		return
	}
	if p.reannounced >= len(ids) {
		p.reannounced = 0
	}
	part := ids[p.reannounced:min(len(ids), p.reannounced+maxReannounced)]
	p.reannounced += len(part)
	pending := e.stillPending(part)
	if len(pending) == 0 {
		return
	}
	m := Reannounce{Salt: e.rand.Uint64()}
	key := shortKeyOf(nil, m.Salt)
	for _, id := range pending {
		m.ShortIDs = append(m.ShortIDs, key.of(id))
	}
	e.send(p, m)
}

// reannounced asks for the ids of what is not known here. What one of the last blocks has
// is: the peer may not have got there yet.
func (e *Engine) reannounced(p *peer, m Reannounce) {
	found := e.matching(m.Salt, m.ShortIDs, e.pendingNow(), e.pending.confirmed.ids.All())
	ask := GetReannounced{Salt: m.Salt}
	for _, short := range m.ShortIDs {
		if id, known := found[short]; known {
			p.knownTxs.Add(id)
		} else {
			ask.ShortIDs = append(ask.ShortIDs, short)
		}
	}
	if len(ask.ShortIDs) > 0 {
		e.send(p, ask)
	}
}

// getReannounced tells the ids of what is pending here.
func (e *Engine) getReannounced(p *peer, m GetReannounced) {
	if e.config.NoRelay {
		return
	}
	found := e.matching(m.Salt, m.ShortIDs, e.pendingNow())
	var ids []types.Hash
	for _, short := range m.ShortIDs {
		if id, here := found[short]; here {
			ids = append(ids, id)
			delete(found, short) // it may stand twice
		}
	}
	if len(ids) > 0 {
		e.send(p, Have{IDs: ids})
	}
}

// pendingNow names all that is pending, in no particular order.
func (e *Engine) pendingNow() iter.Seq[types.Hash] {
	return func(yield func(types.Hash) bool) {
		for id := range e.pool.All() {
			if !yield(id) {
				return
			}
		}
	}
}

// matching finds the ids that short ids stand for. Of two with one short id it is the
// lower, whatever the order in which they come.
func (e *Engine) matching(salt uint64, wanted []ShortID, lists ...iter.Seq[types.Hash]) map[ShortID]types.Hash {
	key, open := shortKeyOf(nil, salt), make(map[ShortID]bool, len(wanted))
	for _, short := range wanted {
		open[short] = true
	}
	found := make(map[ShortID]types.Hash)
	for _, ids := range lists {
		for id := range ids {
			e.work.Scanned++
			short := key.of(id)
			if before, twice := found[short]; open[short] && (!twice || id.Compare(before) < 0) {
				found[short] = id
			}
		}
	}
	return found
}
