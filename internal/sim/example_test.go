package sim_test

import (
	"fmt"
	"time"

	"networkmngr/internal/sim"
)

// Ten nodes run for a minute of virtual time. The same seed gives the same run.
func ExampleWorld_Run() {
	settings := sim.Settings{
		Seed: 1, Nodes: 10, Outbound: 3, Active: time.Minute,
		BlockTime: 2 * time.Second, MineIn: 2 * time.Second, Latency: 50 * time.Millisecond,
	}
	var traces []string
	for range 2 {
		w, _ := sim.New(settings)
		fmt.Println(w.Run(), w.Stats().Total["blocks mined"] > 0)
		traces = append(traces, w.Trace())
	}
	fmt.Println(traces[0] == traces[1])
	// Output:
	// <nil> true
	// <nil> true
	// true
}
