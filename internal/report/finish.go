package report

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"time"

	"networkmngr/internal/types"
)

// Options are what a report is made with.
type Options struct {
	Made     time.Time
	Software string
	Runs     bool     // the network still does
	Unknown  []string // what the maker knows to be missing, in words
}

// Report sums up what was taken in. The Fold can go on after it.
func (f *Fold) Report(o Options) *Report {
	f.until = f.last
	if o.Runs && o.Made.After(f.last) && !f.first.IsZero() {
		f.until = o.Made
	}
	r := &Report{Made: o.Made, Software: o.Software, Nodes: f.describeNodes(), Faults: f.faults.sorted()}
	r.Network = Network{
		Name: f.name, Genesis: f.genesis, First: f.first, Last: f.last, Until: f.until, Seconds: f.until.Sub(f.first).Seconds(),
		Events: f.offset, Runs: append([]Run{}, f.runs...), Running: o.Runs, OnTip: []string{}, Transfer: f.submitted,
	}
	slices.SortStableFunc(f.found, func(a, b *head) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.Index, b.Index)) })
	main, whole := f.mainChain(r)
	ways := make(map[*head]*spread, len(f.found))
	for _, h := range f.found {
		ways[h] = f.way(h)
	}
	times, hashes := f.clocks()
	weights := f.weights()
	r.Miners = f.miners(&r.Totals, weights)
	r.Fairness = f.fairness(r.Miners, main)
	r.Stale = f.stale(ways, times, weights)
	r.Attacks = f.attacks()
	r.Times = f.times(main, times, hashes)
	r.Propagation = f.propagation(ways)
	r.Reorgs = f.forks.report(f)
	r.Blocks = f.lines(ways)
	r.Unknown = append(f.unknown(o, whole), o.Unknown...)
	return r
}

// mainChain is the best chain, lowest first, as far down as it is known: down to the
// first block where it is whole. It decides the fate of every block.
func (f *Fold) mainChain(r *Report) (main []*head, whole bool) {
	for _, h := range f.found {
		h.fate, h.difficulty = Beyond, 0
	}
	r.Totals = Totals{Known: len(f.found), Forgotten: f.forgotten}
	tip := f.bestTip()
	if tip == nil {
		return nil, true
	}
	r.Network.Tip = tip
	for _, n := range f.byName() {
		if n.tip != nil && n.tip.Hash == tip.Hash {
			r.Network.OnTip = append(r.Network.OnTip, n.name)
		}
	}
	main, whole = f.descend(tip)
	f.judge(main, whole)
	f.count(&r.Totals, main)
	return main, whole
}

// descend follows the best chain down from its tip.
func (f *Fold) descend(tip *Tip) (main []*head, whole bool) {
	at, height := tip.Hash, tip.Index
	for height > 0 && len(main) <= maxHeads {
		h, known := f.heads.Get(at)
		if !known || h.Index != height {
			break
		}
		main = append(main, h)
		at, height = h.previous, height-1
	}
	slices.Reverse(main)
	return main, height == 0
}

// bestTip is that of the chain with the most work that a node was on at last. It is nil
// if no node has a block beyond genesis.
func (f *Fold) bestTip() *Tip {
	var best *node
	for _, n := range f.byName() {
		if n.tip != nil && n.tip.Index > 0 && (best == nil || compareWork(n.work, best.work) > 0) {
			best = n
		}
	}
	if best == nil {
		return nil
	}
	return best.tip
}

// compareWork compares decimals.
func compareWork(a, b string) int { return cmp.Or(len(a)-len(b), cmp.Compare(a, b)) }

// judge decides the fate of each block, and the difficulties of those on the best chain.
func (f *Fold) judge(main []*head, whole bool) {
	if len(main) == 0 {
		return
	}
	lowest, highest := main[0].Index, main[len(main)-1].Index
	if whole {
		lowest = 0
	}
	for _, h := range f.found {
		switch {
		case h.Index >= highest:
			h.fate = Open
		case h.Index >= lowest:
			h.fate = Lost
		}
	}
	for i, h := range main {
		h.fate = OnMain
		switch {
		case i > 0:
			h.difficulty = difference(h.work, main[i-1].work)
		case h.Index == 1:
			h.difficulty = difference(h.work, "0")
		}
	}
}

