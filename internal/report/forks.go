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
)

// branching is where a branch forked off, and its last block.
type branching struct{ at, tip types.Hash }

// forks are the branches that nodes have left.
type forks struct {
	list   []*Fork
	known  map[branching]*Fork
	events int
	more   int // branches that were too many
}

func newForks() forks { return forks{known: make(map[branching]*Fork)} }

// add takes in one node's reorg. Those by which nodes left the same branch go together.
func (k *forks) add(f *Fold, n *node, reorg events.Reorg, at time.Time) {
	k.events++
	key := branching{reorg.Fork.Hash, reorg.From.Hash}
	fork := k.known[key]
	if fork == nil {
		if len(k.list) == maxForks {
			k.more++
			return
		}
		fork = &Fork{At: reorg.Fork, Time: at, Depth: reorg.Depth, Nodes: []Leaver{}, Spared: []string{}}
		fork.Left, fork.Won = f.rungs(reorg.Fork, reorg.From), f.rungs(reorg.Fork, reorg.To)
		k.known[key] = fork
		k.list = append(k.list, fork)
	}
	if at.Before(fork.Time) {
		fork.Time = at
	}
	if len(fork.Nodes) < maxLeft {
		fork.Nodes = append(fork.Nodes, f.leaver(n, reorg, at))
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
	slices.SortStableFunc(list, func(a, b *Fork) int {
		return cmp.Or(cmp.Compare(b.Depth, a.Depth), cmp.Compare(b.moved(), a.moved()), a.Time.Compare(b.Time))
	})
	for i, fork := range list {
		r.Deepest = max(r.Deepest, fork.Depth)
		told := *fork
		slices.SortStableFunc(told.Nodes, func(a, b Leaver) int { return compareNames(a.Name, b.Name) })
		switch {
		case i < atLeast, i < inFull && (fork.Depth > 1 || fork.moved() > 0):
			told.Spared = f.spared(fork)
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
func (fork *Fork) moved() int {
	weight := 0
	for _, l := range fork.Nodes {
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
func (f *Fold) spared(fork *Fork) []string {
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
