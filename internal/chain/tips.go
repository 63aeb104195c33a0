package chain

import (
	"cmp"
	"slices"

	"github.com/holiman/uint256"
)

// TipStatus is what is known of a branch, in the words of Bitcoin's
// getchaintips.
type TipStatus string

// The kinds of branch.
const (
	ActiveTip      TipStatus = "active"        // the main chain
	ValidFork      TipStatus = "valid-fork"    // was the main chain since this start, or part of it
	ValidHeaders   TipStatus = "valid-headers" // stored, but its transfers were never applied
	HeadersOnlyTip TipStatus = "headers-only"  // blocks are missing
	InvalidTip     TipStatus = "invalid"       // a block of it breaks a rule
)

// Tip is a leaf of the block tree.
type Tip struct {
	Ref
	Status TipStatus
	Branch uint64      // its blocks that are not on the main chain
	Work   uint256.Int // of all headers up to here
}

// Tips lists every leaf of the block tree: the main chain's tip first, then
// those with more work first.
func (c *Chain) Tips() []Tip {
	c.mu.RLock()
	defer c.mu.RUnlock()
	side := c.side.above(0)
	parents := make(map[*entry]bool, len(side))
	for _, e := range side {
		parents[e.parent] = true
	}
	var tips []Tip
	for _, e := range side {
		if !parents[e] {
			tips = append(tips, c.tipAt(e))
		}
	}
	slices.SortFunc(tips, func(a, b Tip) int {
		return cmp.Or(b.Work.Cmp(&a.Work), a.ID.Compare(b.ID))
	})
	return slices.Insert(tips, 0, c.tipAt(c.main[len(c.main)-1]))
}

// tipAt describes the branch that ends with e. Callers hold mu.
func (c *Chain) tipAt(e *entry) Tip {
	t := Tip{Ref: e.Ref, Work: e.work}
	for at := e; !c.onMain(at); at = at.parent {
		t.Branch++
	}
	switch {
	case t.Branch == 0:
		t.Status = ActiveTip
	case e.status == invalid:
		t.Status = InvalidTip
	case e.status == headerOnly:
		t.Status = HeadersOnlyTip
	case e.applied:
		t.Status = ValidFork
	default:
		t.Status = ValidHeaders
	}
	return t
}
