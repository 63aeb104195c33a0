package protocol

import (
	"slices"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/times"
	"networkmngr/internal/types"
)

const (
	maxPeerBlocks = 128     // asked of one peer at a time
	maxPeerBytes  = 8 << 20 // that they are expected to come to
	// So much is verified at a time, and stored in one transaction. That writes
	// most of the store's index of transactions anew, so full blocks come many at
	// once.
	maxBatchBlocks = 512
	maxBatchBytes  = 16 << 20
	// A run of another branch than the tip's is shorter, so that the tip's child
	// waits for little.
	maxSideBlocks = 64
	maxSideBytes  = 2 << 20
	// maxTimeouts is how many RequestTimeouts a block waits for its parent, or a
	// peer may take for one however many others it sends meanwhile.
	maxTimeouts = 10
)

// blockRequest is a block that a peer owes.
type blockRequest struct {
	compact   bool // as a compact block
	since     time.Time
	first     bool      // of its message, so that what it takes is a measure
	due, last time.Time // when the peer is given up for it, and how far that may be put off
}

// source says where a block came from.
type source struct {
	peer types.NodeID
	// verified: the peer has verified the block, or should have. Compact blocks
	// are passed on before that.
	verified bool
}

// received is a block that waits to be verified.
type received struct {
	id    types.Hash
	block types.Block
	size  int
	from  source
	since time.Time
	gone  bool // it does not wait any more
}

// downloads are the blocks under way.
type downloads struct {
	inFlight  map[types.Hash]*download
	received  map[types.Hash]*received
	order     []*received                // as they came
	children  map[types.Hash][]*received // by parent, as they came
	bytes     int                        // of received
	verifying map[types.Hash]source
	changed   bool          // since a run was looked for in vain
	average   int           // bytes of a block, recently
	answer    time.Duration // from question to block, recently
	lookAt    time.Time     // next search for stalls; zero if nothing is asked for
	looked    time.Time     // last one
	expireAt  time.Time     // when a block may have waited for too long, or a download have no answer to come; zero for never
}

func newDownloads() downloads {
	return downloads{
		inFlight: make(map[types.Hash]*download),
		received: make(map[types.Hash]*received),
		children: make(map[types.Hash][]*received),
		average:  maxPeerBytes / maxPeerBlocks,
	}
}

// has reports whether a block is being verified, or waits for it.
func (d *downloads) has(id types.Hash) bool {
	_, verifying := d.verifying[id]
	return verifying || d.received[id] != nil
}

// add keeps a block until its turn has come. It returns false for one that it has.
func (d *downloads) add(id types.Hash, b types.Block, from source, now time.Time) bool {
	size := b.Size()
	if d.received[id] != nil {
		return false
	}
	r := &received{id: id, block: b, size: size, from: from, since: now}
	d.received[id] = r
	d.order = append(d.order, r)
	d.children[b.Previous] = append(d.children[b.Previous], r)
	d.changed = true
	d.bytes += size
	d.average += (size - d.average) / 16
	return true
}

// expected is how many bytes may wait once all that was asked for, and more
// blocks, have come.
func (d *downloads) expected(more int) int { return d.bytes + (len(d.inFlight)+more)*d.average }

// take removes the blocks of run from those that wait.
func (d *downloads) take(run map[types.Hash]source) {
	if len(run) == 0 {
		return
	}
	for id := range run {
		d.remove(d.received[id])
	}
	d.order = slices.DeleteFunc(d.order, func(r *received) bool { return r.gone })
}

// remove is take for one, but leaves it in the order.
func (d *downloads) remove(r *received) {
	r.gone = true
	d.bytes -= r.size
	delete(d.received, r.id)
	parent := r.block.Previous
	siblings := slices.DeleteFunc(d.children[parent], func(other *received) bool { return other == r })
	if d.children[parent] = siblings; len(siblings) == 0 {
		delete(d.children, parent)
	}
}

// expire gives up blocks whose parents have not come for so long, as they may
// never: who announced them stalls on those. If they are wanted after all, they
// are asked for again. It gives up downloads that nobody owes an answer to, too.
func (d *downloads) expire(now time.Time, patience time.Duration) {
	if d.expireAt.IsZero() || now.Before(d.expireAt) {
		return
	}
	d.forgetAnswered()
	d.expireAt = time.Time{}
	old := make(map[types.Hash]source)
	for id, a := range d.received {
		if due := a.since.Add(patience); now.After(due) {
			old[id] = a.from
		} else {
			d.expireAt = times.First(d.expireAt, due.Add(1))
		}
	}
	d.take(old)
}

// missingBlocks remembers lists of missing blocks by branch, as most peers have
// the same one.
type missingBlocks struct {
	engine *Engine
	lists  map[types.Hash][]chain.Ref
}

func (m missingBlocks) of(p *peer) []chain.Ref {
	list, known := m.lists[p.best]
	if !known {
		list = m.engine.chain.Missing(p.best, m.engine.config.Window)
		m.lists[p.best] = list
	}
	return list
}

