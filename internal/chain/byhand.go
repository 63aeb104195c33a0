package chain

import (
	"fmt"
	"slices"

	"networkmngr/internal/types"
)

// Invalidate takes a block off the main chain, and with it all that follow on it, by
// the word of who runs this node (Bitcoin Core's invalidateblock): the heaviest branch
// without it becomes the main chain, if need be the blocks before it alone. They stay on
// disk, and so does the word, until it is taken back by Reconsider; headers that follow
// are taken, their blocks are not. It is all or nothing, whenever the process is
// killed. An error is ErrNotFound, ErrGenesisStays, ErrManyInvalidated or ErrStore.
func (c *Chain) Invalidate(id types.Hash) (Change, error) {
	return c.decide(func() error {
		bad, err := c.mayInvalidate(id)
		if err != nil || c.byHand[id] {
			return err
		}
		c.storeTip.reorg = c.wayAround(bad)
		decided := append(slices.Clone(c.storeTip.byHand), bad.Ref)
		c.storeTip.reorg.byHand = &decided
		return c.settle(c.finishReorg())
	})
}

// Reconsider takes back that a block was invalidated by hand, and the same of those that
// it follows on, and of those that follow on it (Bitcoin Core's reconsiderblock): the branch
// with the most work is the main chain again. An error is ErrNotFound or ErrStore.
func (c *Chain) Reconsider(id types.Hash) (Change, error) {
	return c.decide(func() error {
		e := c.find(id)
		if e == nil && !c.byHand[id] {
			return fmt.Errorf("%w: block %s", ErrNotFound, id)
		}
		decided := slices.DeleteFunc(slices.Clone(c.storeTip.byHand), func(at Ref) bool {
			return at.ID == id || c.related(e, c.find(at.ID))
		})
		if len(decided) < len(c.storeTip.byHand) {
			c.storeTip.reorg = &reorg{from: c.storeTip.tip, to: c.storeTip.tip, byHand: &decided}
		}
		return c.settle(c.finishReorg())
	})
}

// decide runs a write that brings no blocks.
func (c *Chain) decide(do func() error) (Change, error) {
	if err := c.begin(); err != nil {
		return Change{Tip: c.Tip()}, err
	}
	defer c.end()
	before := c.position(nil)
	return c.finishWrite(before, do())
}

func (c *Chain) mayInvalidate(id types.Hash) (*blockNode, error) {
	switch bad := c.find(id); {
	case bad == nil:
		return nil, fmt.Errorf("%w: block %s", ErrNotFound, id)
	case bad.Height == 0:
		return nil, ErrGenesisStays
	case len(c.storeTip.byHand) >= c.limits.ByHand:
		return nil, fmt.Errorf("%w: %d; reconsider some of them first", ErrManyInvalidated, len(c.storeTip.byHand))
	default:
		return bad, nil
	}
}

// wayAround is the way of the tip to the heaviest stored branch without bad: nowhere, if
// that is not on the main chain.
func (c *Chain) wayAround(bad *blockNode) *reorg {
	if !c.onMain(bad) {
		return &reorg{from: c.storeTip.tip, to: c.storeTip.tip}
	}
	way := &reorg{from: bad.parent, to: bad.parent}
	best := c.side.heaviestStored(func(e *blockNode) bool { return !c.follows(e, bad) })
	if best != nil && best.work.Gt(&bad.parent.work) {
		way.to = best
	}
	return way
}

// follows reports whether e is below or stands on it, perhaps with others between.
func (t *tree) follows(e, below *blockNode) bool {
	return e.Height >= below.Height && t.ancestor(e, below.Height) == below
}

// related reports whether one of two block nodes, either of which may be nil, follows
// on the other.
func (t *tree) related(a, b *blockNode) bool {
	return a != nil && b != nil && (t.follows(a, b) || t.follows(b, a))
}

// setByHand has these blocks be invalidated by hand, with all that follow on them, and
// no others. None of them may be on the main chain.
func (t *tree) setByHand(ids map[types.Hash]bool) {
	if sameSet(t.byHand, ids) {
		return
	}
	t.byHand = ids
	for _, e := range t.side.above(0) {
		now := t.side.all[e]
		now.byHand = ids[e.ID] || t.standing(e.parent).byHand
		t.put(e, now)
	}
	t.headersTip = t.heaviest()
}

// LastStored is the last block up to id that is stored, or false if id is not known: of a
// branch that is off by hand only the headers have come since.
func (v *View) LastStored(id types.Hash) (at Ref, known bool) {
	e := v.find(id)
	if e == nil {
		return Ref{}, false
	}
	for e.parent != nil && v.standing(e).status != stored {
		e = e.parent
	}
	return e.Ref, true
}

// decideByHand takes in which blocks a write has invalidated by hand, or reconsidered.
func (v *View) decideByHand(u Update) {
	if len(u.Invalidated)+len(u.Reconsidered) == 0 {
		return
	}
	ids := make(map[types.Hash]bool)
	for id := range v.byHand {
		ids[id] = true
	}
	for _, id := range u.Invalidated {
		ids[id] = true
	}
	for _, id := range u.Reconsidered {
		delete(ids, id)
	}
	v.setByHand(ids)
}

func idSet(refs []Ref) map[types.Hash]bool {
	ids := make(map[types.Hash]bool, len(refs))
	for _, ref := range refs {
		ids[ref.ID] = true
	}
	return ids
}

func sameSet(a, b map[types.Hash]bool) bool {
	if len(a) != len(b) {
		return false
	}
	for id := range a {
		if !b[id] {
			return false
		}
	}
	return true
}

// without are the ids of refs that are not in others.
func without(refs, others []Ref) (ids []types.Hash) {
	for _, ref := range refs {
		if !slices.Contains(others, ref) {
			ids = append(ids, ref.ID)
		}
	}
	return ids
}
