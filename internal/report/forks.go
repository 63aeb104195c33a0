package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"networkmngr/internal/events"
	"networkmngr/internal/types"
)

const (
	inFull   = 12  // forks that are told of in full at most
	atLeast  = 3   // of them, also where they are a block deep and moved no transfer
	inTable  = 100 // of the others, those that are listed
	maxRungs = 60  // of a branch
	maxLeft  = 200 // nodes of a fork
	leftable = 64  // of the last forks, those that more nodes may leave
)

// forks are the branches that nodes have left.
type forks struct {
	list   []*fork
	events int
	more   int // branches that were too many
}

// fork is a Fork that more nodes may leave.
type fork struct {
	Fork
	left types.Hash // the lowest block that is left, or where that is not known the tip
	gone map[*node]bool
}

// add takes in one node's reorg. Those by which nodes left the same branch go together,
// at whichever of its blocks they were. Who leaves a branch again has gone back to it
// meanwhile: that is another fork.
func (k *forks) add(f *Fold, n *node, reorg events.Reorg, at time.Time) {
	k.events++
	lowest := f.lowestLeft(reorg)
	same := k.leavable(lowest)
	if same == nil || same.gone[n] {
		if len(k.list) == maxForks {
			k.more++
			return
		}
		same = f.fork(reorg, lowest, at)
		k.list = append(k.list, same)
	}
	same.add(f, n, reorg, at)
}

// leavable is the fork of a lowest block that is left, if more nodes may still come to it.
func (k *forks) leavable(lowest types.Hash) *fork {
	for _, one := range slices.Backward(k.list[max(0, len(k.list)-leftable):]) {
		if one.left == lowest {
			return one
		}
	}
	return nil
}

// lowestLeft is the lowest block that a reorg leaves, or its tip where that is not known.
func (f *Fold) lowestLeft(reorg events.Reorg) types.Hash {
	at := reorg.From.Hash
	for range min(reorg.Depth, maxHeads) - 1 {
		h, known := f.heads.Get(at)
		if !known || h.previous == (types.Hash{}) {
			return reorg.From.Hash
		}
		at = h.previous
	}
	return at
}

// fork is one that nobody has left yet.
func (f *Fold) fork(reorg events.Reorg, lowest types.Hash, at time.Time) *fork {
	return &fork{
		Fork: Fork{At: reorg.Fork, Time: at, Nodes: []Leaver{}, Spared: []string{}, Won: f.rungs(reorg.Fork, reorg.To)},
		left: lowest, gone: make(map[*node]bool),
	}
}

// add takes in a node's reorg. The branch is as long as the node knew it that left the most.
func (one *fork) add(f *Fold, n *node, reorg events.Reorg, at time.Time) {
	one.gone[n] = true
	if reorg.Depth > one.Depth || len(one.gone) == 1 {
		one.Depth, one.Left = reorg.Depth, f.rungs(reorg.Fork, reorg.From)
	}
	if at.Before(one.Time) {
		one.Time = at
	}
	if len(one.Nodes) < maxLeft {
		one.Nodes = append(one.Nodes, f.leaver(n, reorg, at))
	}
}

// leaver is what a node's reorg meant to it.
func (f *Fold) leaver(n *node, reorg events.Reorg, at time.Time) Leaver {
	l := Leaver{
		Name: n.name, Left: at, To: reorg.To, Returned: reorg.Returned, Held: reorg.Held,
		Gone: max(0, reorg.Dropped-reorg.Held), Overtaken: append([]events.Overtaken{}, reorg.Overtaken...),
	}
	if h, known := f.heads.Get(reorg.From.Hash); known {
		l.Saw = h.when(n)
	}
	return l
}

// rungs are the blocks of a branch, without the one that it forks off from. The lowest
// are left out of a long one.
func (f *Fold) rungs(fork, tip Tip) []Rung {
	list := []Rung{}
	at := tip.Hash
	for len(list) < maxRungs && at != fork.Hash {
		h, known := f.heads.Get(at)
		if !known {
			break
		}
		list = append(list, Rung{Tip: h.Tip, Miner: f.minerOf(h), Time: new(h.at), Transactions: h.transactions})
		at = h.previous
	}
	if len(list) == 0 && tip.Hash != fork.Hash {
		list = append(list, Rung{Tip: tip})
	}
	slices.Reverse(list)
	return list
}

// minerOf is a block's miner by name, empty if it is not known.
func (f *Fold) minerOf(h *head) string {
	switch {
	case h.finder != nil:
		return h.finder.name
	case h.miner == types.Address{}:
		return ""
	}
	return f.nameOf(h.miner)
}

// report tells of the forks: the deepest in full, and then those that cost transfers.
func (k *forks) report(f *Fold) Reorgs {
	r := Reorgs{Events: k.events, Depths: k.depths(), Full: []Fork{}, Rest: []Fork{}, More: k.more}
	list := slices.Clone(k.list)
	slices.SortStableFunc(list, func(a, b *fork) int {
		return cmp.Or(cmp.Compare(b.Depth, a.Depth), cmp.Compare(b.moved(), a.moved()), a.Time.Compare(b.Time))
	})
	for i, one := range list {
		r.Deepest = max(r.Deepest, one.Depth)
		told := one.Fork
		slices.SortStableFunc(told.Nodes, func(a, b Leaver) int { return events.CompareNames(a.Name, b.Name) })
		switch {
		case i < atLeast, i < inFull && (told.Depth > 1 || told.moved() > 0):
			told.Spared = f.spared(told)
			r.Full = append(r.Full, told)
		case len(r.Rest) < inTable:
			r.Rest = append(r.Rest, told)
		default:
			r.More++
		}
	}
	return r
}

// moved weighs what became of transfers: first those that are gone.
func (f Fork) moved() int {
	weight := 0
	for _, l := range f.Nodes {
		weight = max(weight, l.Gone*1_000_000+l.Returned)
	}
	return weight
}

func (k *forks) depths() []DepthCount {
	counts := make(map[int]int)
	for _, fork := range k.list {
		counts[fork.Depth]++
	}
	list := []DepthCount{}
	for _, depth := range slices.Sorted(maps.Keys(counts)) {
		list = append(list, DepthCount{depth, counts[depth]})
	}
	return list
}

// spared lists the nodes that were up then, and have left no branch that forks off there.
func (f *Fold) spared(fork Fork) []string {
	left := make(map[string]bool)
	for _, other := range f.forks.list {
		if other.At == fork.At {
			for _, l := range other.Nodes {
				left[l.Name] = true
			}
		}
	}
	names := []string{}
	for _, n := range f.byName() {
		if _, up := n.present(fork.Time); up && !left[n.name] {
			names = append(names, n.name)
		}
	}
	return names
}
