package protocol

import (
	"cmp"
	"slices"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/times"
	"networkmngr/internal/types"
)

// How long a peer is waited for alone before others are asked too. Bitcoin Core
// gives whoever stalls its window two seconds at first (BLOCK_STALLING_TIMEOUT
// in net_processing), and then drops it; here others are asked, as a second
// answer costs little where blocks come every few seconds.
const (
	minPatience = 300 * time.Millisecond
	maxPatience = 500 * time.Millisecond
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
	// forgetAfter is how long a download that nobody owes an answer to is kept: who
	// was asked counts for how many are asked next.
	forgetAfter = time.Second
)

// download is a block that was asked for.
type download struct {
	requests []request
	count    int       // peers asked so far
	due      time.Time // when others are asked too, if verification waits for the block
	lowest   bool      // verification waits for it
}

// request is a peer that owes an answer to a download.
type request struct {
	peer  *peer
	since time.Time
}

// inTime reports whether the block may be expected of some peer.
func (q *download) inTime() bool {
	return slices.ContainsFunc(q.requests, func(a request) bool { return !a.peer.stalls() })
}

// patience is four times what an answer took recently, within bounds: what an
// attacker does may stretch it, but not far.
func (d *downloads) patience() time.Duration {
	return min(max(4*d.answer, minPatience), maxPatience)
}

// noteRequest notes that p is asked for a block, the index-th of a message.
func (e *Engine) noteRequest(p *peer, id types.Hash, index int) {
	d := &e.downloads
	q := d.inFlight[id]
	if q == nil {
		q = &download{}
		d.inFlight[id] = q
	}
	if !e.now.Before(q.due) {
		q.due = e.now.Add(d.patience() + time.Duration(index)*perBlock)
	}
	q.requests = append(q.requests, request{p, e.now})
	q.count++
	d.lookAt = times.First(d.lookAt, q.due)
}

// release notes that p does not owe a block any more.
func (e *Engine) release(p *peer, id types.Hash) {
	if q := e.downloads.inFlight[id]; q != nil {
		q.requests = slices.DeleteFunc(q.requests, func(a request) bool { return a.peer == p })
		if len(q.requests) == 0 {
			e.lookSoon()
			e.downloads.expireAt = times.First(e.downloads.expireAt, e.now.Add(forgetAfter))
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
	d.lookAt = times.First(d.lookAt, at)
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
		at := slices.IndexFunc(missing.of(p), func(ref chain.Ref) bool { return !e.downloads.has(ref.ID) })
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

// markStalling notes who let verification wait for longer than a peer needs. Blocks
// that it owes are asked of others as well from now on.
func (e *Engine) markStalling(stalls []stall) {
	for _, s := range stalls {
		q := e.downloads.inFlight[s.id]
		if q == nil || e.now.Before(q.due) {
			continue
		}
		for _, a := range q.requests {
			if e.now.Sub(a.since) >= e.downloads.patience() {
				a.peer.markStalling(a.since)
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
	if q := d.inFlight[s.id]; q != nil {
		d.shorten(q, e.now)
		if e.now.Before(q.due) {
			d.lookAt = times.First(d.lookAt, q.due)
			return
		}
		most = fanOut * q.count
	}
	candidates := slices.DeleteFunc(s.peers, func(p *peer) bool { return p.requested(s.id) })
	sortByReliability(candidates)
	for _, p := range candidates[:min(most, len(candidates))] {
		e.request(p, []types.Hash{s.id})
	}
}

// shorten has others asked soon for a block that verification has begun to wait for:
// those that were to come before it have come, and need no time any more.
func (d *downloads) shorten(q *download, now time.Time) {
	if due := now.Add(d.patience()); !q.lowest && due.Before(q.due) {
		q.due = due
	}
	q.lowest = true
}

// forgetAnswered gives up downloads that nobody owes an answer to any more.
func (d *downloads) forgetAnswered() {
	for id, q := range d.inFlight {
		if len(q.requests) == 0 {
			delete(d.inFlight, id)
		}
	}
}

// sortByReliability sorts peers by what may be expected of them: first those that gave a
// block recently, as identities cost nothing and good deeds do, and at the end
// those that stall on one.
func sortByReliability(peers []*peer) {
	slices.SortStableFunc(peers, func(a, b *peer) int {
		return cmp.Or(order(a.stalls(), b.stalls()), b.lastUseful.Compare(a.lastUseful), order(b.outbound, a.outbound))
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
