package report

import (
	"fmt"
	"math"

	"networkmngr/internal/theory"
)

const (
	stretchBlocks = 50  // in which the interval between blocks is taken to be the same
	fewestMined   = 20  // of which anything is said
	lawHoldsTo    = 0.2 // x up to which the law is good
)

// stale holds the stale rate against theory, of the blocks that nodes of the network found
// by mining without pause.
func (f *Fold) stale(ways map[*head]*spread, times clock, weights []float64) Stale {
	s := Stale{}
	var found []*head
	var delays []float64
	for _, h := range f.found {
		if !h.chanced || h.withheld || h.fate == Beyond || h.fate == Open {
			continue
		}
		found = append(found, h)
		if h.fate == Lost {
			s.Stale++
		}
		if mean := ways[h].mean; mean != nil {
			delays = append(delays, *mean)
		}
	}
	s.Mined, s.Within = len(found), theory.Wilson(s.Stale, len(found))
	if s.Mined > 0 {
		s.Rate = float64(s.Stale) / float64(s.Mined)
	}
	if s.Mined >= fewestMined && len(delays) > 0 {
		s.Law = law(found, delays, times, theory.Concentration(weights))
		s.Law.judge(s.Within)
	}
	return s
}

// law is what theory says of blocks that were found in this order.
func law(found []*head, delays []float64, times clock, concentration float64) *Law {
	l := &Law{Concentration: concentration, Stretch: stretchBlocks}
	l.Delay, l.DelayWithin = theory.MeanInterval(delays)
	n := len(found)
	span := times.read(found[n-1].at) - times.read(found[0].at)
	if span <= 0 {
		return l
	}
	l.Interval = span / float64(n-1)
	l.X = l.Delay / l.Interval
	l.Simple = theory.Stale(l.X, concentration)
	l.Rate = byStretches(found, times, l.Delay, concentration)
	half := l.DelayWithin.High - l.Delay
	relative := math.Hypot(half/l.Delay, theory.ExponentialError(n))
	if l.Delay == 0 {
		relative = 0
	}
	l.Range = theory.Interval{
		Low:  byStretches(found, times, l.Delay*max(0, 1-relative), concentration),
		High: byStretches(found, times, l.Delay*(1+relative), concentration),
	}
	return l
}

// byStretches is the stale rate by theory, where the interval between blocks changes, as
// while the difficulty finds its level.
func byStretches(found []*head, times clock, delay, concentration float64) float64 {
	sum, blocks := 0.0, 0
	for from := 0; from+1 < len(found); from += stretchBlocks {
		to := min(from+stretchBlocks, len(found)-1)
		if rest := len(found) - 1 - to; rest < stretchBlocks/2 {
			to = len(found) - 1 // with the one before
		}
		count := to - from
		span := times.read(found[to].at) - times.read(found[from].at)
		if span > 0 && count > 1 {
			// The inverse of a mean of n times is too great by n/(n-1).
			x := delay * float64(count-1) / span
			sum += theory.Stale(x, concentration) * float64(count)
			blocks += count
		}
		if to == len(found)-1 {
			break
		}
	}
	if blocks == 0 {
		return 0
	}
	return sum / float64(blocks)
}

// judge says whether theory goes with what was measured.
func (l *Law) judge(measured theory.Interval) {
	l.Holds = measured.Holds(l.Rate)
	switch {
	case l.Interval == 0:
		l.Verdict = "All blocks have one time, so theory says nothing."
	case l.Concentration >= 1:
		l.Verdict = "One node alone mined: there is nobody whose blocks could cross its own."
	case l.Holds:
		l.Verdict = "Theory's value lies within the interval of what was measured."
	default:
		l.Verdict = "Theory's value lies outside the interval of what was measured."
	}
	if l.X > lawHoldsTo {
		l.Verdict += fmt.Sprintf(" At x above %g the formula is no more than a first guess.", lawHoldsTo)
	}
}