// schedule keeps work under way: blocks asked for, and a run of those that
// came being verified.
func (e *Engine) schedule() {
	e.verifyNext()
	line := e.peersAhead()
	if len(line) == 0 {
		e.downloads.lookAt = time.Time{}
		return
	}
	e.downloads.lookAt = times.First(e.downloads.lookAt, e.now.Add(lookMost))
	missing := missingBlocks{e, make(map[types.Hash][]chain.Ref)}
	stalls := e.search(line, missing)
	sortByReliability(line)
	for _, p := range line {
		e.askBlocks(p, missing)
	}
	for _, s := range stalls {
		e.askMore(s)
	}
}

// peersAhead lists the peers that have shown more work than our tip has.
func (e *Engine) peersAhead() (line []*peer) {
	tip := &e.published.tip
	for _, p := range e.peers {
		if p.ready && p.work.Gt(&tip.Work) {
			line = append(line, p)
		}
		if p.fresh {
			p.fresh = false
			e.lookSoon()
		}
	}
	return line
}

// search looks for stalls if it is time to.
func (e *Engine) search(line []*peer, missing missingBlocks) []stall {
	d := &e.downloads
	if d.lookAt.IsZero() || e.now.Before(d.lookAt) {
		return nil
	}
	d.lookAt, d.looked = time.Time{}, e.now
	stalls := e.stalls(line, missing)
	e.markStalling(stalls)
	return stalls
}

// askBlocks asks p for blocks of its branch that nobody else is expected to
// send.
func (e *Engine) askBlocks(p *peer, missing missingBlocks) {
	most := min(maxPeerBlocks, max(2, maxPeerBytes/(e.downloads.average+1)))
	room := most - len(p.inFlight)
	if room < most/2 {
		return // ask in batches, not one by one
	}
	var ids []types.Hash
	for i, ref := range missing.of(p) {
		full := e.downloads.expected(len(ids)) > e.config.MaxArrived && i > 0 // the lowest one frees the rest
		if full || len(ids) == room {
			break
		}
		if !e.downloads.has(ref.ID) && e.mayAsk(p, ref.ID, i == 0) {
			ids = append(ids, ref.ID)
		}
	}
	e.request(p, ids)
}

// mayAsk reports whether p may be asked for a block at once, as nobody else is
// expected to send it. Once the lowest one is due, askMore decides.
func (e *Engine) mayAsk(p *peer, id types.Hash, lowest bool) bool {
	q := e.downloads.inFlight[id]
	if q == nil || len(q.requests) == 0 {
		return !p.requested(id)
	}
	if lowest && (p.stalls() || !e.now.Before(q.due)) {
		return false
	}
	return !q.inTime() && !p.requested(id)
}

// requested reports whether p was asked for a block, or its transactions, and has not
// answered.
func (p *peer) requested(id types.Hash) bool {
	_, asked := p.inFlight[id]
	return asked || p.partial != nil && p.partial.id == id
}

// request asks p for blocks: for one that is next as a compact block, as its transfers
// are pending here as a rule.
func (e *Engine) request(p *peer, ids []types.Hash) {
	if len(ids) == 1 && e.isNext(ids[0]) && !p.compactSeen[ids[0]] && !e.config.NoRelay {
		e.noteRequests(p, ids, true)
		e.send(p, GetCompact{Block: ids[0]})
		return
	}
	e.requestWhole(p, ids)
}

// isNext reports whether a block's parent is stored.
func (e *Engine) isNext(id types.Hash) bool {
	h, _ := e.chain.Header(id)
	parent, known := e.chain.Header(h.Previous)
	return known && parent.Stored
}

func (e *Engine) requestWhole(p *peer, ids []types.Hash) {
	if len(ids) == 0 {
		return
	}
	e.noteRequests(p, ids, false)
	e.send(p, GetBlocks{IDs: ids})
}

// noteRequests notes that p is asked for blocks by one message.
func (e *Engine) noteRequests(p *peer, ids []types.Hash, compact bool) {
	for i, id := range ids {
		e.noteRequest(p, id, i)
		p.inFlight[id] = blockRequest{
			compact: compact, since: e.now, first: i == 0,
			due: e.dueIn(e.config.RequestTimeout), last: e.now.Add(maxTimeouts * e.config.RequestTimeout),
		}
	}
}

// blocks are the answer, or a part of it, to our GetBlocks.
func (e *Engine) blocks(p *peer, m Blocks) {
	if len(m.Encoded) == 0 {
		e.drop(p, errUnsolicited) // it would put off what is due for ever
		return
	}
	for _, raw := range m.Encoded {
		b, err := types.DecodeBlock(raw)
		if err == nil { // until a false body's turn to be verified came, nobody would be asked for the right one
			b.Identify(b.TransactionIDs())
			err = consensus.CheckCommitment(&b)
		}
		if err != nil {
			e.ban(p, err)
			return
		}
		id := b.Hash()
		if !e.answered(p, id) && !e.useful(id, &b) {
			e.drop(p, errUnsolicited)
			return
		}
		e.buffer(id, b, source{peer: p.id, verified: !p.compactSeen[id]})
	}
	// What comes shows that the rest is on its way.
	due := e.now.Add(e.config.RequestTimeout)
	for id, d := range p.inFlight {
		if d.due = due; d.last.Before(due) {
			d.due = d.last
		}
		p.inFlight[id] = d
	}
}

