package protocol

import (
	"errors"
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

const (
	maxPeerBlocks = 128     // asked of one peer at a time
	maxPeerBytes  = 8 << 20 // that they are expected to come to
	// So much is verified at a time, and stored in one transaction. That writes
	// most of the store's index of transactions anew, so full blocks come many at
	// once.
	maxRunBlocks = 512
	maxRunBytes  = 16 << 20
	// A run of another branch than the tip's is shorter, so that the tip's child
	// waits for little.
	maxSideBlocks = 64
	maxSideBytes  = 2 << 20
	// maxPatience is how many RequestTimeouts a block waits for its parent, or a
	// peer may take for one however many others it sends meanwhile.
	maxPatience = 10
)

// debt is a block that a peer owes.
type debt struct {
	since     time.Time
	first     bool      // of its message, so that what it takes is a measure
	due, last time.Time // when the peer is given up for it, and how far that may be put off
}

// source says where a block came from.
type source struct {
	peer types.NodeID
	// vouched: the peer has verified the block, or should have. Compact blocks
	// are passed on before that.
	vouched bool
}

// arrival is a block that waits to be verified.
type arrival struct {
	block types.Block
	size  int
	from  source
	since time.Time
}

// downloads are the blocks under way.
type downloads struct {
	asked     map[types.Hash]*inquiry
	arrived   map[types.Hash]*arrival
	order     []types.Hash // of arrived
	bytes     int          // of arrived
	verifying map[types.Hash]source
	changed   bool          // since a run was looked for in vain
	average   int           // bytes of a block, of late
	answer    time.Duration // from question to block, of late
	lookAt    time.Time     // next search for stalls; zero if nothing is asked for
	looked    time.Time     // last one
	expireAt  time.Time     // when a block may have waited for too long, or an inquiry have no answer to come; zero for never
}

func newDownloads() downloads {
	return downloads{
		asked:   make(map[types.Hash]*inquiry),
		arrived: make(map[types.Hash]*arrival),
		average: maxPeerBytes / maxPeerBlocks,
	}
}

// here reports whether a block is being verified, or waits for it.
func (d *downloads) here(id types.Hash) bool {
	_, verifying := d.verifying[id]
	return verifying || d.arrived[id] != nil
}

// arrive keeps a block until its turn has come.
func (d *downloads) arrive(id types.Hash, b types.Block, from source, now time.Time) {
	size := b.Size()
	if d.arrived[id] != nil {
		return
	}
	d.arrived[id] = &arrival{block: b, size: size, from: from, since: now}
	d.order = append(d.order, id)
	d.changed = true
	d.bytes += size
	d.average += (size - d.average) / 16
}

// expected is how many bytes may wait once all that was asked for, and more
// blocks, have come.
func (d *downloads) expected(more int) int { return d.bytes + (len(d.asked)+more)*d.average }

// take removes the blocks of run from those that wait.
func (d *downloads) take(run map[types.Hash]source) {
	kept := d.order[:0]
	for _, id := range d.order {
		if _, taken := run[id]; taken {
			d.bytes -= d.arrived[id].size
			delete(d.arrived, id)
		} else {
			kept = append(kept, id)
		}
	}
	d.order = kept
}

// expire gives up blocks whose parents have not come for so long, as they may
// never: who announced them withholds those. If they are wanted after all, they
// are asked for again. It gives up inquiries that nobody owes an answer to, too.
func (d *downloads) expire(now time.Time, patience time.Duration) {
	if d.expireAt.IsZero() || now.Before(d.expireAt) {
		return
	}
	d.forgetAnswered()
	d.expireAt = time.Time{}
	old := make(map[types.Hash]source)
	for id, a := range d.arrived {
		if due := a.since.Add(patience); now.After(due) {
			old[id] = a.from
		} else {
			d.expireAt = earliest(d.expireAt, due.Add(1))
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
	e.downloads.lookAt = earliest(e.downloads.lookAt, e.now.Add(lookMost))
	missing := missingBlocks{e, make(map[types.Hash][]chain.Ref)}
	stalls := e.search(line, missing)
	inLine(line)
	for _, p := range line {
		e.askBlocks(p, missing)
	}
	for _, s := range stalls {
		e.askMore(s)
	}
}

// peersAhead lists the peers that have shown more work than our tip has.
func (e *Engine) peersAhead() (line []*peer) {
	tip := e.chain.Tip()
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
	e.markWithholders(stalls)
	return stalls
}

// askBlocks asks p for blocks of its branch that nobody else is expected to
// send.
func (e *Engine) askBlocks(p *peer, missing missingBlocks) {
	most := min(maxPeerBlocks, max(2, maxPeerBytes/(e.downloads.average+1)))
	room := most - len(p.blocks)
	if room < most/2 {
		return // ask in batches, not one by one
	}
	var ids []types.Hash
	for i, ref := range missing.of(p) {
		full := e.downloads.expected(len(ids)) > e.config.MaxArrived && i > 0 // the lowest one frees the rest
		if full || len(ids) == room {
			break
		}
		if !e.downloads.here(ref.ID) && e.mayAsk(p, ref.ID, i == 0) {
			ids = append(ids, ref.ID)
		}
	}
	e.request(p, ids)
}

// mayAsk reports whether p may be asked for a block at once, as nobody else is
// expected to send it. Once the lowest one is due, askMore decides.
func (e *Engine) mayAsk(p *peer, id types.Hash, lowest bool) bool {
	q := e.downloads.asked[id]
	if q == nil || len(q.open) == 0 {
		return !p.owes(id)
	}
	if lowest && (p.withholds() || !e.now.Before(q.due)) {
		return false
	}
	return !q.inTime() && !p.owes(id)
}

// owes reports whether p was asked for a block, or its transactions, and has not
// answered.
func (p *peer) owes(id types.Hash) bool {
	_, asked := p.blocks[id]
	return asked || p.partial != nil && p.partial.id == id
}

func (e *Engine) request(p *peer, ids []types.Hash) {
	if len(ids) == 0 {
		return
	}
	for i, id := range ids {
		e.inquire(p, id, i)
		p.blocks[id] = debt{
			since: e.now, first: i == 0,
			due: e.dueIn(e.config.RequestTimeout), last: e.now.Add(maxPatience * e.config.RequestTimeout),
		}
	}
	e.send(p, GetBlocks{IDs: ids})
}

// blocks are the answer, or a part of it, to our GetBlocks.
func (e *Engine) blocks(p *peer, m Blocks) {
	if len(m.Encoded) == 0 {
		e.drop(p, errUnasked) // it would put off what is due for ever
		return
	}
	for _, raw := range m.Encoded {
		b, err := types.DecodeBlock(raw)
		if err == nil { // until a false body's turn to be verified came, nobody would be asked for the right one
			err = consensus.CheckCommitment(&b)
		}
		if err != nil {
			e.punish(p, err)
			return
		}
		id := b.Hash()
		if !e.answered(p, id) && !e.welcome(id, &b) {
			e.drop(p, errUnasked)
			return
		}
		e.keep(id, b, source{peer: p.id, vouched: !p.hearsay.has[id]})
	}
	// What comes shows that the rest is on its way.
	due := e.now.Add(e.config.RequestTimeout)
	for id, d := range p.blocks {
		if d.due = due; d.last.Before(due) {
			d.due = d.last
		}
		p.blocks[id] = d
	}
}

// answered notes that p sent a block that it was asked for; false if it was
// not. Others may have been asked since, and may have been faster.
func (e *Engine) answered(p *peer, id types.Hash) bool {
	d, owed := p.blocks[id]
	if !owed {
		return false
	}
	delete(p.blocks, id)
	e.release(p, id)
	if d.first {
		e.downloads.answer += (e.now.Sub(d.since) - e.downloads.answer) / 8
	}
	p.withheld, p.gave = time.Time{}, e.now
	return true
}

// welcome reports whether a block that nobody was asked for is of use: its
// header is known and good, and there is room.
func (e *Engine) welcome(id types.Hash, b *types.Block) bool {
	h, ok := e.chain.Header(id)
	return ok && h.Valid && !h.Stored && !e.downloads.here(h.ID) && e.downloads.bytes+b.Size() <= e.config.MaxArrived
}

// keep holds a block until its turn has come. One of an invalid branch is of no
// use. Where too much waits already, one whose turn is far is given up, to be
// asked for again.
func (e *Engine) keep(id types.Hash, b types.Block, from source) {
	h, ok := e.chain.Header(id)
	if !ok || !h.Valid || h.Stored {
		return
	}
	parent, _ := e.chain.Header(b.Previous)
	tip := e.chain.Tip()
	if e.downloads.bytes <= e.config.MaxArrived || parent.Stored && h.Work.Gt(&tip.Work) {
		e.downloads.arrive(h.ID, b, from, e.now)
		e.downloads.expireAt = earliest(e.downloads.expireAt, e.now.Add(maxPatience*e.config.RequestTimeout+1))
		delete(e.downloads.asked, h.ID)
	}
}

// notFound is the answer for blocks that a peer does not have. It may come for
// a compact block whose place another one has taken.
func (e *Engine) notFound(p *peer, m NotFound) {
	if len(m.IDs) == 0 {
		e.drop(p, errUnasked) // it answers nothing, so no honest node sends it
		return
	}
	for _, id := range m.IDs {
		if !p.owes(id) {
			continue
		}
		if _, asked := p.blocks[id]; !asked {
			p.partial, p.partialDue = nil, time.Time{}
		}
		delete(p.blocks, id)
		e.release(p, id)
		p.withhold(e.now) // it spoke of what it does not have
		p.showsNothing()
	}
}

func (e *Engine) getBlocks(p *peer, m GetBlocks) {
	var stored []types.Hash
	for _, id := range distinct(m.IDs) {
		if b := e.relayed.block(id); b != nil { // perhaps not on disk yet
			e.send(p, Blocks{Encoded: [][]byte{b.Encode()}})
		} else {
			stored = append(stored, id)
		}
	}
	if len(stored) > 0 {
		e.do(SendBlocks{Peer: p.id, IDs: stored})
	}
}

// verifyNext has the next run of blocks verified whose parents are stored.
func (e *Engine) verifyNext() {
	if len(e.downloads.verifying) > 0 || !e.downloads.changed {
		return
	}
	e.downloads.changed = false
	ids := e.nextRun()
	if len(ids) == 0 {
		return
	}
	blocks, run := make([]types.Block, len(ids)), make(map[types.Hash]source, len(ids))
	for i, id := range ids {
		a := e.downloads.arrived[id]
		blocks[i], run[id] = a.block, a.from
	}
	e.downloads.take(run)
	e.downloads.verifying = run
	e.do(Verify{Blocks: blocks, IDs: ids})
}

// nextRun is the longest row of arrived blocks, each the parent of the next,
// from the first one whose parent is the tip, or else any that is stored.
func (e *Engine) nextRun() []types.Hash {
	children := make(map[types.Hash]types.Hash, len(e.downloads.order))
	var side *types.Hash
	for i, id := range e.downloads.order {
		parent := e.downloads.arrived[id].block.Previous
		if _, taken := children[parent]; !taken {
			children[parent] = id
		}
		if h, ok := e.chain.Header(parent); side == nil && ok && h.Stored {
			side = &e.downloads.order[i]
		}
	}
	if first, ok := children[e.chain.Tip().ID]; ok {
		return e.downloads.row(first, children, maxRunBlocks, maxRunBytes)
	}
	if side == nil {
		return nil
	}
	return e.downloads.row(*side, children, maxSideBlocks, maxSideBytes)
}

// row is first, its child among those that arrived, and so on.
func (d *downloads) row(first types.Hash, children map[types.Hash]types.Hash, mostBlocks, mostBytes int) (run []types.Hash) {
	bytes := 0
	for id, more := first, true; more && len(run) < mostBlocks && bytes < mostBytes; id, more = children[id] {
		run, bytes = append(run, id), bytes+d.arrived[id].size
	}
	return run
}

// verified judges who sent what was verified.
func (e *Engine) verified(ev Verified) {
	run := e.downloads.verifying
	e.downloads.verifying, e.downloads.changed = nil, true
	e.lookSoon()
	if ev.Err != nil {
		e.judge(run, ev.Err)
	}
	for _, p := range e.peers {
		e.reconsider(p)
	}
}

// judge acts on a block that could not be taken.
func (e *Engine) judge(run map[types.Hash]source, err error) {
	var at *chain.BlockError
	if !errors.As(err, &at) || !chain.Invalid(err) {
		return
	}
	e.relayed.remove(at.ID)
	e.discardInvalid()
	from, ok := run[at.ID]
	if !ok || !from.vouched {
		return
	}
	if p := e.peer(from.peer); p != nil {
		e.punish(p, err)
	}
}

// discardInvalid gives up arrived blocks that follow one that broke a rule.
func (e *Engine) discardInvalid() {
	bad := make(map[types.Hash]source)
	for _, id := range e.downloads.order {
		if h, ok := e.chain.Header(id); ok && !h.Valid {
			bad[id] = source{}
		}
	}
	e.downloads.take(bad)
}

// reconsider forgets that a peer has a branch which turned out invalid, and
// goes on with its headers where we had stopped for want of blocks.
func (e *Engine) reconsider(p *peer) {
	if h, ok := e.chain.Header(p.best); ok && !h.Valid {
		p.showsNothing()
	}
	tip := e.chain.Tip()
	if p.ready && p.claim.Work.Gt(&tip.Work) && p.claim.Work.Gt(&p.work) {
		if _, known := e.chain.Header(p.claim.ID); !known {
			e.askHeaders(p)
		}
	}
}
