package news

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"networkmngr/internal/events"
	"networkmngr/internal/times"
	"networkmngr/internal/types"
)

const (
	// lasting is how long nodes may be on several branches before that is told: forks
	// that the next block decides are usual.
	lasting = 5 * time.Second
	// every is how often it is looked for while the nodes' tips differ.
	every = time.Second
)

// apart says whether nodes are on branches that last.
type apart struct {
	look time.Time // when to look next; zero while all tips are one
	told bool
}

// side is the nodes with one tip.
type side struct {
	tip   events.BlockRef
	nodes []string
}

// plan has the tips be looked at while they differ.
func (n *News) plan() {
	if n.apart.look.IsZero() && (n.apart.told || len(n.sides()) > 1) {
		n.apart.look = n.now.Add(every)
	}
}

// lookApart tells when nodes are on branches that last, and when they are no more.
func (n *News) lookApart() {
	if n.apart.look.IsZero() || n.now.Before(n.apart.look) {
		return
	}
	n.apart.look = time.Time{}
	sides := n.branches()
	switch {
	case len(sides) > 1 && !n.apart.told:
		n.apart.told = true
		n.say(Doubt, "the nodes are on %d branches: %s", len(sides), sidesWords(sides))
	case len(sides) <= 1 && n.apart.told && len(n.sides()) == 1:
		n.apart.told = false
		n.say(Good, "the nodes are on one branch again, at %d", n.sides()[0].tip.Index)
	}
	if n.apart.told || len(n.sides()) > 1 {
		n.apart.look = n.now.Add(every)
	}
}

// sides groups the nodes that run by their tips, the highest first.
func (n *News) sides() []side {
	var sides []side
	for _, name := range slices.SortedFunc(maps.Keys(n.nodes), func(a, b string) int {
		return cmp.Or(len(a)-len(b), cmp.Compare(a, b))
	}) {
		node := n.nodes[name]
		if !node.runs || node.tip == nil {
			continue
		}
		at := slices.IndexFunc(sides, func(s side) bool { return s.tip.Hash == node.tip.Hash })
		if at < 0 {
			at = len(sides)
			sides = append(sides, side{tip: *node.tip})
		}
		sides[at].nodes = append(sides[at].nodes, name)
	}
	slices.SortStableFunc(sides, func(a, b side) int { return cmp.Compare(b.tip.Index, a.tip.Index) })
	return sides
}

// branches are the sides that have been on a branch of their own for long, with the
// highest one. A node that only lags behind is on none.
func (n *News) branches() []side {
	var branches []side
	for _, s := range n.sides() {
		if len(branches) == 0 || n.forkedLongAgo(branches[0].tip.Hash, s.tip.Hash) {
			branches = append(branches, s)
		}
	}
	return branches
}

// forkedLongAgo reports whether two blocks are on branches of which either is old. Where
// not enough blocks are known, they are not.
func (n *News) forkedLongAgo(one, other types.Hash) bool {
	var first, second *block // of either branch, the lowest that is known so far
	for one != other {
		a, b := n.blocks.known[one], n.blocks.known[other]
		switch {
		case a == nil && b == nil:
			return false
		case b == nil || a != nil && a.index >= b.index:
			first, one = a, a.previous
		default:
			second, other = b, b.previous
		}
	}
	return first != nil && second != nil && n.now.Sub(times.First(first.at, second.at)) >= lasting
}

func sidesWords(sides []side) string {
	parts := make([]string, len(sides))
	for i, s := range sides {
		parts[i] = few(s.nodes) + " at " + strconv.FormatUint(s.tip.Index, 10)
	}
	return strings.Join(parts, ", ")
}
