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
	InvalidTip     TipStatus = "invalid"       // a block of it breaks a rule, or was invalidated by hand
)

// Tip is a leaf of the block tree.
type Tip struct {
	Ref
	Status TipStatus
	ByHand bool        // invalid by hand: it, or a block before it, was invalidated on this node
	Branch uint64      // its blocks that are not on the main chain
	Work   uint256.Int // of all headers up to here
}

// Tips lists every leaf of the tree: the main chain's tip first, then those with
// more work first.
func (v *View) Tips() []Tip {
	side := v.side.above(0)
	parents := make(map[*blockNode]bool, len(side))
	for _, e := range side {
		parents[e.parent] = true
	}
	var tips []Tip
	for _, e := range side {
		if !parents[e] {
			tips = append(tips, v.tipAt(e))
		}
	}
	slices.SortFunc(tips, func(a, b Tip) int {
		return cmp.Or(b.Work.Cmp(&a.Work), a.ID.Compare(b.ID))
	})
	return slices.Insert(tips, 0, v.tipAt(v.last()))
}

// tipAt describes the branch that ends with e.
func (t *tree) tipAt(e *blockNode) Tip {
	standing := t.standing(e)
	tip := Tip{Ref: e.Ref, Work: e.work, ByHand: standing.byHand}
	for at := e; !t.onMain(at); at = at.parent {
		tip.Branch++
	}
	switch {
	case tip.Branch == 0:
		tip.Status = ActiveTip
	case standing.barred():
		tip.Status = InvalidTip
	case standing.status == headerOnly:
		tip.Status = HeadersOnlyTip
	case standing.applied:
		tip.Status = ValidFork
	default:
		tip.Status = ValidHeaders
	}
	return tip
}
