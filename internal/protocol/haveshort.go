package protocol

import (
	"iter"
	"slices"

	"networkmngr/internal/types"
)

// sendHaveShort tells a peer of what is pending by short ids, as mostly it knows of it; not
// of more than one message has room for. Two ids with one short id hide each other, until
// they are told of by another salt.
func (e *Engine) sendHaveShort(p *peer, all bool, ids []types.Hash) {
	ids = ids[:min(len(ids), maxAnnounced)]
	m := HaveShort{All: all, Salt: e.rand.Uint64(), ShortIDs: make([]ShortID, len(ids))}
	key := shortKeyOf(nil, m.Salt)
	for i, id := range ids {
		m.ShortIDs[i] = key.of(id)
	}
	p.toldBy, p.mayGet = m.Salt, len(ids) > 0
	e.send(p, m)
}

// haveShort asks for the ids of what is not known here. What one of the last blocks has
// is: the peer may not have got there yet. One that has told of all hears of the rest.
func (e *Engine) haveShort(p *peer, m HaveShort) {
	found := e.matching(m.Salt, m.ShortIDs, e.pendingNow(), e.pending.confirmed.ids.All())
	ask := GetHave{Salt: m.Salt}
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
	if m.All {
		e.tellRest(p, found, shortKeyOf(nil, m.Salt))
	}
}

// getHave tells the ids of what is pending here, once for each HaveShort.
func (e *Engine) getHave(p *peer, m GetHave) {
	if !p.mayGet || m.Salt != p.toldBy {
		return
	}
	p.mayGet = false
	found := e.matching(m.Salt, m.ShortIDs, e.pendingNow())
	var ids []types.Hash
	for _, short := range m.ShortIDs {
		if id, here := found[short]; here {
			ids = append(ids, id)
			delete(found, short) // it may stand twice
		}
	}
	for part := range slices.Chunk(ids, maxIDs) {
		e.send(p, Have{IDs: part})
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
	if len(wanted) == 0 {
		return found
	}
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
