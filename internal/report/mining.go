package report

import (
	"cmp"
	"slices"
	"time"

	"networkmngr/internal/events"
)

// lottery is the mode of mining in which blocks are won by chance alone.
const lottery = events.MiningOn

// ofMining takes in how a node mines.
func (f *Fold) ofMining(n *node, e *events.Event) {
	switch data := e.Data.(type) {
	case events.MiningStarted:
		f.mines(n, data.Mode, data.Hashrate, e.Time)
	case events.MiningChanged:
		f.mines(n, data.Mode, data.Hashrate, e.Time)
	case events.MiningStopped:
		f.mines(n, "", 0, e.Time)
	}
}

func (f *Fold) mines(n *node, mode string, rate float64, at time.Time) {
	f.closeMining(n, at)
	n.mode, n.rate = mode, sane(rate)
	f.openMining(n, at)
}

func (f *Fold) closeMining(n *node, at time.Time) {
	if last := len(n.mining) - 1; last >= 0 && n.mining[last].to.IsZero() {
		n.mining[last].to = at
	}
}

func (f *Fold) openMining(n *node, at time.Time) {
	if n.mode != lottery {
		return
	}
	if len(n.mining)*max(1, len(f.order)) >= maxStretches {
		f.overflow.stretches++
		return
	}
	n.mining = append(n.mining, stretch{from: at, rate: n.rate})
}

// power is what the network mines with, from a time on.
type power struct {
	at    time.Time
	value float64 // hash rates that are set, or 1 if anybody mines
	sum   float64 // of value by seconds, up to at
}

// clock runs while somebody mines, and by as much as they do.
type clock []power

// clocks returns the one that counts seconds in which anybody mined, and the one that
// counts hashes where every node has a hash rate that is set; they are the same where
// not.
func (f *Fold) clocks() (times, hashes clock) {
	times = f.clock(func(stretch) float64 { return 1 }, func(sum float64) float64 { return min(sum, 1) })
	if !f.ratesAreSet() {
		return times, times
	}
	return times, f.clock(func(s stretch) float64 { return s.rate }, func(sum float64) float64 { return sum })
}

// clock sums up stretches of mining, each worth something.
func (f *Fold) clock(worth func(stretch) float64, of func(float64) float64) clock {
	type change struct {
		at time.Time
		by float64
	}
	var changes []change
	for _, n := range f.order {
		for _, s := range n.mining {
			if s.to.IsZero() {
				s.to = f.until
			}
			changes = append(changes, change{s.from, worth(s)}, change{s.to, -worth(s)})
		}
	}
	slices.SortStableFunc(changes, func(a, b change) int { return a.at.Compare(b.at) })
	var c clock
	sum := 0.0
	for _, step := range changes {
		sum += step.by
		c = append(c, power{at: step.at, value: of(max(0, sum)), sum: c.read(step.at)})
	}
	return c
}

// read is how far the clock has come at a time.
func (c clock) read(at time.Time) float64 {
	after, _ := slices.BinarySearchFunc(c, at, func(p power, at time.Time) int {
		return cmp.Or(p.at.Compare(at), -1) // the last of equals
	})
	if after == 0 {
		return 0
	}
	last := c[after-1]
	return last.sum + last.value*at.Sub(last.at).Seconds()
}

// ratesAreSet reports whether every node that mined without pause did so at a hash rate
// that somebody set.
func (f *Fold) ratesAreSet() bool {
	set := false
	for _, n := range f.order {
		for _, s := range n.mining {
			if s.rate <= 0 {
				return false
			}
			set = true
		}
	}
	return set
}

// weight is what a node could expect to win by, without a unit.
func (f *Fold) weight(n *node, byRate bool) float64 {
	sum := 0.0
	for _, s := range n.mining {
		worth := 1.0
		if byRate {
			worth = s.rate
		}
		sum += worth * s.length(f.until)
	}
	return sum
}
