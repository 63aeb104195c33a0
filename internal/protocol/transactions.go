package protocol

import (
	"bytes"
	"errors"
	"slices"
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/recent"
	"networkmngr/internal/times"
	"networkmngr/internal/types"
)

const (
	maxKnown    = 5000 // ids remembered for each peer
	maxRejected = 5000
	maxAsked    = 2048 // transactions asked of one peer at a time
	maxOthers   = 4    // peers remembered that have one of them
	// transferOverhead is the memory, in bytes, to reckon for a transfer under
	// way besides its encoding.
	transferOverhead = 512
)

// transactions are the pending transactions on their way to us.
type transactions struct {
	asked    map[types.Hash]*txRequest // of peers
	admitted map[types.Hash]*txRequest // given to the mempool, whose verdict is due
	offered  int                       // ids in the offers of all peers
	// rejected are refused, and not asked for until the tip moves; with a request, those
	// that are asked for then, as what spoke against them is in the accounts.
	rejected  recent.Map[types.Hash, *txRequest]
	confirmed confirmed // not asked for either
	orphans   orphanage
	listing   listing
	expireAt  time.Time // when expire may have something to do; zero for never
}

func newTransactions() transactions {
	return transactions{
		asked:     make(map[types.Hash]*txRequest),
		admitted:  make(map[types.Hash]*txRequest),
		rejected:  recent.NewMap[types.Hash, *txRequest](maxRejected),
		confirmed: newConfirmed(),
		orphans:   newOrphanage(),
	}
}

// underWay is the transaction with this id that was asked for, given to the mempool,
// or waits for one before it or for another tip, or nil.
func (t *transactions) underWay(id types.Hash) *txRequest {
	if w := t.asked[id]; w != nil {
		return w
	}
	if w := t.admitted[id]; w != nil {
		return w
	}
	if w, _ := t.rejected.Get(id); w != nil {
		return w
	}
	return t.orphans.byID[id].request
}

// txRequest is a transaction that is on its way.
type txRequest struct {
	from   types.NodeID // was asked for it, or sent it
	due    time.Time    // while it is asked for
	cost   int          // of what came, in bytes
	others []types.NodeID
}

// offeredBy remembers another peer that has w, once.
func (w *txRequest) offeredBy(id types.NodeID) {
	if id != w.from && len(w.others) < maxOthers && !slices.Contains(w.others, id) {
		w.others = append(w.others, id)
	}
}

// have is a peer's announcement of transactions.
func (e *Engine) have(p *peer, m Have) {
	for _, id := range m.IDs {
		p.knownTxs.Add(id)
		if w := e.pending.underWay(id); w != nil {
			w.offeredBy(p.id)
		} else if e.lacks(id) {
			e.noteAnnounced(p, id)
		}
	}
	e.boundAnnounced()
}

// lacks reports whether a transaction that is not under way is of use.
func (e *Engine) lacks(id types.Hash) bool {
	return !e.pending.rejected.Has(id) && !e.pending.confirmed.ids.Has(id) && !e.pool.Has(id)
}

// getTransactions answers at the peer's pace, and says at once what is gone.
func (e *Engine) getTransactions(p *peer, m GetTransactions) {
	var here, gone []types.Hash
	for _, id := range distinct(m.IDs) {
		if e.pool.Has(id) {
			here = append(here, id)
		} else {
			p.knownTxs.Remove(id) // so that it is announced again if a reorg puts it back
			gone = append(gone, id)
		}
	}
	if len(here) > 0 {
		e.do(Serve{p.id, GetTransactions{IDs: here}, e.pool.among(here)})
	}
	if len(gone) > 0 {
		e.send(p, NotFound{IDs: gone})
	}
}

// distinct drops repeats, so that a list costs no more than what it names.
func distinct(ids []types.Hash) []types.Hash {
	seen := make(map[types.Hash]bool, len(ids))
	var list []types.Hash
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			list = append(list, id)
		}
	}
	return list
}

