package strategy_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/mining/strategy"
	"networkmngr/internal/theory"
)

// game plays a strategy against miners that are honest, where blocks take no time to
// spread: gamma of those work on the own branch while it is shown and as long as theirs.
type game struct {
	strategy     strategy.Strategy
	alpha, gamma float64
	rand         *rand.Rand
	at           branches
	own, others  int // blocks of the main chain that nobody can undo
}

func (g *game) mine() {
	switch {
	case g.rand.Float64() < g.alpha:
		g.at.Own++
		g.do(g.strategy.Found(g.at))
	case g.at.Shown > 0 && g.at.Shown == g.at.Public && g.rand.Float64() < g.gamma:
		g.settle()
		g.at.Public = 1
		g.do(g.strategy.Moved(g.at))
	default:
		g.at.Public++
		g.do(g.strategy.Moved(g.at))
	}
}

// settle makes what is shown of the own branch the main chain.
func (g *game) settle() {
	g.own += g.at.Shown
	g.at = branches{Own: g.at.Own - g.at.Shown}
}

func (g *game) do(m move) {
	if m.Abandon {
		g.others += g.at.Public
		g.at = branches{}
		return
	}
	if g.at.Shown = m.Show; g.at.Shown > g.at.Public {
		g.settle()
	}
}

// share plays so many runs, and returns the mean share of main-chain blocks that are
// own ones, and its standard error.
func share(random *rand.Rand, s strategy.Strategy, alpha, gamma float64) (mean, deviation float64) {
	const runs, blocks = 200, 3000
	var sum, squares float64
	for range runs {
		g := game{strategy: s, alpha: alpha, gamma: gamma, rand: random}
		for range blocks {
			g.mine()
		}
		one := float64(g.own) / float64(g.own+g.others)
		sum, squares = sum+one, squares+one*one
	}
	mean = sum / runs
	return mean, math.Sqrt((squares/runs-mean*mean)/runs) + 1e-6
}

func seeded(t *testing.T) *rand.Rand {
	seed := rand.Uint64()
	t.Log("seed", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// fringe is what a run that ends in the middle of a race may be off by.
const fringe = 0.0015

// few is how many standard errors a share may be off: some hundred are looked at, each
// time the tests run.
const few = 5.5

func TestSelfishShareIsTheLaws(t *testing.T) {
	random := seeded(t)
	for _, alpha := range []float64{0.1, 0.25, 1. / 3, 0.4, 0.45} {
		for _, gamma := range []float64{0, 0.5, 1} {
			got, deviation := share(random, of(strategy.Selfish), alpha, gamma)
			require.InDelta(t, theory.SelfishShare(alpha, gamma), got, few*deviation+fringe, "alpha %v, gamma %v", alpha, gamma)
		}
	}
}

func TestStubbornShareIsTheLaws(t *testing.T) {
	random := seeded(t)
	both := of(strategy.LeadStubborn, func(s *strategy.Settings) { s.Fork = true })
	for _, alpha := range []float64{0.3, 0.4} {
		for _, gamma := range []float64{0.25, 0.5, 0.9} {
			got, deviation := share(random, of(strategy.LeadStubborn), alpha, gamma)
			require.InDelta(t, theory.LeadStubbornShare(alpha, gamma), got, few*deviation+fringe, "alpha %v, gamma %v", alpha, gamma)
			got, deviation = share(random, both, alpha, gamma)
			require.InDelta(t, theory.LeadForkStubbornShare(alpha, gamma), got, few*deviation+fringe, "alpha %v, gamma %v", alpha, gamma)
		}
	}
}

// The other strategies have no closed form: what an independent run of six million blocks
// of each came to, to 0.001.
func TestTrailStubbornShareIsAsMeasuredElsewhere(t *testing.T) {
	random := seeded(t)
	stubborn := func(lead, fork bool, trail int) strategy.Strategy {
		return of(strategy.Stubborn, func(s *strategy.Settings) { s.Lead, s.Fork, s.Trail = lead, fork, trail })
	}
	kinds := []strategy.Strategy{
		stubborn(false, true, 0), stubborn(false, false, 1), stubborn(false, true, 1), stubborn(true, false, 1), stubborn(true, true, 1),
	}
	for _, c := range []struct {
		gamma, alpha float64
		want         [5]float64 // F, T1, F+T1, L+T1, L+F+T1
	}{
		{0.25, 0.4, [5]float64{0.506, 0.515, 0.518, 0.511, 0.488}},
		{0.5, 0.35, [5]float64{0.421, 0.428, 0.435, 0.438, 0.448}},
		{0.5, 0.45, [5]float64{0.704, 0.686, 0.715, 0.733, 0.773}},
		{0.9, 0.4, [5]float64{0.585, 0.562, 0.589, 0.611, 0.657}},
	} {
		for i, s := range kinds {
			got, deviation := share(random, s, c.alpha, c.gamma)
			require.InDelta(t, c.want[i], got, few*deviation+fringe+0.001, "alpha %v, gamma %v, %d", c.alpha, c.gamma, i)
		}
	}
}

// A double spend succeeds as often as the law says: attacks are played to their end.
func TestDoubleSpendSucceedsAsTheLawSays(t *testing.T) {
	random := seeded(t)
	const attacks = 20_000
	for _, c := range []struct {
		q         float64
		z, giveUp int
	}{{0.1, 1, 10}, {0.3, 2, 12}, {0.4, 3, 8}, {0.4, 6, 10}, {0.45, 1, 1}} {
		won := 0
		for range attacks {
			if spend(random, c.q, c.z, c.giveUp) {
				won++
			}
		}
		law := theory.DoubleSpend(c.q, c.z, c.giveUp)
		deviation := math.Sqrt(law * (1 - law) / attacks)
		require.InDelta(t, law, float64(won)/attacks, few*deviation, "%+v", c)
	}
}

// spend plays one attack, whose payment is in the first public block.
func spend(random *rand.Rand, q float64, z, giveUp int) (won bool) {
	s := of(strategy.DoubleSpend, func(s *strategy.Settings) { s.Confirmations, s.GiveUp = z, giveUp })
	var at branches
	for {
		var m move
		if random.Float64() < q {
			at.Own++
			m = s.Found(at)
		} else {
			at.Public++
			at.Confirmations++
			m = s.Moved(at)
		}
		if m.Over {
			return m.Show > at.Public
		}
	}
}
