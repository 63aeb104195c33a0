package protocol

import (
	"slices"

	"networkmngr/internal/times"
	"networkmngr/internal/types"
)

const (
	maxAnnounced    = 50_000           // ids that one peer offers and that nobody was asked for yet, or that it is told when it comes
	maxAllAnnounced = 5 * maxAnnounced // of all peers
	// firstAverage is what a peer's transfers are expected to cost, in bytes,
	// before any has come: the most that one can. So they are asked for slowly at
	// first.
	firstAverage = types.MaxTransactionSize + transferOverhead
)

// noteAnnounced keeps the id of a transfer until its turn to be asked for has come.
func (e *Engine) noteAnnounced(p *peer, id types.Hash) {
	if len(p.announced) < maxAnnounced {
		p.announced = append(p.announced, id)
		e.pending.offered++
	}
}

// noteOthers has who else has a transfer remembered, as nobody is asked for it now.
func (e *Engine) noteOthers(w *txRequest, id types.Hash) {
	for _, other := range w.others {
		if p := e.peer(other); p != nil {
			e.noteAnnounced(p, id)
		}
	}
}

// requeue keeps what p sent and there was no room for, to be asked for next, in
// the order in which it came: what follows on it must not come first.
func (e *Engine) requeue(p *peer, ids []types.Hash) {
	p.overrun = p.askedTxs > 0 && (p.overrun || len(ids) > 0)
	if len(ids) == 0 {
		return
	}
	p.announced = slices.Insert(p.announced, p.returned, ids...)
	p.returned += len(ids)
	e.pending.offered += len(ids)
	e.boundAnnounced()
}

// boundAnnounced forgets the last offers of the peer that has most, until they are
// few enough. Whoever has such a transfer tells of it again; see reannounce.
func (e *Engine) boundAnnounced() {
	for e.pending.offered > maxAllAnnounced {
		most := slices.MaxFunc(e.peers, func(a, b *peer) int { return len(a.announced) - len(b.announced) })
		excess := min(e.pending.offered-maxAllAnnounced, len(most.announced))
		most.announced = most.announced[:len(most.announced)-excess]
		most.returned = min(most.returned, len(most.announced))
		e.pending.offered -= excess
	}
}

// askTransactions asks each peer for what it has offered, as far as there is
// room for it.
func (e *Engine) askTransactions() {
	for _, p := range e.peers {
		if room := e.transferRoom(p); room > 0 {
			e.sendGetTransactions(p, e.takeAnnounced(p, room))
		}
	}
}

// transferRoom is how many transfers p may be asked for now: none before half of
// its share is free, so that they are asked for in batches.
func (e *Engine) transferRoom(p *peer) int {
	if len(p.announced) == 0 || p.overrun || e.lagsBehind(p) {
		return 0
	}
	most := max(1, min(maxAsked, e.config.MaxAdmitting/p.average))
	room := most - p.askedTxs - p.admitting/p.average
	if 2*room < most && room < len(p.announced) {
		return 0
	}
	return min(room, len(p.announced))
}

// lagsBehind reports whether p has, or says it has, blocks that we have yet to get.
// Until then much of what is pending there cannot be judged here.
func (e *Engine) lagsBehind(p *peer) bool {
	tip := &e.published.tip
	return p.work.Gt(&tip.Work) || p.claim.Work.Gt(&tip.Work)
}

// takeAnnounced takes at most count transfers that p is to be asked for. Those that
// are under way meanwhile are passed over.
func (e *Engine) takeAnnounced(p *peer, count int) (ask []types.Hash) {
	taken := 0
	for ; taken < len(p.announced) && len(ask) < count; taken++ {
		id := p.announced[taken]
		if w := e.pending.underWay(id); w != nil {
			w.offeredBy(p.id)
		} else if e.lacks(id) {
			e.pending.asked[id] = &txRequest{from: p.id, due: e.now.Add(e.config.RequestTimeout)}
			ask = append(ask, id)
		}
	}
	e.pending.offered -= taken
	if p.announced = p.announced[taken:]; len(p.announced) == 0 {
		p.announced = nil
	}
	p.returned = max(0, p.returned-taken)
	p.askedTxs += len(ask)
	return ask
}

func (e *Engine) sendGetTransactions(p *peer, ids []types.Hash) {
	if len(ids) > 0 {
		e.pending.expireAt = times.First(e.pending.expireAt, e.now.Add(e.config.RequestTimeout+1))
	}
	for part := range slices.Chunk(ids, maxIDs) {
		e.send(p, GetTransactions{IDs: part})
	}
}
