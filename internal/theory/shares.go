package theory

import "math"

// Wilson is the score interval for the probability of what happened count times in
// of trials; all of 0 to 1 for none. It is right for few trials too, where the normal
// one is not. Source: E. B. Wilson, Probable Inference, the Law of Succession, and
// Statistical Inference, Journal of the American Statistical Association 22 (1927).
func Wilson(count, of int) Interval {
	if of <= 0 {
		return Interval{0, 1}
	}
	n, p, z := float64(of), float64(count)/float64(of), confident
	centre := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return Interval{max(0, centre-half), min(1, centre+half)}
}

// Concentration is H2, the sum of squared shares: the probability that the same miner
// finds two blocks in a row, and 1/k for k equal miners. The weights need not sum to 1.
// It is 1 where there are none.
func Concentration(weights []float64) float64 {
	sum, squares := 0.0, 0.0
	for _, w := range weights {
		sum += w
		squares += w * w
	}
	if sum <= 0 {
		return 1
	}
	return squares / (sum * sum)
}

// Stale is the share of all blocks mined that go stale, where each block takes the
// same time to every other miner and of equal branches the first seen is kept:
//
//	(1-H2)·x/(1+x)
//
// x is the delay by the mean interval from one block mined to the next, and
// concentration is H2. Without 1-H2, it follows from the growth of the main chain by
// 1/(1+x) blocks for each one mined, of Y. Sompolinsky and A. Zohar, Secure High-Rate
// Transaction Processing in Bitcoin, Financial Cryptography 2015; a miner has no
// delay to itself, which is the factor. It is good for x up to 0.2; above 0.5, it is
// up to 1.2 % too high for miners of different shares.
func Stale(x, concentration float64) float64 { return (1 - concentration) * x / (1 + x) }
