package theory

import "math"

// SelfishShare is the share of the main chain's blocks that a selfish miner (SM1) with a
// share alpha of the hash power has, where gamma of the others work on its branch while
// two are equal. Blocks take no time to spread; alpha is below 1/2. Source: I. Eyal and
// E. G. Sirer, Majority is not Enough, Financial Cryptography 2014, equation 8.
func SelfishShare(alpha, gamma float64) float64 {
	honest := 1 - alpha
	return (alpha*honest*honest*(4*alpha+gamma*(1-2*alpha)) - alpha*alpha*alpha) / (1 - alpha*(1+(2-alpha)*alpha))
}

// SelfishGrowth is how many blocks of the main chain come of each one mined while SM1
// is played with a share alpha, whatever gamma is: the rest is stale. It follows from
// the stationary probabilities of the same paper.
func SelfishGrowth(alpha float64) float64 {
	square, cube := alpha*alpha, alpha*alpha*alpha
	return (1 - alpha - 2*square + cube) / (1 - 4*square + 2*cube)
}

// catalan is the generating function of the Catalan numbers, (1 - sqrt(1-4x)) / 2x, in the
// form that has a value at 0 too.
func catalan(x float64) float64 { return 2 / (1 + math.Sqrt(1-4*x)) }

// LeadStubbornShare is SelfishShare for lead-stubborn mining, with gamma above 0. Source:
// C. Grunspan and R. Pérez-Marco, On Profitability of Stubborn Mining, arXiv 1808.01041.
func LeadStubbornShare(alpha, gamma float64) float64 {
	p, q := 1-alpha, alpha
	whole := p + p*q - q
	return q*(p+p*q-q*q)/whole - p*q*(p-q)*(1-gamma)/(gamma*whole)*(1-p*(1-gamma)*catalan((1-gamma)*p*q))
}

// LeadForkStubbornShare is the same for what is lead- and fork-stubborn: "equal fork
// stubborn" of that paper.
func LeadForkStubbornShare(alpha, gamma float64) float64 {
	p, q := 1-alpha, alpha
	return q/p - (1-gamma)*(p-q)/(gamma*p)*(1-p*catalan((1-gamma)*p*q))
}

// DoubleSpend is the probability that an attacker with a share q of the hash power, below
// 1/2, undoes a payment that has z confirmations: it mines nothing in advance, needs a
// branch that is longer, and gives up when it is giveUp blocks behind, which is at least z.
// It is M. Rosenfeld, Analysis of Hashrate-Based Double-Spending, 2012, without the block
// that is mined in advance there, and with the gambler's ruin for who gives up.
func DoubleSpend(q float64, z, giveUp int) float64 {
	p := 1 - q
	ways, sum := 1.0, 0.0 // of the attacker's m blocks before the z-th confirmation
	for m := 0; m <= z; m++ {
		if m > 0 {
			ways *= float64(m+z-1) / float64(m)
		}
		sum += ways * math.Pow(p, float64(z)) * math.Pow(q, float64(m)) * (1 - catchUp(p/q, z-m+1, giveUp+1))
	}
	return 1 - sum
}

// catchUp is the probability of winning d blocks before most-d more are lost, where each
// is lost with r times the probability of being won.
func catchUp(r float64, d, most int) float64 {
	return (1 - math.Pow(r, float64(most-d))) / (1 - math.Pow(r, float64(most)))
}
