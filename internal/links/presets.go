package links

import (
	"maps"
	"slices"
	"time"

	"networkmngr/internal/times"
)

// Presets are links that people know, by name. Delays are one way, and bandwidth is of
// the direction that is asked: where two directions have the preset, a round trip pays
// both.
//
// The figures come from the profiles of comcast (tylertreat/comcast, README), with its
// latencies halved as ours act on both directions; a satellite's delay is that of
// physics: 35,786 km up and down again are 240 ms, and the ground stations add to them.
// The moon is 384,400 km away.
func Presets() map[string]Link { return maps.Clone(presets) }

// PresetNames are the names of Presets, sorted.
func PresetNames() []string { return slices.Sorted(maps.Keys(presets)) }

var presets = map[string]Link{
	"lan":       {Delay: milliseconds(0.2), Bandwidth: 1e9},
	"metro":     {Delay: milliseconds(3), Bandwidth: 500e6},
	"continent": {Delay: milliseconds(30), Jitter: milliseconds(5), Bandwidth: 50e6},
	"dsl":       {Delay: milliseconds(20), Bandwidth: 8e6, Loss: 0.005},
	"wifi":      {Delay: milliseconds(20), Bandwidth: 30e6, Loss: 0.002},
	"3g":        {Delay: milliseconds(125), Bandwidth: 750e3, Loss: 0.015},
	"satellite": {Delay: milliseconds(300), Bandwidth: 10e6, Loss: 0.002},
	"dial-up":   {Delay: milliseconds(92), Bandwidth: 40e3, Loss: 0.02},
	"moon":      {Delay: milliseconds(1280)},
	// One packet in 25 is lost, four in a row on average; and once a minute there is
	// nothing for five seconds.
	"flaky": {
		Delay: milliseconds(50), Jitter: milliseconds(50),
		LossBurst: LossBurst{P: 0.0104, R: 0.25},
		Flap:      Flap{Every: times.Duration(time.Minute), For: times.Duration(5 * time.Second)},
	},
}

func milliseconds(ms float64) times.Duration { return times.Duration(ms * float64(time.Millisecond)) }
