package report

import (
	"fmt"
	"slices"

	"networkmngr/internal/theory"
)

const (
	bins     = 20
	span     = 5.0 // means that the bins reach to, but for the last
	maxSteps = 400 // of difficulty
	enough   = 4   // all but one in so many blocks must have a difficulty that is known
)

// times is how long the best chain's blocks took, of those that were mined without pause on
// top of one that is known.
func (f *Fold) times(main []*head, times, hashes clock) Times {
	t := Times{Bins: []Bin{}, Steps: steps(main)}
	if f.target > 0 {
		t.Target = new(f.target)
	}
	var intervals, scaled []float64
	for i := 1; i < len(main); i++ {
		h, before := main[i], main[i-1]
		if !h.chanced {
			continue
		}
		intervals = append(intervals, max(0, times.read(h.at)-times.read(before.at)))
		if h.difficulty > 0 {
			scaled = append(scaled, max(0, hashes.read(h.at)-hashes.read(before.at))/h.difficulty)
		}
	}
	t.Intervals, t.Scaled = len(intervals), len(scaled) > 0 && len(scaled)*enough >= len(intervals)*(enough-1)
	t.Mean, t.Within = theory.MeanInterval(intervals)
	sorted := slices.Sorted(slices.Values(intervals))
	t.Median = theory.Quantile(sorted, 0.5)
	t.Bins = histogram(sorted, t.Mean)
	t.Law = theory.TestMemoryless(intervals)
	if t.Scaled {
		t.Law = theory.TestMemoryless(scaled)
	}
	t.Verdict = t.words()
	return t
}

// histogram counts sorted intervals in bins of equal width, and those beyond in one more.
func histogram(sorted []float64, mean float64) []Bin {
	if mean <= 0 {
		return []Bin{}
	}
	width := span * mean / bins
	list := make([]Bin, bins+1)
	for i := range list {
		below, above := theory.ExponentialBelow(float64(i)*width, mean), theory.ExponentialBelow(float64(i+1)*width, mean)
		if i == bins {
			above = 1
		}
		list[i] = Bin{From: float64(i) * width, Expected: (above - below) * float64(len(sorted))}
	}
	for _, interval := range sorted {
		list[min(bins, int(interval/width))].Count++
	}
	return list
}

func (t *Times) words() string {
	switch {
	case t.Intervals == 0:
		return "No block was mined without pause on top of a known one."
	case t.Law.Level == "":
		return fmt.Sprintf("%d intervals are too few for any claim.", t.Intervals)
	case t.Law.Distance < t.Law.Limit:
		return "They go with the exponential law: a block is never due, however long the last one took."
	}
	return "They do not go with the exponential law at one hash rate: chance alone does that in fewer than 1 of 20 runs. " +
		"A hash rate that changed does it too, as when nodes come and go or the machine is busy."
}

// steps are the difficulties of the best chain.
func steps(main []*head) []Step {
	list := []Step{}
	every := (len(main) + maxSteps - 1) / maxSteps
	for i, h := range main {
		if h.difficulty > 0 && (i%every == 0 || i == len(main)-1) {
			list = append(list, Step{h.Index, h.difficulty})
		}
	}
	return list
}
