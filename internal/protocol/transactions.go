package protocol

import (
	"errors"
	"slices"
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

const (
	maxKnown     = 5000 // ids remembered for each peer
	maxRejected  = 5000
	maxAsked     = 10_000 // transactions asked of one peer at a time
	maxAnnounced = 4      // peers remembered that have one of them
	maxGaps      = 256    // transfers that wait for one of their sender before
	maxReminded  = 256    // ids told again with a Ping
	maxOffered   = 50_000 // ids told to a new peer
	// maxAnswerBytes bounds one Transactions message, so that it fits a frame.
	maxAnswerBytes = types.MaxBlockSize
)

// transactions are the pending transactions on their way to us.
type transactions struct {
	asked    map[types.Hash]*wanted
	admitted map[types.Hash]types.NodeID // given to the mempool, whose answer is due; who sent it
	rejected idSet                       // not to be asked for until the tip moves: refused, or in gaps
	gaps     []gap
	// expireNext is when expire looks again.
	expireNext time.Time
}

// wanted is a transaction that was asked for.
type wanted struct {
	from   types.NodeID
	due    time.Time
	others []types.NodeID // that have it too
	again  bool           // from announced it once more: it had been passed over, and a reorg put it back
}

// offeredBy remembers another peer that has w, once.
func (w *wanted) offeredBy(id types.NodeID) {
	w.again = w.again || id == w.from
	if id != w.from && len(w.others) < maxAnnounced && !slices.Contains(w.others, id) {
		w.others = append(w.others, id)
	}
}

// gap is a transfer that came before the one of its sender that it follows.
type gap struct {
	id          types.Hash
	transaction types.Transaction
	sender      types.Address
	from        types.NodeID // the peer that sent it
}

func newTransactions() transactions {
	return transactions{
		asked:    make(map[types.Hash]*wanted),
		admitted: make(map[types.Hash]types.NodeID),
		rejected: newIDSet(maxRejected),
	}
}

// offerPool tells a new peer what is pending here.
func (e *Engine) offerPool(p *peer) {
	p.wanted = append(p.wanted, e.pool.IDs(maxOffered)...)
	e.flush(p)
}

// remind tells a peer once more of what the next blocks are likely to hold: an
// announcement may have vanished on a bad line.
func (e *Engine) remind(p *peer) {
	if ids := e.pool.IDs(maxReminded); len(ids) > 0 {
		e.send(p, Have{IDs: ids})
	}
}

// have is a peer's announcement of transactions.
func (e *Engine) have(p *peer, m Have) {
	var ask []types.Hash
	for _, id := range m.IDs {
		p.known.add(id)
		_, admitting := e.pending.admitted[id]
		if admitting || e.pending.rejected.has[id] || e.pool.Has(id) {
			continue
		}
		if w := e.pending.asked[id]; w != nil {
			w.offeredBy(p.id)
			continue
		}
		if p.asked < maxAsked {
			ask = append(ask, id)
			p.asked++
			e.pending.asked[id] = &wanted{from: p.id, due: e.now.Add(e.config.RequestTimeout)}
		}
	}
	if len(ask) > 0 {
		e.send(p, GetTransactions{IDs: ask})
	}
}

func (e *Engine) getTransactions(p *peer, m GetTransactions) {
	var answer Transactions
	size := 0
	for _, id := range distinct(m.IDs) {
		t, ok := e.pool.Get(id)
		if !ok {
			p.known.remove(id) // so that it is announced again if a reorg puts it back
			continue
		}
		if size += t.Size(); size > maxAnswerBytes {
			e.send(p, answer)
			answer, size = Transactions{}, t.Size()
		}
		answer.Transactions = append(answer.Transactions, t)
	}
	e.send(p, answer)
}

// transactions are the answer to our GetTransactions. It may come so late that
// another peer was asked.
func (e *Engine) transactions(p *peer, m Transactions) {
	for _, t := range m.Transactions {
		id := t.ID()
		w := e.pending.asked[id]
		late := w == nil || w.from != p.id
		if late && !p.known.has[id] {
			e.drop(p, errUnasked)
			return
		}
		if late {
			continue
		}
		delete(e.pending.asked, id)
		p.asked--
		e.admit(id, t, p.id)
	}
}

func (e *Engine) admit(id types.Hash, t types.Transaction, from types.NodeID) {
	e.pending.admitted[id] = from
	e.do(Admit{Transaction: t})
}

// admitted is the mempool's verdict on a transaction.
func (e *Engine) admitted(ev Admitted) {
	id := ev.Transaction.ID()
	from, ours := e.pending.admitted[id]
	delete(e.pending.admitted, id)
	switch {
	case ev.Err == nil:
		e.spread(id)
		e.closeGap(&ev.Transaction)
	case errors.Is(ev.Err, consensus.ErrSequenceGap):
		e.pending.rejected.add(id)
		e.pending.keepGap(gap{id, ev.Transaction, ev.Transaction.Sender(), from})
	default:
		e.pending.rejected.add(id)
		if p := e.peer(from); ours && p != nil && neverValid(ev.Err) {
			e.punish(p, ev.Err)
		}
	}
	if len(e.pending.admitted) == 0 { // otherwise more will come, to be told of together
		for _, p := range e.peers {
			e.flush(p)
		}
	}
}

// neverValid reports whether a transaction breaks a rule whatever the accounts
// hold, so that no honest node passes it on.
func neverValid(err error) bool {
	rule, ok := consensus.Broken(err)
	if !ok {
		return false
	}
	switch rule {
	case consensus.ErrSequenceGap, consensus.ErrSequenceUsed, consensus.ErrOverspend:
		return false
	default:
		return true
	}
}

// spread has a transaction announced to every peer that may not have it.
func (e *Engine) spread(id types.Hash) {
	for _, p := range e.peers {
		if p.ready {
			p.wanted = append(p.wanted, id)
		}
		if len(p.wanted) >= maxIDs {
			e.flush(p)
		}
	}
}

// flush announces what p is to hear of.
func (e *Engine) flush(p *peer) {
	var fresh []types.Hash
	for _, id := range p.wanted {
		if p.known.add(id) {
			fresh = append(fresh, id)
		}
	}
	p.wanted = nil
	for part := range slices.Chunk(fresh, maxIDs) {
		e.send(p, Have{IDs: part})
	}
}

// keepGap keeps a transfer until the one before it has come. Where there is no
// room, its sender's last one gives way, which is of use last, or the oldest of
// all if its sender has no other.
func (t *transactions) keepGap(g gap) {
	if slices.ContainsFunc(t.gaps, func(other gap) bool { return other.id == g.id }) {
		return
	}
	t.gaps = append(t.gaps, g)
	if len(t.gaps) <= maxGaps {
		return
	}
	last, count := len(t.gaps)-1, 0
	for i, other := range t.gaps {
		if other.sender != g.sender {
			continue
		}
		count++
		if other.transaction.Sequence > t.gaps[last].transaction.Sequence {
			last = i
		}
	}
	if count == 1 {
		last = 0
	}
	t.gaps = slices.Delete(t.gaps, last, last+1)
}

// closeGap tries what follows t once more: all of it, as anybody can forge a
// transfer whose signature nobody has looked at yet.
func (e *Engine) closeGap(t *types.Transaction) {
	sender := t.Sender()
	e.pending.gaps = slices.DeleteFunc(e.pending.gaps, func(g gap) bool {
		follows := g.sender == sender && g.transaction.Sequence == t.Sequence+1
		if follows {
			e.admit(g.id, g.transaction, g.from)
		}
		return follows
	})
}

// retry gives what was refused another chance, as the tip has moved.
func (t *transactions) retry(e *Engine) {
	t.rejected = newIDSet(maxRejected)
	gaps := t.gaps
	t.gaps = nil
	for _, g := range gaps {
		e.admit(g.id, g.transaction, g.from)
	}
}

// expire asks another peer for what one did not send in time. It looks now and
// then only, as floods may have made the list long.
func (t *transactions) expire(e *Engine) {
	if e.now.Before(t.expireNext) {
		return
	}
	t.expireNext = e.now.Add(e.config.RequestTimeout / 8)
	t.reassign(e, func(w *wanted) bool { return e.now.After(w.due) })
}

// release asks other peers for what one that is gone was asked for.
func (t *transactions) release(e *Engine, gone types.NodeID) {
	t.reassign(e, func(w *wanted) bool { return w.from == gone })
}

func (t *transactions) reassign(e *Engine, lost func(*wanted) bool) {
	again := make(map[types.NodeID][]types.Hash)
	for id, w := range t.asked {
		if !lost(w) {
			continue
		}
		if before := e.peer(w.from); before != nil {
			before.asked--
		}
		if next := t.next(e, w); next != nil {
			next.asked++
			w.from, w.due = next.id, e.now.Add(e.config.RequestTimeout)
			again[next.id] = append(again[next.id], id)
		} else {
			delete(t.asked, id)
		}
	}
	for _, p := range e.peers {
		if ids := again[p.id]; len(ids) > 0 {
			slices.SortFunc(ids, types.Hash.Compare) // a map has no order
			for part := range slices.Chunk(ids, maxIDs) {
				e.send(p, GetTransactions{IDs: part})
			}
		}
	}
}

// next takes the next peer that has w, is still there, and owes us little
// enough.
func (t *transactions) next(e *Engine, w *wanted) *peer {
	for len(w.others) > 0 {
		p := e.peer(w.others[0])
		w.others = w.others[1:]
		if p != nil && p.asked < maxAsked {
			return p
		}
	}
	if w.again {
		w.again = false
		return e.peer(w.from)
	}
	return nil
}