// transactionsGone asks others for what p has no more.
func (e *Engine) transactionsGone(p *peer, ids []types.Hash) {
	gone := make(map[types.Hash]bool)
	for _, id := range ids {
		if w := e.pending.asked[id]; w != nil && w.from == p.id {
			gone[id] = true
		}
	}
	if len(gone) > 0 {
		e.pending.reassign(e, func(id types.Hash, _ *txRequest) bool { return gone[id] })
		p.lateTxs -= len(gone) // it will not send them
	}
}

// transactions are the answer to our GetTransactions. It may come so late that
// another peer was asked.
func (e *Engine) transactions(p *peer, m Transactions) {
	var later []types.Hash
	for _, t := range m.Transactions {
		id := t.ID()
		w := e.pending.asked[id]
		if w == nil || w.from != p.id {
			if p.lateTxs == 0 {
				e.drop(p, errUnsolicited)
				return
			}
			p.lateTxs--
			continue
		}
		delete(e.pending.asked, id)
		p.askedTxs--
		p.knownTxs.Add(id) // its offer may be long ago
		if w.cost = transferCost(&t); p.hasRoom(w.cost, e.config.MaxAdmitting) && !p.overrun && len(later) == 0 {
			t.Data = bytes.Clone(t.Data) // the rest of the frame need not be kept
			e.admit(id, t, w)
		} else {
			later = append(later, id)
			e.noteOthers(w, id)
		}
	}
	e.requeue(p, later)
}

// transferCost is the memory, in bytes, to reckon for a transfer.
func transferCost(t *types.Transaction) int { return t.Size() + transferOverhead }

// hasRoom reports whether there is room for a transfer of p that came, and notes
// what its transfers cost.
func (p *peer) hasRoom(cost, most int) bool {
	p.average += (cost - p.average) / 16
	return p.admitting+cost <= most
}

// admit gives a transfer to the mempool.
func (e *Engine) admit(id types.Hash, t types.Transaction, w *txRequest) {
	if p := e.peer(w.from); p != nil {
		p.admitting += w.cost
	} else {
		w.cost = 0 // nor is anything taken off if it comes back meanwhile
	}
	e.pending.admitted[id] = w
	e.do(Admit{Transaction: t, From: w.from})
}

// judged is what was given to the mempool under this id, or nil.
func (e *Engine) judged(id types.Hash) *txRequest {
	w := e.pending.admitted[id]
	if w == nil {
		return nil
	}
	delete(e.pending.admitted, id)
	if p := e.peer(w.from); p != nil {
		p.admitting -= w.cost
	}
	return w
}

// admitted is the mempool's verdict on a transaction.
func (e *Engine) admitted(ev Admitted) {
	id := ev.Transaction.ID()
	w := e.judged(id)
	switch {
	case ev.Err == nil:
		e.pending.listing.add(id)
		e.relay(id)
		e.takeOrphans(&ev.Transaction)
	case errors.Is(ev.Err, consensus.ErrSequenceGap):
		if w != nil {
			e.pending.orphans.put(orphan{id, ev.Transaction, ev.Transaction.Sender(), w})
		} // or else others are asked for it, or may tell of it again, as of what gave way
	default:
		e.refused(id, w, ev.Err)
	}
	if len(e.pending.admitted) == 0 { // otherwise more will come, to be told of together
		e.flushAll()
	}
}

// refused notes that the mempool does not take a transaction, and blames who sent it if no
// honest node would have.
func (e *Engine) refused(id types.Hash, w *txRequest, err error) {
	rule, broken := consensus.Broken(err)
	switch {
	case broken && ofAccounts(rule):
		if w != nil {
			e.pending.rejected.Add(id, w)
		} // or else others are asked for it, or may tell of it again
		return
	case broken && w != nil:
		e.blame(w.from, err)
	}
	e.pending.rejected.Add(id, nil)
}