// difference is that of two decimals, 0 if either is none.
func difference(more, less string) float64 {
	const decimal = 10
	a, ok := new(big.Int).SetString(more, decimal)
	b, okToo := new(big.Int).SetString(less, decimal)
	if !ok || !okToo {
		return 0
	}
	value, _ := new(big.Float).SetInt(a.Sub(a, b)).Float64()
	return sane(value)
}

// count counts the blocks by their fates.
func (f *Fold) count(t *Totals, main []*head) {
	t.Main = len(main)
	if len(main) > 0 {
		t.From, t.Height = main[0].Index, main[len(main)-1].Index
	}
	for _, h := range f.found {
		switch h.fate {
		case Lost:
			t.Stale++
		case Open:
			t.Open++
		}
	}
}

// lines are the rows of the CSV.
func (f *Fold) lines(ways map[*head]*spread) []Block {
	list := make([]Block, 0, len(f.found))
	for _, h := range f.found {
		b := Block{
			Tip: h.Tip, Previous: h.previous, Found: h.at, Miner: h.miner, Name: f.minerOf(h), Fate: h.fate, Chanced: h.chanced,
			Seconds: h.seconds, Hashes: h.hashes, Size: h.size, Transactions: h.transactions,
			Nodes: ways[h].came, Of: ways[h].of, Half: ways[h].half, Ninety: ways[h].ninety,
		}
		if h.difficulty > 0 {
			b.Difficulty = new(h.difficulty)
		}
		list = append(list, b)
	}
	return list
}

// unknown says what the report does not know.
func (f *Fold) unknown(o Options, whole bool) []string {
	list := []string{}
	say := func(count uint64, format string) {
		if count > 0 {
			list = append(list, fmt.Sprintf(format, count))
		}
	}
	say(f.gaps.expired, "%d events are no longer kept, or cannot be read: what happened in them is told nowhere here.")
	say(f.gaps.senseless, "%d events have a time that no clock shows, and are left out.")
	say(f.gaps.lost, "%d events of nodes were lost before the manager read them.")
	say(uint64(f.forgotten), "%d older blocks are left out of everything here, as the report keeps the last "+fmt.Sprint(maxHeads)+".")
	if len(f.found) > maxFollowed {
		list = append(list, fmt.Sprintf("The way of blocks to each node, in the map and the table of nodes, is that of the last %d.", maxFollowed))
	}
	if !whole {
		list = append(list, "The best chain is not known down to its first block: shares and rates are of what is known.")
	}
	foreign, unheard := f.strangers()
	say(foreign, "%d blocks were found by nobody who tells of it here, such as a node of another network, or in a time whose events are missing: how long their searches took is not known.")
	say(unheard, "Of %d blocks nobody told who mined them: they were received, and never came to a main chain.")
	say(uint64(f.faults.more), "%d more kinds of things that went wrong are left out.")
	say(uint64(f.overflow.lives), "%d lives of nodes are left out, the first ones.")
	say(uint64(f.overflow.stretches), "%d stretches of mining are left out: expected shares are not right.")
	say(uint64(f.overflow.nodes), "%d events are of nodes beyond the "+fmt.Sprint(maxNodes)+" that are told of.")
	say(uint64(f.changed), "The nodes have become another network %d times: blocks of before are left out.")
	if o.Runs {
		list = append(list, "The network still runs: this is its story so far.")
	} else if last := len(f.runs) - 1; last >= 0 && f.runs[last].Ended == nil {
		list = append(list, "The manager has not told of its end: it was killed, or its last events are missing.")
	}
	return list
}

// strangers counts the blocks whose search nobody told of, and among the others those of
// which not even the miner is known.
func (f *Fold) strangers() (foreign, unheard uint64) {
	for _, h := range f.found {
		switch {
		case h.miner == types.Address{}:
			unheard++
		case h.finder == nil:
			foreign++
		}
	}
	return foreign, unheard
}
