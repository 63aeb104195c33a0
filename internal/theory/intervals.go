package theory

import (
	"math"
	"slices"
)

// Memoryless is how well waiting times go with the exponential law, whose mean is
// taken from them.
type Memoryless struct {
	N        int     `json:"n"`        // times
	Distance float64 `json:"distance"` // the greatest between the distributions, by Kolmogorov and Smirnov, as Stephens corrects it
	Limit    float64 `json:"limit"`    // that 5 % of such samples exceed
	Level    string  `json:"level"`    // how unlikely the distance is: "> 15 %", "< 5 %" and such; empty for too few times
}

// levels are the upper tail of the corrected distance: M. A. Stephens, EDF Statistics
// for Goodness of Fit and Some Comparisons, Journal of the American Statistical
// Association 69 (1974), for the exponential law with an unknown mean.
var levels = []struct {
	distance float64
	level    string
}{{1.308, "< 1 %"}, {1.190, "< 2.5 %"}, {1.094, "< 5 %"}, {0.990, "< 10 %"}, {0.926, "< 15 %"}, {0, "> 15 %"}}

// TestMemoryless holds waiting times against the exponential law.
func TestMemoryless(times []float64) Memoryless {
	m := Memoryless{N: len(times), Limit: 1.094}
	sorted, mean := slices.Sorted(slices.Values(times)), Mean(times)
	if m.N < fewest || !(mean > 0) {
		return m
	}
	n := float64(m.N)
	for i, t := range sorted {
		below := ExponentialBelow(t, mean)
		m.Distance = max(m.Distance, below-float64(i)/n, float64(i+1)/n-below)
	}
	m.Distance = (m.Distance - 0.2/n) * (math.Sqrt(n) + 0.26 + 0.5/math.Sqrt(n))
	for _, l := range levels {
		if m.Distance >= l.distance {
			m.Level = l.level
			break
		}
	}
	return m
}

// ExponentialBelow is the probability that a waiting time is at most t.
func ExponentialBelow(t, mean float64) float64 { return -math.Expm1(-t / mean) }

// Mean is the arithmetic one, 0 for none.
func Mean(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// MeanInterval is the mean with its 95 % interval, by the normal law: good for many
// values. It holds only the mean itself for fewer than two.
func MeanInterval(values []float64) (mean float64, within Interval) {
	mean = Mean(values)
	if len(values) < 2 {
		return mean, Interval{mean, mean}
	}
	squares := 0.0
	for _, v := range values {
		squares += (v - mean) * (v - mean)
	}
	n := float64(len(values))
	half := confident * math.Sqrt(squares/(n-1)/n)
	return mean, Interval{mean - half, mean + half}
}

// ExponentialError is how far the mean of n times may be off that an exponential law
// draws, as a share of itself, with 95 % confidence: good for many of them.
func ExponentialError(n int) float64 { return confident / math.Sqrt(float64(n)) }

// Quantile is the value that a share of the sorted ones does not exceed, 0 for none:
// the nearest rank.
func Quantile(sorted []float64, share float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(math.Ceil(share * float64(len(sorted))))
	return sorted[min(max(rank, 1), len(sorted))-1]
}