// blame punishes who sent something, if it is still there.
func (e *Engine) blame(id types.NodeID, err error) {
	if p := e.peer(id); p != nil {
		e.ban(p, err)
	}
}

// ofAccounts reports whether a rule goes by what the accounts hold. No honest node passes
// on what breaks another one.
func ofAccounts(rule consensus.Rule) bool {
	switch rule {
	case consensus.ErrSequenceGap, consensus.ErrSequenceUsed, consensus.ErrOverspend:
		return true
	default:
		return false
	}
}

// retry gives what was refused another chance, as the tip has moved: what the accounts
// spoke against is asked for again, as those that have it need not tell of it again.
func (t *transactions) retry(e *Engine) {
	rejected := t.rejected
	t.rejected, t.listing = recent.NewMap[types.Hash, *txRequest](maxRejected), listing{}
	for id := range rejected.All() {
		if w, _ := rejected.Get(id); w != nil {
			w.others = append([]types.NodeID{w.from}, w.others...)
			e.noteOthers(w, id)
		}
	}
	e.boundAnnounced()
	for _, g := range t.orphans.takeAll() {
		e.readmit(g)
	}
}

// expire asks another peer for what one did not send in time. It looks now and
// then only, as floods may have made the list long.
func (t *transactions) expire(e *Engine) {
	t.expireAt = time.Time{}
	t.reassign(e, func(_ types.Hash, w *txRequest) bool { return e.now.After(w.due) })
	var next time.Time
	for _, w := range t.asked {
		next = times.First(next, w.due)
	}
	if !next.IsZero() {
		t.expireAt = times.Later(next.Add(1), e.now.Add(e.config.RequestTimeout/8))
	}
}

// release gives up all that waits for the sake of a peer that is gone, and asks
// others for it.
func (t *transactions) release(e *Engine, gone *peer) {
	t.offered -= len(gone.announced)
	gone.announced = nil
	if gone.admitting > 0 {
		e.do(Discard{Peer: gone.id})
		for id, w := range t.admitted {
			if w.from == gone.id {
				delete(t.admitted, id)
				t.asked[id] = w
			}
		}
	}
	if gone.askedTxs > 0 || gone.admitting > 0 {
		t.reassign(e, func(_ types.Hash, w *txRequest) bool { return w.from == gone.id })
	}
}

// reassign asks the next peer that has it for what was asked for in vain.
func (t *transactions) reassign(e *Engine, lost func(types.Hash, *txRequest) bool) {
	again := make(map[types.NodeID][]types.Hash)
	for _, id := range t.lost(lost) {
		w := t.asked[id]
		if before := e.peer(w.from); before != nil {
			before.askedTxs--
			before.lateTxs++
			before.overrun = before.overrun && before.askedTxs > 0
		}
		if next := w.next(e); next != nil {
			next.askedTxs++
			w.from, w.due = next.id, e.now.Add(e.config.RequestTimeout)
			again[next.id] = append(again[next.id], id)
		} else {
			delete(t.asked, id)
			e.noteOthers(w, id)
		}
	}
	e.boundAnnounced()
	for _, p := range e.peers {
		if ids := again[p.id]; len(ids) > 0 {
			e.sendGetTransactions(p, ids)
		}
	}
}

// lost lists what was asked for in vain, in order, as a map has none.
func (t *transactions) lost(is func(types.Hash, *txRequest) bool) (ids []types.Hash) {
	for id, w := range t.asked {
		if is(id, w) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, types.Hash.Compare)
	return ids
}

// next takes the next peer that has w, is still there, and owes us little enough. Those
// that owe more stay among the others.
func (w *txRequest) next(e *Engine) *peer {
	for i, id := range w.others {
		if p := e.peer(id); p != nil && p.askedTxs < maxAsked {
			w.others = slices.Delete(w.others, i, i+1)
			return p
		}
	}
	return nil
}