// answered notes that p sent a block that it was asked for; false if it was
// not. Others may have been asked since, and may have been faster.
func (e *Engine) answered(p *peer, id types.Hash) bool {
	d, owed := p.inFlight[id]
	if !owed {
		return false
	}
	delete(p.inFlight, id)
	e.release(p, id)
	if d.first {
		e.downloads.answer += (e.now.Sub(d.since) - e.downloads.answer) / 8
	}
	p.gaveBlock(e.now)
	return true
}

// useful reports whether a block that nobody was asked for is of use: its
// header is known and good, and there is room.
func (e *Engine) useful(id types.Hash, b *types.Block) bool {
	h, ok := e.chain.Header(id)
	return ok && h.Valid && !h.Stored && !e.downloads.has(h.ID) && e.downloads.bytes+b.Size() <= e.config.MaxArrived
}

// buffer holds a block until its turn has come. One of an invalid branch is of no
// use. Where too much waits already, one whose turn is far is given up, to be
// asked for again.
func (e *Engine) buffer(id types.Hash, b types.Block, from source) {
	h, ok := e.chain.Header(id)
	if !ok || !h.Valid || h.Stored {
		return
	}
	parent, _ := e.chain.Header(b.Previous)
	if e.downloads.bytes <= e.config.MaxArrived || parent.Stored && h.Work.Gt(&e.published.tip.Work) {
		if e.downloads.add(h.ID, b, from, e.now) {
			e.do(Arrived{h.Ref, from.peer})
		}
		e.downloads.expireAt = times.First(e.downloads.expireAt, e.now.Add(maxTimeouts*e.config.RequestTimeout+1))
		delete(e.downloads.inFlight, h.ID)
	}
}

// notFound is the answer for blocks that a peer does not have. It may come for
// a compact block whose place another one has taken.
func (e *Engine) notFound(p *peer, m NotFound) {
	if len(m.IDs) == 0 {
		e.drop(p, errUnsolicited) // it answers nothing, so no honest node sends it
		return
	}
	for _, id := range m.IDs {
		if !p.requested(id) {
			continue
		}
		if _, asked := p.inFlight[id]; !asked {
			p.partial, p.partialDue = nil, time.Time{}
		}
		delete(p.inFlight, id)
		e.release(p, id)
		p.markStalling(e.now) // it spoke of what it does not have
		p.resetBest()
	}
}

func (e *Engine) getBlocks(p *peer, m GetBlocks) {
	var stored []types.Hash
	for _, id := range distinct(m.IDs) {
		if e.published.withheld[id] {
			e.send(p, NotFound{IDs: []types.Hash{id}})
		} else if r, here := e.relayed.Get(id); here { // perhaps not on disk yet
			e.send(p, Blocks{Encoded: [][]byte{r.block.Encode()}})
		} else {
			stored = append(stored, id)
		}
	}
	if len(stored) > 0 {
		e.do(Serve{Peer: p.id, Request: GetBlocks{IDs: stored}})
	}
}

// verifyNext has the next run of blocks verified whose parents are stored.
func (e *Engine) verifyNext() {
	if len(e.downloads.verifying) > 0 || !e.downloads.changed {
		return
	}
	e.downloads.changed = false
	ids := e.nextBatch()
	if len(ids) == 0 {
		return
	}
	blocks, run := make([]types.Block, len(ids)), make(map[types.Hash]source, len(ids))
	for i, id := range ids {
		a := e.downloads.received[id]
		blocks[i], run[id] = a.block, a.from
	}
	e.downloads.take(run)
	e.downloads.verifying = run
	e.do(Verify{Blocks: blocks, IDs: ids})
}

// nextBatch is the longest batch of blocks that wait, each the parent of the next,
// from the first one whose parent is the tip, or else any that is stored.
func (e *Engine) nextBatch() []types.Hash {
	d := &e.downloads
	if on := d.children[e.published.tip.ID]; len(on) > 0 {
		return d.batch(on[0], maxBatchBlocks, maxBatchBytes)
	}
	if side := slices.IndexFunc(d.order, e.hasParent); side >= 0 {
		return d.batch(d.order[side], maxSideBlocks, maxSideBytes)
	}
	return nil
}

// hasParent reports whether the parent of a block that waits is stored.
func (e *Engine) hasParent(r *received) bool {
	h, ok := e.chain.Header(r.block.Previous)
	return ok && h.Stored
}

// batch is first, its child among those that wait, and so on.
func (d *downloads) batch(first *received, mostBlocks, mostBytes int) (run []types.Hash) {
	bytes := 0
	for next := []*received{first}; len(next) > 0 && len(run) < mostBlocks && bytes < mostBytes; next = d.children[next[0].id] {
		run, bytes = append(run, next[0].id), bytes+next[0].size
	}
	return run
}
