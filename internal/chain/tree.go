package chain

import (
	"maps"
	"slices"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// status is how far somebody got with a block.
type status uint8

const (
	headerOnly status = iota // the header is good, the block has not come
	stored                   // on disk; fully checked if on the main chain
	invalid                  // it or an ancestor broke a rule; the block is not kept
)

// tree is the blocks that somebody knows: a Chain, or a View. It is used by one
// goroutine at a time, but for its table.
type tree struct {
	genesis *consensus.Genesis
	limits  Limits
	table   *table
	measure func(Phase) (end func(blocks int)) // see Measure; may be nil

	main       []*blockNode // the main chain by height
	side       side         // all other nodes
	tip        consensus.State
	headersTip *blockNode          // of all branches that are not barred, the one with the most work
	ahead      map[*blockNode]bool // the side nodes with more work than the tip that are not barred
	heavier    []*blockNode        // what heaviestEnds found last; nil if ahead has got others since
	byHand     map[types.Hash]bool // blocks that were invalidated by hand; see setByHand
}

// newTree knows nothing, not even the genesis block.
func newTree(genesis *consensus.Genesis, limits Limits, table *table) tree {
	return tree{genesis: genesis, limits: limits, table: table, side: newSide(), ahead: make(map[*blockNode]bool)}
}

// plant makes the genesis block the main chain.
func (t *tree) plant() {
	root := t.table.join(rootOf(t.genesis))
	t.main, t.headersTip, t.tip = []*blockNode{root}, root, t.genesis.State()
}

// rootOf is the genesis block's block node.
func rootOf(g *consensus.Genesis) *blockNode {
	state := g.State()
	return &blockNode{Ref: Ref{ID: state.ID}, header: g.Block.Header, schedule: state.Schedule()}
}

// last is the main chain's last block node.
func (t *tree) last() *blockNode { return t.main[len(t.main)-1] }

// find is the block node of a block that is known here, or nil.
func (t *tree) find(id types.Hash) *blockNode {
	if e := t.table.get(id); e != nil && t.knows(e) {
		return e
	}
	return nil
}

// knows reports whether a block node of the table is in this tree.
func (t *tree) knows(e *blockNode) bool { return t.onMain(e) || t.side.has(e) }

func (t *tree) onMain(e *blockNode) bool {
	return e.Height < uint64(len(t.main)) && t.main[e.Height] == e
}

// standing is what is known of e besides its header.
func (t *tree) standing(e *blockNode) standing {
	if t.onMain(e) {
		return standing{status: stored, applied: true}
	}
	return t.side.all[e]
}

// insert takes a block node in, as long as only its header is known.
func (t *tree) insert(e *blockNode) *blockNode {
	e = t.table.join(e)
	below := t.standing(e.parent)
	s := standing{byHand: below.byHand || t.byHand[e.ID]}
	if below.status == invalid {
		s.status = invalid
	}
	t.put(e, s)
	if !s.barred() && e.work.Gt(&t.headersTip.work) {
		t.headersTip = e
	}
	return e
}

// put keeps e aside, of which that is known now.
func (t *tree) put(e *blockNode, now standing) {
	t.side.put(e, now)
	if now.barred() {
		t.noteBehind(e)
	} else if !t.isBehind(e) && !t.ahead[e] {
		t.ahead[e], t.heavier = true, nil
	}
}

// noteBehind notes that e cannot become the tip.
func (t *tree) noteBehind(e *blockNode) {
	if t.ahead[e] {
		delete(t.ahead, e)
		t.heavier = nil
	}
}

// mark notes how far we got with e.
func (t *tree) mark(e *blockNode, now status) {
	next := t.side.all[e]
	next.status = now
	t.put(e, next)
}

// drop forgets a block node on which no other stands.
func (t *tree) drop(e *blockNode) {
	t.side.remove(e)
	t.noteBehind(e)
	t.table.leave(e)
}

// markInvalid makes a block invalid, which broke a rule, and with it all that follows, so
// that it costs nothing more. It lists those that were stored.
func (t *tree) markInvalid(bad *blockNode) (bodies []*blockNode) {
	spoil := func(e *blockNode) {
		if t.side.all[e].status == stored {
			bodies = append(bodies, e)
		}
		t.mark(e, invalid)
	}
	spoil(bad)
	for _, e := range t.above(bad) {
		if t.side.all[e.parent].status == invalid {
			spoil(e)
		}
	}
	if t.standing(t.headersTip).barred() {
		t.headersTip = t.heaviest()
	}
	return bodies
}

// above lists the side nodes above e, parents before children: none if e has none.
func (t *tree) above(e *blockNode) []*blockNode {
	if t.table.isLeaf(e) {
		return nil
	}
	return t.side.above(e.Height)
}

// moveTo makes tip, which is stored, the main chain's end. What leaves the main
// chain is as large as sizes says.
func (t *tree) moveTo(tip *blockNode, state consensus.State, sizes map[*blockNode]int) {
	base := fork(t.last(), tip)
	kept, left := t.main[:base.Height+1], t.main[base.Height+1:]
	for _, e := range left {
		t.side.put(e, standing{status: stored, applied: true, size: sizes[e]})
	}
	branch := tip.branch(base)
	for _, e := range branch {
		t.side.remove(e)
	}
	if len(left) > 0 {
		kept = slices.Clip(kept) // snapshots hold what is replaced
	}
	back := state.Work.Lt(&t.tip.Work)
	t.main, t.tip = append(kept, branch...), state
	t.followAhead(back)
}

// followAhead keeps account of what is ahead after the tip moved, back to less work
// perhaps, as at a start that takes back what a crash has left under way.
func (t *tree) followAhead(back bool) {
	maps.DeleteFunc(t.ahead, func(e *blockNode, _ bool) bool { return t.isBehind(e) })
	t.heavier = slices.DeleteFunc(t.heavier, t.isBehind) // the other ends still are
	if !back {
		return
	}
	for e, at := range t.side.all {
		t.put(e, at)
	}
}

func (t *tree) isBehind(e *blockNode) bool { return !e.work.Gt(&t.tip.Work) }

// heaviest is the block node with the most work that is not barred; of equals one
// on the main chain, or else the one with the smallest id, so that chance has
// no part in it.
func (t *tree) heaviest() *blockNode {
	best := t.last()
	for e := range t.ahead {
		if lighter(best, e) {
			best = e
		}
	}
	return best
}

// leading are the nodes from which a branch leads to one with more work than the
// main chain: it may still win.
func (t *tree) leading() map[*blockNode]bool {
	leading := make(map[*blockNode]bool)
	for end := range t.ahead {
		t.lead(end, leading)
	}
	return leading
}

// lead adds end, which may be known to another tree only, and the nodes that lead to
// it to leading.
func (t *tree) lead(end *blockNode, leading map[*blockNode]bool) {
	for at := end; !t.onMain(at) && !leading[at]; at = at.parent {
		leading[at] = true
	}
}

// dropHeaders forgets the lightest headers once there are too many, but not those
// up to keep.
func (t *tree) dropHeaders(keep *blockNode) {
	if t.side.headers() <= t.limits.Headers {
		return
	}
	least := lowWater(t.limits.Headers)
	prune(t.side.all,
		func(e *blockNode) bool {
			s := t.side.all[e]
			return e == keep || e == t.headersTip || s.status == stored || s.applied
		},
		func() bool { return t.side.headers() <= least },
		t.drop)
}
