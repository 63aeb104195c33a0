package protocol

import (
	"slices"

	"networkmngr/internal/types"
)

const (
	maxOffered = 50_000         // ids that one peer offers and that nobody was asked for yet, or that it is told when it comes
	maxOffers  = 5 * maxOffered // of all peers
	// firstAverage is what a peer's transfers are expected to cost, in bytes,
	// before any has come: the most that one can. So they are asked for slowly at
	// first.
	firstAverage = types.MaxTransactionSize + transferOverhead
)

// offer keeps the id of a transfer until its turn to be asked for has come.
func (e *Engine) offer(p *peer, id types.Hash) {
	if len(p.offers) < maxOffered {
		p.offers = append(p.offers, id)
		e.pending.offered++
	}
}

// offerLater has who else has a transfer remembered, as it is put off.
func (e *Engine) offerLater(w *wanted, id types.Hash) {
	for _, other := range w.others {
		if p := e.peer(other); p != nil {
			e.offer(p, id)
		}
	}
}

// putBack keeps what p sent and there was no room for, to be asked for next, in
// the order in which it came: what follows on it must not come first.
func (e *Engine) putBack(p *peer, ids []types.Hash) {
	p.overrun = p.asked > 0 && (p.overrun || len(ids) > 0)
	if len(ids) == 0 {
		return
	}
	p.offers = slices.Insert(p.offers, p.returned, ids...)
	p.returned += len(ids)
	e.pending.offered += len(ids)
	e.boundOffers()
}

// boundOffers forgets the last offers of the peer that has most, until they are
// few enough. Whoever has such a transfer tells of it again; see remind.
func (e *Engine) boundOffers() {
	for e.pending.offered > maxOffers {
		most := slices.MaxFunc(e.peers, func(a, b *peer) int { return len(a.offers) - len(b.offers) })
		excess := min(e.pending.offered-maxOffers, len(most.offers))
		most.offers = most.offers[:len(most.offers)-excess]
		most.returned = min(most.returned, len(most.offers))
		e.pending.offered -= excess
	}
}

// askTransactions asks each peer for what it has offered, as far as there is
// room for it.
func (e *Engine) askTransactions() {
	for _, p := range e.peers {
		if room := e.transferRoom(p); room > 0 {
			e.sendGetTransactions(p, e.takeOffers(p, room))
		}
	}
}

// transferRoom is how many transfers p may be asked for now: none before half of
// its share is free, so that they are asked for in batches.
func (e *Engine) transferRoom(p *peer) int {
	if len(p.offers) == 0 || p.overrun || e.lagsBehind(p) {
		return 0
	}
	most := max(1, min(maxAsked, e.config.MaxAdmitting/p.average))
	room := most - p.asked - p.admitting/p.average
	if 2*room < most && room < len(p.offers) {
		return 0
	}
	return min(room, len(p.offers))
}

// lagsBehind reports whether p has, or says it has, blocks that we have yet to get.
// Until then much of what is pending there cannot be judged here.
func (e *Engine) lagsBehind(p *peer) bool {
	tip := e.chain.Tip()
	return p.work.Gt(&tip.Work) || p.claim.Work.Gt(&tip.Work)
}

// takeOffers takes at most count transfers that p is to be asked for. Those that
// are under way meanwhile are passed over.
func (e *Engine) takeOffers(p *peer, count int) (ask []types.Hash) {
	taken := 0
	for ; taken < len(p.offers) && len(ask) < count; taken++ {
		id := p.offers[taken]
		if w := e.pending.underWay(id); w != nil {
			w.offeredBy(p.id)
		} else if e.lacks(id) {
			e.pending.asked[id] = &wanted{from: p.id, due: e.now.Add(e.config.RequestTimeout)}
			ask = append(ask, id)
		}
	}
	e.pending.offered -= taken
	if p.offers = p.offers[taken:]; len(p.offers) == 0 {
		p.offers = nil
	}
	p.returned = max(0, p.returned-taken)
	p.asked += len(ask)
	return ask
}

func (e *Engine) sendGetTransactions(p *peer, ids []types.Hash) {
	if len(ids) > 0 {
		e.pending.expireAt = earliest(e.pending.expireAt, e.now.Add(e.config.RequestTimeout+1))
	}
	for part := range slices.Chunk(ids, maxIDs) {
		e.send(p, GetTransactions{IDs: part})
	}
}
