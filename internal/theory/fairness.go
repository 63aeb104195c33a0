package theory

import "math"

// The tests of Fairness.
const (
	ChiSquared = "chi-squared" // Pearson's, good where at least 5 are expected of each
	Exact      = "exact"       // the multinomial one, which counts out every outcome
	TooFew     = "too-few"     // for any claim
)

const (
	expectedOfEach = 5.0     // at least, for the chi-squared distribution to be near enough
	fewest         = 20      // trials of which a claim is made
	mostOutcomes   = 500_000 // that are counted out
)

// Fairness is how well counts go with the shares that are expected.
type Fairness struct {
	Test      string   `json:"test"`                // ChiSquared, Exact or TooFew
	N         int      `json:"n"`                   // trials
	Statistic float64  `json:"statistic,omitempty"` // of ChiSquared
	Freedom   int      `json:"freedom,omitempty"`   // degrees, of ChiSquared
	P         *float64 `json:"p"`                   // probability of what is as unlikely, if the shares are those; null for TooFew
}

// TestFairness holds counts against weights, which need not sum to 1: that of Pearson
// (1900) where enough are expected of each, or else the exact multinomial one, whose
// P is the sum of all outcomes that are no more likely than what was seen.
func TestFairness(counts []int, weights []float64) Fairness {
	f := Fairness{Test: TooFew, N: total(counts)}
	expected, least := expectedCounts(weights, f.N)
	switch {
	case len(counts) < 2 || len(counts) != len(weights) || f.N < fewest || least <= 0:
	case least >= expectedOfEach:
		f.Test, f.Freedom = ChiSquared, len(counts)-1
		for i, e := range expected {
			f.Statistic += (float64(counts[i]) - e) * (float64(counts[i]) - e) / e
		}
		f.P = new(chiSquaredTail(f.Statistic, f.Freedom))
	case outcomes(f.N, len(counts)) <= mostOutcomes:
		f.Test = Exact
		f.P = new(exactTail(counts, expected))
	}
	return f
}

func total(counts []int) (sum int) {
	for _, c := range counts {
		sum += c
	}
	return sum
}

// expectedCounts shares n out by weights, and says which is the least.
func expectedCounts(weights []float64, n int) (expected []float64, least float64) {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	least = math.Inf(1)
	for _, w := range weights {
		e := float64(n) * w / sum
		expected = append(expected, e)
		least = min(least, e)
	}
	if !(sum > 0) || math.IsInf(sum, 0) {
		return expected, 0
	}
	return expected, least
}

// chiSquaredTail is the probability of at least x, by the recurrence of the upper
// incomplete gamma function Q(a+1, y) = Q(a, y) + y^a·exp(-y)/Γ(a+1) from Q(1, y) =
// exp(-y) or Q(1/2, y) = erfc(√y). Source: NIST Digital Library of Mathematical
// Functions, 8.8.
func chiSquaredTail(x float64, freedom int) float64 {
	a, y := 0.5*float64(2-freedom%2), x/2
	tail := math.Erfc(math.Sqrt(y))
	if freedom%2 == 0 {
		tail = math.Exp(-y)
	}
	for ; a < float64(freedom)/2; a++ {
		gamma, _ := math.Lgamma(a + 1)
		tail += math.Exp(a*math.Log(y) - y - gamma)
	}
	return min(1, tail)
}

// outcomes is in how many ways n can fall on k: the binomial of n+k-1 over k-1.
func outcomes(n, k int) float64 {
	ways := 1.0
	for i := 1; i < k; i++ {
		ways *= float64(n+i) / float64(i)
	}
	return ways
}

// exactTail is the probability of all outcomes that are no more likely than counts.
func exactTail(counts []int, expected []float64) float64 {
	logs := make([]float64, len(expected)) // of the shares
	for i, e := range expected {
		logs[i] = math.Log(e / float64(total(counts)))
	}
	seen := 0.0
	for i, c := range counts {
		seen += logTerm(c, logs[i])
	}
	const rounding = 1e-9
	return min(1, tailBelow(total(counts), logs, 0, seen+rounding, logFactorial(total(counts))))
}

// tailBelow counts out how left trials fall on the shares that remain; sofar is the
// logarithm of what those before contribute.
func tailBelow(left int, logs []float64, sofar, limit, ways float64) float64 {
	if len(logs) == 1 {
		if sofar += logTerm(left, logs[0]); sofar <= limit {
			return math.Exp(sofar + ways)
		}
		return 0
	}
	sum := 0.0
	for c := range left + 1 {
		sum += tailBelow(left-c, logs[1:], sofar+logTerm(c, logs[0]), limit, ways)
	}
	return sum
}

// logTerm is what count trials on a share contribute to an outcome's probability.
func logTerm(count int, share float64) float64 { return float64(count)*share - logFactorial(count) }

func logFactorial(n int) float64 {
	value, _ := math.Lgamma(float64(n) + 1)
	return value
}
