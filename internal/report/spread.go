package report

import (
	"cmp"
	"slices"
	"time"

	"networkmngr/internal/events"
	"networkmngr/internal/theory"
)

const (
	mapBlocks = 60 // columns of the map at most
	mapNodes  = 40 // rows of the map at most
)

// spread is how a block came to the nodes that were there when it was found.
type spread struct {
	came, of     int
	half, ninety *float64 // seconds; nil if it did not come to so many
	mean         *float64 // seconds until another node that mines had it; nil for none
}

// delays are those with which a block came to each node that was there when it was
// found, by number of node. The finder has none.
func (f *Fold) delays(h *head) map[int]time.Duration {
	delays := make(map[int]time.Duration)
	for _, a := range h.arrivals {
		n := f.order[a.node]
		there, present := n.present(h.at)
		switch {
		case n == h.finder:
			delays[n.number] = 0
		case present && there.holds(a.at):
			delays[n.number] = max(0, a.at.Sub(h.at))
		}
	}
	return delays
}

// spread sums up a block's way.
func (f *Fold) spread(h *head) *spread {
	delays := f.delays(h)
	s := &spread{came: len(delays)}
	var list, others []float64
	for number, delay := range delays {
		list = append(list, delay.Seconds())
		if n := f.order[number]; n != h.finder && n.minesAt(h.at) {
			others = append(others, delay.Seconds())
		}
	}
	for _, n := range f.order {
		if _, present := n.present(h.at); present {
			s.of++
		}
	}
	slices.Sort(list)
	s.half, s.ninety = reached(list, s.of, 50), reached(list, s.of, 90)
	if len(others) > 0 {
		s.mean = new(theory.Mean(others))
	}
	return s
}

// minesAt reports whether a node mined without pause at a time.
func (n *node) minesAt(at time.Time) bool {
	for _, s := range slices.Backward(n.mining) {
		if s.holds(at) {
			return true
		}
	}
	return false
}

// reached is the delay after which so many in a hundred of the nodes had a block.
func reached(sorted []float64, of, percent int) *float64 {
	needed := (of*percent + 99) / 100
	if needed == 0 || needed > len(sorted) {
		return nil
	}
	return &sorted[needed-1]
}

// way is how a block has spread, also where that is not settled yet.
func (f *Fold) way(h *head) *spread {
	if h.spread != nil {
		return h.spread
	}
	return f.spread(h)
}

// propagation sums up the ways of all blocks that are known.
func (f *Fold) propagation(ways map[*head]*spread) Propagation {
	half, ninety := f.comparable(ways)
	p := Propagation{Blocks: len(half), Half: quantile(half), Ninety: quantile(ninety)}
	p.Nodes = f.slowest()
	p.Map = f.lastBlocks(p.Nodes)
	return p
}

// comparable are, in seconds, until half and until nine in ten had those blocks that came
// to nine in ten. (Of other blocks, as while a network is cut, nine in ten could seem to have
// had theirs before half.) Where no block did, they are until half had any.
func (f *Fold) comparable(ways map[*head]*spread) (half, ninety []float64) {
	var all []float64
	for _, h := range f.found {
		way := ways[h]
		if way.of < 2 || way.half == nil {
			continue
		}
		all = append(all, *way.half)
		if way.ninety != nil {
			half, ninety = append(half, *way.half), append(ninety, *way.ninety)
		}
	}
	if len(ninety) == 0 {
		return all, nil
	}
	return half, ninety
}

func quantile(values []float64) Quantile {
	slices.Sort(values)
	return Quantile{len(values), theory.Quantile(values, 0.5), theory.Quantile(values, 0.9)}
}

// slowest is how long each node waited for others' blocks, of the last ones.
func (f *Fold) slowest() []Delay {
	waits := make([][]float64, len(f.order))
	for _, h := range f.found {
		if h.spread != nil {
			continue
		}
		for number, delay := range f.delays(h) {
			if f.order[number] != h.finder {
				waits[number] = append(waits[number], delay.Seconds())
			}
		}
	}
	list := []Delay{}
	for number, values := range waits {
		if len(values) > 0 {
			list = append(list, Delay{f.order[number].name, quantile(values), theory.Mean(values)})
		}
	}
	slices.SortFunc(list, func(a, b Delay) int {
		return cmp.Or(cmp.Compare(b.P90, a.P90), events.CompareNames(a.Name, b.Name))
	})
	return list
}

// rows are the nodes of the map: all, or of many those that waited longest.
func (f *Fold) rows(slowest []Delay) []string {
	names := make([]string, 0, len(f.order))
	for _, d := range slowest {
		names = append(names, d.Name)
	}
	for _, n := range f.byName() {
		if !slices.Contains(names, n.name) {
			names = append(names, n.name)
		}
	}
	names = names[:min(mapNodes, len(names))]
	slices.SortFunc(names, events.CompareNames)
	return names
}

// lastBlocks is the map of the last blocks; of many nodes, the slowest.
func (f *Fold) lastBlocks(slowest []Delay) Map {
	m := Map{Nodes: []string{}, Blocks: []MapBlock{}, Cells: [][]*float64{}}
	if len(f.found) == 0 {
		return m
	}
	m.Nodes = f.rows(slowest)
	for range m.Nodes {
		m.Cells = append(m.Cells, []*float64{})
	}
	for _, h := range f.found[max(0, len(f.found)-mapBlocks):] {
		m.Blocks = append(m.Blocks, MapBlock{h.Index, h.Hash, f.minerOf(h), h.fate})
		delays := f.delays(h)
		for row, name := range m.Nodes {
			var cell *float64
			if delay, came := delays[f.nodes[name].number]; came {
				cell = new(delay.Seconds())
			}
			m.Cells[row] = append(m.Cells[row], cell)
		}
	}
	return m
}
