package mempool

import (
	"bytes"
	"cmp"
	"container/heap"
	"fmt"
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// transfer is a pending transaction with what is costly to work out again. It
// never changes.
type transfer struct {
	types.Transaction
	id     types.Hash
	sender types.Address
	size   int // of the encoding, in bytes
	added  time.Time
	local  bool // to be kept; see the package's comment
	undone bool // a reorg has put it back
}

// newTransfer keeps a copy of the data, so that nothing larger is kept alive.
func newTransfer(t types.Transaction, now time.Time) *transfer {
	t.Data = bytes.Clone(t.Data)
	return &transfer{Transaction: t, id: t.ID(), sender: t.Sender(), size: t.Size(), added: now}
}

// asLocal is t as a local transfer.
func (t *transfer) asLocal() *transfer {
	local := *t
	local.local = true
	return &local
}

// expired reports whether t was added before cutoff, which matters for one that is
// not local.
func (t *transfer) expired(cutoff time.Time) bool { return !t.local && t.added.Before(cutoff) }

func (t *transfer) rate() feeRate { return feeRate{t.Fee, t.size} }

// usage counts transfers.
type usage struct {
	count int
	size  int // of all encodings, in bytes
}

func (c *usage) add(t *transfer)    { c.count, c.size = c.count+1, c.size+t.size }
func (c *usage) remove(t *transfer) { c.count, c.size = c.count-1, c.size-t.size }

// item is a transfer at its place in a queue. A miner can take it only after
// all before it, so its rank is that of the worst of them and itself.
type item struct {
	*transfer
	after consensus.Account // the sender's, once this is spent
	rate  feeRate           // the lowest up to here
	since time.Time         // the latest added up to here
}

// compare is negative if a ranks before b: the better fee per byte, of equals
// the older. Ranks are all different, and fall along a queue.
func (a item) compare(b item) int {
	if order := b.rate.compare(a.rate); order != 0 {
		return order
	}
	if order := a.since.Compare(b.since); order != 0 {
		return order
	}
	if order := bytes.Compare(a.sender[:], b.sender[:]); order != 0 {
		return order
	}
	return cmp.Compare(a.Sequence, b.Sequence)
}

// queue holds a sender's pending transfers in the order of their sequence
// numbers, without a gap. The local ones come first, as each is worth nothing
// without those before it.
type queue struct {
	sender  types.Address
	account consensus.Account // at the tip
	items   []item
	index   int // in tails
}

// tail is the last item of a queue that is not empty.
func (q *queue) tail() item { return q.items[len(q.items)-1] }

// at is the item with this sequence number, if there is one.
func (q *queue) at(sequence uint64) (item, bool) {
	first := q.account.Sequence
	if sequence < first || sequence-first >= uint64(len(q.items)) {
		return item{}, false
	}
	return q.items[sequence-first], true
}

// remote lists what comes before a sequence number and is not local.
func (q *queue) remote(sequence uint64) []item {
	end := int(min(max(sequence, q.account.Sequence)-q.account.Sequence, uint64(len(q.items))))
	first := end
	for first > 0 && !q.items[first-1].local {
		first--
	}
	return q.items[first:end]
}

// next is the item that t would be at the queue's end, or the rule of
// consensus that t breaks there.
func (q *queue) next(t *transfer) (item, error) {
	it := item{transfer: t, after: q.account, rate: t.rate(), since: t.added}
	if len(q.items) > 0 {
		last := q.tail()
		it.after = last.after
		if last.rate.compare(it.rate) < 0 {
			it.rate = last.rate
		}
		if last.since.After(it.since) {
			it.since = last.since
		}
	}
	var err error
	it.after, err = it.after.Spend(&t.Transaction)
	return it, err
}

// checkReplace tells whether t may take old's place: it pays clearly more, and
// its sender can still pay for all that follows.
func (q *queue) checkReplace(old item, t *transfer) error {
	least, ok := replacementFee(old.transfer.rate(), t.size)
	if !ok {
		return fmt.Errorf("%w: no fee is high enough to replace %s", ErrFeeTooLow, old.id)
	}
	if t.Fee < least {
		return fmt.Errorf("%w: fee %s, replacing %s takes at least %s", ErrFeeTooLow, t.Fee, old.id, least)
	}
	left := q.tail().after.Balance + old.Amount + old.Fee
	if cost := t.Amount + t.Fee; cost > left {
		return fmt.Errorf("%w: %s has %s besides its other pending transfers, amount %s and fee %s are more",
			consensus.ErrOverspend, t.sender, left, t.Amount, t.Fee)
	}
	return nil
}

// tails is a heap of queues that are not empty, the one whose tail ranks last
// at the top. Local tails, which are not evicted, are at the bottom.
type tails []*queue

var _ heap.Interface = (*tails)(nil)

func (h tails) Len() int { return len(h) }
func (h tails) Less(i, j int) bool {
	a, b := h[i].tail(), h[j].tail()
	if a.local != b.local {
		return b.local
	}
	return a.compare(b) > 0
}

func (h tails) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

// Push takes a *queue.
func (h *tails) Push(q any) {
	q.(*queue).index = len(*h)
	*h = append(*h, q.(*queue))
}

// Pop returns the last *queue of the slice.
func (h *tails) Pop() any {
	last := len(*h) - 1
	q := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return q
}
