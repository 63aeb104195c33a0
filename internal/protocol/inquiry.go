package protocol

import (
	"cmp"
	"slices"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/types"
)

// How long a peer is waited for alone before others are asked too. Bitcoin Core
// gives whoever stalls its window two seconds at first (BLOCK_STALLING_TIMEOUT
// in net_processing), and then drops it; here others are asked, as a second
// answer costs little where blocks come every few seconds.
const (
	leastPatience = 300 * time.Millisecond
	mostPatience  = 500 * time.Millisecond
	// perBlock is what each further block of one GetBlocks gets on top.
	perBlock = 50 * time.Millisecond
	// fanOut is how many more peers are asked for each that was asked in vain:
	// 3, 12, 48, so that any number of them costs a few times the patience. (Core
	// asks at most three for the same compact block.)
	fanOut = 3
	// lookInterval is the least time between two searches for stalls.
	lookInterval = 20 * time.Millisecond
	// lookMost is the most, while a peer has more work than our tip.
	lookMost = time.Second
	// forgetAfter is how long an inquiry that nobody owes an answer to is kept: who
	// was asked counts for how many are asked next.
	forgetAfter = time.Second
)

// inquiry is a block that was asked for.
type inquiry struct {
	open   []asking
	count  int       // peers asked so far
	due    time.Time // when others are asked too, if verification waits for the block
	lowest bool      // verification waits for it
}

// asking is a peer that owes an answer to an inquiry.
type asking struct {
	peer  *peer
	since time.Time
}

// inTime reports whether the block may be expected of some peer.
func (q *inquiry) inTime() bool {
	return slices.ContainsFunc(q.open, func(a asking) bool { return !a.peer.withholds() })
}

// patience is four times what an answer took of late, within bounds: what an
// attacker does may stretch it, but not far.
func (d *downloads) patience() time.Duration {
	return min(max(4*d.answer, leastPatience), mostPatience)
}

// inquire notes that p is asked for a block, the index-th of a message.
func (e *Engine) inquire(p *peer, id types.Hash, index int) {
	d := &e.downloads
	q := d.asked[id]
	if q == nil {
		q = &inquiry{}
		d.asked[id] = q
	}
	if !e.now.Before(q.due) {
		q.due = e.now.Add(d.patience() + time.Duration(index)*perBlock)
	}
	q.open = append(q.open, asking{p, e.now})
	q.count++
	d.lookAt = earliest(d.lookAt, q.due)
}

// release notes that p does not owe a block any more.
func (e *Engine) release(p *peer, id types.Hash) {
	if q := e.downloads.asked[id]; q != nil {
		q.open = slices.DeleteFunc(q.open, func(a asking) bool { return a.peer == p })
		if len(q.open) == 0 {
			e.lookSoon()
			e.downloads.expireAt = earliest(e.downloads.expireAt, e.now.Add(forgetAfter))
		}
	}
}

// lookSoon has stalls searched for, but not at each of many blocks.
func (e *Engine) lookSoon() {
	d := &e.downloads
	at := d.looked.Add(lookInterval)
	if at.Before(e.now) {
		at = e.now
	}
	d.lookAt = earliest(d.lookAt, at)
}

// stall is the lowest block that a branch lacks, with the peers that have the
// branch.
type stall struct {
	id    types.Hash
	peers []*peer
}

// stalls lists the lowest block that is not here of each peer's branch.
func (e *Engine) stalls(line []*peer, missing missingBlocks) []stall {
	var list []stall
	for _, p := range line {
		at := slices.IndexFunc(missing.of(p), func(ref chain.Ref) bool { return !e.downloads.here(ref.ID) })
		if at < 0 {
			continue
		}
		id := missing.of(p)[at].ID
		known := slices.IndexFunc(list, func(s stall) bool { return s.id == id })
		if known < 0 {
			known, list = len(list), append(list, stall{id: id})
		}
		list[known].peers = append(list[known].peers, p)
	}
	return list
}

// markWithholders notes who let verification wait for longer than a peer needs. Blocks
// that it owes are asked of others as well from now on.
func (e *Engine) markWithholders(stalls []stall) {
	for _, s := range stalls {
		q := e.downloads.asked[s.id]
		if q == nil || e.now.Before(q.due) {
			continue
		}
		for _, a := range q.open {
			if e.now.Sub(a.since) >= e.downloads.patience() {
				a.peer.withhold(a.since)
			}
		}
	}
}

// askMore asks more peers for a block on which verification waits, once those
// that were asked have let their time pass. Nothing else that they send puts
// that off.
func (e *Engine) askMore(s stall) {
	d := &e.downloads
	most := 1
	if q := d.asked[s.id]; q != nil {
		d.hasten(q, e.now)
		if e.now.Before(q.due) {
			d.lookAt = earliest(d.lookAt, q.due)
			return
		}
		most = fanOut * q.count
	}
	candidates := slices.DeleteFunc(s.peers, func(p *peer) bool { return p.owes(s.id) })
	inLine(candidates)
	for _, p := range candidates[:min(most, len(candidates))] {
		e.request(p, []types.Hash{s.id})
	}
}

// hasten has others asked soon for a block that verification has begun to wait for:
// those that were to come before it have come, and need no time any more.
func (d *downloads) hasten(q *inquiry, now time.Time) {
	if due := now.Add(d.patience()); !q.lowest && due.Before(q.due) {
		q.due = due
	}
	q.lowest = true
}

// forgetAnswered gives up inquiries that nobody owes an answer to any more.
func (d *downloads) forgetAnswered() {
	for id, q := range d.asked {
		if len(q.open) == 0 {
			delete(d.asked, id)
		}
	}
}

// inLine sorts peers by what may be expected of them: first those that gave a
// block of late, as identities cost nothing and good deeds do, and at the end
// those that withhold one.
func inLine(peers []*peer) {
	slices.SortStableFunc(peers, func(a, b *peer) int {
		return cmp.Or(order(a.withholds(), b.withholds()), b.gave.Compare(a.gave), order(b.outbound, a.outbound))
	})
}

// order puts false before true.
func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}
