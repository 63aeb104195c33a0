package mempool

import (
	"bytes"
	"container/heap"
	"fmt"
	"maps"
	"slices"
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// set is the pool's content at one tip, within limits. It knows no lock, no
// chain and no clock.
type set struct {
	limits Limits
	byID   map[types.Hash]*transfer
	queues map[types.Address]*queue // none is empty
	tails  tails                    // of all queues
	size   int                      // of all encodings, in bytes
	oldest time.Time                // no transfer that may expire was added before
	// parked lack, at this tip, the coins or the transfer that they follow.
	parked parked
	local  usage       // of the local ones, parked ones too
	left   []departure // that wait no longer; the owner's, until the pool remembers them
}

func newSet(limits Limits) *set {
	return &set{
		limits: limits,
		byID:   make(map[types.Hash]*transfer), queues: make(map[types.Address]*queue),
	}
}

// queue is the sender's queue, or a new one that put will keep.
func (s *set) queue(sender types.Address, account consensus.Account) *queue {
	if q := s.queues[sender]; q != nil {
		return q
	}
	return &queue{sender: sender, account: account}
}

// at is the pending transfer of sender with this sequence number, if there is one.
func (s *set) at(sender types.Address, sequence uint64) (id types.Hash, taken bool) {
	q := s.queues[sender]
	if q == nil {
		return id, false
	}
	it, taken := q.at(sequence)
	if taken {
		id = it.id
	}
	return id, taken
}

// keeps reports whether a transfer is pending, or is parked.
func (s *set) keeps(id types.Hash) bool { return s.byID[id] != nil || s.parked.byID[id] != nil }

// account is that of a sender of whom something waits, at the tip.
func (s *set) account(sender types.Address) (consensus.Account, bool) {
	if q := s.queues[sender]; q != nil {
		return q.account, true
	}
	account, known := s.parked.accounts[sender]
	return account, known
}

// accountsAfter finds the accounts of senders once the tip has moved: those that it
// touched, and those of s.
func (s *set) accountsAfter(touched consensus.Accounts) func(types.Address) consensus.Account {
	aside := s.parked.accounts
	return func(sender types.Address) consensus.Account {
		if account, changed := touched[sender]; changed {
			return account
		}
		if q := s.queues[sender]; q != nil {
			return q.account
		}
		return aside[sender]
	}
}

// check says what speaks against t, its signature apart. account is the
// sender's at the tip. Room that several small transfers would have to make is
// left to add.
func (s *set) check(t *transfer, account consensus.Account) error {
	if s.byID[t.id] != nil {
		return fmt.Errorf("%w: %s", ErrKnown, t.id)
	}
	q := s.queue(t.sender, account)
	if old, ok := q.at(t.Sequence); ok {
		return q.checkReplace(old, t)
	}
	it, err := q.next(t)
	if err != nil {
		return err
	}
	if len(q.items) >= s.limits.PerSender {
		return fmt.Errorf("%w: %s has %d, at most %d", ErrTooMany, t.sender, len(q.items), s.limits.PerSender)
	}
	if !s.fits(t) && s.evictable(it) == nil {
		return s.full()
	}
	return nil
}

// add takes t in, at the end of its sender's queue or in the place of a
// transfer there, or refuses it and leaves all as it was.
func (s *set) add(t *transfer, account consensus.Account) error {
	if err := s.check(t, account); err != nil {
		return err
	}
	q := s.queue(t.sender, account)
	replaced := s.cut(q, t.Sequence)
	if len(replaced) > 0 && replaced[0].local {
		t = t.asLocal()
	}
	if err := s.push(q, t); err != nil {
		s.pushAll(q, replaced) // there is room for them, as there was before
		return err
	}
	if len(replaced) > 0 {
		s.leave(replaced[0].transfer, ErrReplaced, t.id)
		s.pushAll(q, replaced[1:])
	}
	return nil
}

// cut takes out of q what has this sequence number or a later one, the lowest
// first.
func (s *set) cut(q *queue, sequence uint64) []item {
	var out []item
	for len(q.items) > 0 && q.tail().Sequence >= sequence {
		out = append(out, s.pop(q))
	}
	slices.Reverse(out)
	return out
}

// pushAll pushes until one is refused; those after it would leave a gap, and
// are parked if they are local.
func (s *set) pushAll(q *queue, items []item) {
	var refused error
	for _, it := range items {
		if refused == nil {
			refused = s.push(q, it.transfer)
		}
		switch {
		case refused == nil:
		case it.local:
			s.park(it.transfer, q.account)
		default:
			s.leave(it.transfer, refused, types.Hash{})
		}
	}
}

// lift takes out the queues of senders, each in its order.
func (s *set) lift(senders consensus.Accounts) []*transfer {
	order := func(a, b types.Address) int { return bytes.Compare(a[:], b[:]) }
	var list []*transfer
	for _, sender := range slices.SortedFunc(maps.Keys(senders), order) {
		if q := s.queues[sender]; q != nil {
			list = s.takeOut(q, list)
		}
	}
	if len(list) == len(s.byID) { // all, as after a block that has room for them
		clear(s.byID)
	}
	for _, t := range list {
		s.forget(t)
	}
	return list
}

// takeOut takes out a whole queue at once, and appends it to list. What put has noted of its
// items is left to forget.
func (s *set) takeOut(q *queue, list []*transfer) []*transfer {
	heap.Remove(&s.tails, q.index)
	delete(s.queues, q.sender)
	list = slices.Grow(list, len(q.items))
	for _, it := range q.items {
		list = append(list, it.transfer)
	}
	return list
}

// forget undoes what put has noted of a transfer besides its place in its queue.
func (s *set) forget(t *transfer) {
	delete(s.byID, t.id)
	s.size -= t.size
	if t.local {
		s.local.remove(t)
	}
}

// refill adds what still fits of list, which was in a set before, parks what
// may fit again, and drops the rest.
func (s *set) refill(list []*transfer, accountOf func(types.Address) consensus.Account) {
	for _, t := range list {
		if other, taken := s.at(t.sender, t.Sequence); taken {
			s.inheritLocal(t) // its sender has chosen another since
			s.leave(t, ErrReplaced, other)
			continue
		}
		account := accountOf(t.sender)
		if t.Sequence < account.Sequence { // as of all that a block took
			s.overtaken(t, account)
		} else if err := s.add(t, account); t.waits(err) {
			s.park(t, account)
		} else if err != nil {
			s.leave(t, err, types.Hash{})
		}
	}
}

// push puts t at the end of q, and evicts what ranks lower where room is
// short.
func (s *set) push(q *queue, t *transfer) error {
	it, err := q.next(t)
	if err != nil {
		return err
	}
	if err := s.makeRoom(it); err != nil {
		return err
	}
	s.put(q, it)
	return nil
}

// makeRoom evicts tails that pay less a byte than it until it fits, or evicts
// none. It never touches the queue that it is for: all before it pay as much.
func (s *set) makeRoom(it item) error {
	type eviction struct {
		*queue
		item
	}
	var evicted []eviction
	for !s.fits(it.transfer) {
		q := s.evictable(it)
		if q == nil {
			for _, back := range slices.Backward(evicted) {
				s.put(back.queue, back.item)
			}
			return s.full()
		}
		evicted = append(evicted, eviction{q, s.pop(q)})
	}
	for _, e := range evicted {
		s.leave(e.transfer, errEvicted, types.Hash{})
	}
	return nil
}

// fits reports whether there is room for t.
func (s *set) fits(t *transfer) bool {
	count, size := len(s.byID)+1, s.size+t.size
	return count <= s.limits.Count && footprint(count, size) <= s.limits.Bytes
}

// evictable is the queue whose tail ranks last of those that are not local, if
// that pays less a byte than it.
func (s *set) evictable(it item) *queue {
	if len(s.tails) == 0 {
		return nil
	}
	if last := s.tails[0].tail(); last.local || last.rate.compare(it.rate) >= 0 {
		return nil
	}
	return s.tails[0]
}

func (s *set) full() error {
	return fmt.Errorf("%w: %d transfers of %d bytes, and too few of them pay less a byte",
		ErrFull, len(s.byID), s.size)
}

// checkLocal refuses a local transfer for which there is no room; what its sender
// has pending before it becomes local too.
func (s *set) checkLocal(t *transfer) error {
	after := s.local
	after.add(t)
	if q := s.queues[t.sender]; q != nil {
		for _, earlier := range q.remote(t.Sequence) {
			after.add(earlier.transfer)
		}
	}
	if !s.roomForLocal(after) {
		return fmt.Errorf("%w: this node has promised to keep %d transfers of %d bytes, and has no room for more of its own",
			ErrFull, s.local.count, s.local.size)
	}
	return nil
}

// roomForLocal reports whether local transfers may be as many as after.
func (s *set) roomForLocal(after usage) bool {
	count, bytes := s.limits.local()
	return after.count <= count && footprint(after.count, after.size) <= bytes
}

func (s *set) put(q *queue, it item) {
	q.items = append(q.items, it)
	if len(q.items) == 1 {
		s.queues[q.sender] = q
		heap.Push(&s.tails, q)
	} else {
		heap.Fix(&s.tails, q.index)
	}
	s.byID[it.id] = it.transfer
	s.size += it.size
	if it.local {
		s.local.add(it.transfer)
		s.makeLocal(q, it.Sequence)
	} else if s.oldest.IsZero() || it.added.Before(s.oldest) {
		s.oldest = it.added
	}
}

// makeLocal makes what q has before a sequence number local.
func (s *set) makeLocal(q *queue, sequence uint64) {
	heard := q.remote(sequence)
	for i := range heard {
		heard[i].transfer = heard[i].asLocal()
		s.byID[heard[i].id] = heard[i].transfer
		s.local.add(heard[i].transfer)
	}
}

// pop takes the tail out of q.
func (s *set) pop(q *queue) item {
	it, last := q.tail(), len(q.items)-1
	if last == 0 {
		heap.Remove(&s.tails, q.index)
		delete(s.queues, q.sender)
	}
	q.items[last] = item{} // lets go of the transfer
	q.items = q.items[:last]
	if last > 0 {
		heap.Fix(&s.tails, q.index)
	}
	s.forget(it.transfer)
	return it
}

// ranked lists all items, the best fee per byte first and each queue in its
// order.
func (s *set) ranked() []item {
	list := make([]item, 0, len(s.byID))
	for _, q := range s.queues {
		list = append(list, q.items...)
	}
	slices.SortFunc(list, item.compare)
	return list
}

// minTransfer is the size of the smallest transfer, in bytes.
var minTransfer = (&types.Transaction{Kind: types.Transfer}).Size()

// take lists the best transfers that fit in room bytes together, each
// sender's in order. Once one does not fit, none that follows it may come.
func (s *set) take(room int) []types.Transaction {
	list := make([]types.Transaction, 0, min(len(s.byID), max(room, 0)/minTransfer))
	stopped := make(map[types.Address]bool)
	for _, it := range s.ranked() {
		if room < minTransfer {
			break
		}
		if it.size > room || stopped[it.sender] {
			stopped[it.sender] = true
			continue
		}
		list = append(list, it.Transaction)
		room -= it.size
	}
	return list
}

// expired reports whether a transfer that may expire may have been added before
// cutoff.
func (s *set) expired(cutoff time.Time) bool {
	return !s.oldest.IsZero() && s.oldest.Before(cutoff)
}

// unexpired lists what is local or was not added before cutoff, as ranked does. The
// others leave.
func (s *set) unexpired(cutoff time.Time) []*transfer {
	list := make([]*transfer, 0, len(s.byID))
	for _, it := range s.ranked() {
		list = append(list, it.transfer)
	}
	return s.withoutExpired(list, cutoff)
}

func (s *set) withoutExpired(list []*transfer, cutoff time.Time) []*transfer {
	return slices.DeleteFunc(list, func(t *transfer) bool {
		expired := t.expired(cutoff)
		if expired {
			s.leave(t, ErrExpired, types.Hash{})
		}
		return expired
	})
}

func (s *set) status() Status {
	status := Status{Count: len(s.byID), Bytes: s.size, Memory: footprint(len(s.byID), s.size), Limits: s.limits}
	for _, t := range s.byID {
		status.Fees += t.Fee
	}
	if smallest := (&transfer{size: minTransfer}); !s.fits(smallest) && !s.tails[0].tail().local {
		worst := s.tails[0].tail().rate
		status.LeastRate = float64(worst.fee) / float64(worst.size)
	}
	return status
}
