package report

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"networkmngr/internal/events"
	"networkmngr/internal/theory"
	"networkmngr/internal/types"
)

// weights are what each node could expect to win by, by number.
func (f *Fold) weights() []float64 {
	byRate := f.ratesAreSet()
	list := make([]float64, len(f.order))
	for i, n := range f.order {
		list[i] = f.weight(n, byRate)
	}
	return list
}

// miners sums up the blocks of each miner.
func (f *Fold) miners(totals *Totals, weights []float64) []Miner {
	byAddress := make(map[types.Address]*Miner)
	for _, h := range f.found {
		if h.miner == (types.Address{}) {
			continue
		}
		m := byAddress[h.miner]
		if m == nil {
			m = &Miner{Name: f.minerOf(h), Address: h.miner, Node: f.accounts[h.miner] != nil}
			byAddress[h.miner] = m
		}
		m.count(h)
	}
	sum := 0.0
	for _, n := range f.order {
		sum += weights[n.number]
		if weights[n.number] > 0 && byAddress[n.account] == nil {
			byAddress[n.account] = &Miner{Name: n.name, Address: n.account, Node: true}
		}
	}
	list := []Miner{}
	for address, m := range byAddress {
		m.Within = theory.Wilson(m.Main, totals.Main)
		if totals.Main > 0 {
			m.Share = float64(m.Main) / float64(totals.Main)
		}
		if n := f.accounts[address]; n != nil && weights[n.number] > 0 {
			m.Expected = new(weights[n.number] / sum)
		}
		list = append(list, *m)
	}
	slices.SortFunc(list, func(a, b Miner) int {
		return cmp.Or(cmp.Compare(b.Main, a.Main), cmp.Compare(b.Mined, a.Mined), events.CompareNames(a.Name, b.Name), bytes.Compare(a.Address[:], b.Address[:]))
	})
	return list
}

// count takes in a block of the miner.
func (m *Miner) count(h *head) {
	m.Mined++
	m.Hashes += h.hashes
	m.Seconds += h.seconds
	switch h.fate {
	case OnMain:
		m.Main++
		if h.chanced {
			m.Chanced++
		}
	case Lost:
		m.Stale++
	case Open:
		m.Open++
	}
}

// fairness holds what each node has won by chance against what it could expect.
func (f *Fold) fairness(miners []Miner, main []*head) Fairness {
	fair := Fairness{Basis: ByTime, LeftOut: len(main)}
	if f.ratesAreSet() {
		fair.Basis = ByHashrate
	}
	var counts []int
	var expected []float64
	for _, m := range miners {
		if m.Expected == nil {
			continue
		}
		counts = append(counts, m.Chanced)
		expected = append(expected, *m.Expected)
		fair.LeftOut -= m.Chanced
	}
	fair.Fairness, fair.Miners = theory.TestFairness(counts, expected), len(counts)
	fair.Verdict = fair.words()
	return fair
}

const (
	rare     = 0.01
	uncommon = 0.05
)

// words say what the test means.
func (fair *Fairness) words() string {
	switch {
	case fair.P == nil && fair.N == 0:
		return "No block of the best chain was won by mining without pause, so chance had nothing to share out."
	case fair.P == nil && fair.Miners < 2:
		return "One node alone mined without pause, so there was nothing to share."
	case fair.P == nil:
		return fmt.Sprintf("%d blocks are too few for any claim.", fair.N)
	case *fair.P < rare:
		return "So uneven a result would be rare by chance alone: the miners' hash rates were not what is expected here, or the blocks of some went stale more often."
	case *fair.P < uncommon:
		return "Somewhat uneven: chance alone does that in fewer than 1 of 20 runs."
	}
	return "Nothing speaks against chance alone: so uneven a result is usual."
}
