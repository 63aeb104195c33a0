package eclipse

import (
	"time"

	"networkmngr/internal/times"
)

// Result is what came of a run.
type Result struct {
	Tried, New   []float64 // the attacker's share of each table before each restart, the first at the beginning
	Sound        float64   // share of tried that is honest and answers, at the end of the attack
	AllByLinks   bool      // all links were the attacker's before some restart, as honest ones had ended
	AllByRestart bool      // they were after some restart
	Outbound     int       // links of the attacker's after the last restart
	FirstHonest  time.Duration
	AllHonest    time.Duration // after which the victim had as many links as it wants, once the attacker had gone
}

// Run plays an attack. It is the same for the same settings.
func Run(s Settings) (r Result) {
	v := newVictim(s)
	v.seek()
	r.note(v)
	feeler, tell := v.now, v.now
	for i := 1; i <= s.Restarts; i++ {
		restart := begin.Add(s.Duration * time.Duration(i) / time.Duration(s.Restarts))
		for v.now.Before(restart) {
			if !tell.After(v.now) {
				v.told()
				tell = v.now.Add(tellEvery)
			}
			v.drop()
			v.seek()
			r.AllByLinks = r.AllByLinks || v.honestLinks() == 0
			if !s.Defence.NoFeelers {
				v.feel()
			}
			feeler = feeler.Add(feelerEvery)
			v.now = times.Later(v.now, feeler)
		}
		r.note(v)
		v.restart()
		r.Outbound = len(v.links) - v.honestLinks()
		r.AllByRestart = r.AllByRestart || v.honestLinks() == 0
	}
	r.recover(v)
	return r
}

func (r *Result) note(v *victim) {
	tried, fresh, sound := v.shares()
	r.Tried, r.New, r.Sound = append(r.Tried, tried), append(r.New, fresh), sound
}

// recover has the attacker go, and the victim find honest nodes.
func (r *Result) recover(v *victim) {
	for _, n := range v.attacker {
		n.live = false
	}
	gone := v.now
	v.drop()
	if v.honestLinks() == 0 {
		for r.FirstHonest == 0 {
			if at := v.seek(); !at.IsZero() {
				r.FirstHonest = at.Sub(gone)
			}
			v.now = v.now.Add(time.Minute)
		}
		v.now = v.now.Add(-time.Minute)
	}
	for v.seek(); len(v.links) < outbound; v.seek() {
		v.now = v.now.Add(time.Minute)
	}
	r.AllHonest = v.now.Sub(gone)
}
