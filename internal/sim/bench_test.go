package sim_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/sim"
)

// BenchmarkNetwork tells how many virtual seconds of a network pass in a real
// one: ten seconds a block, a transfer a second, eight links a node.
func BenchmarkNetwork(b *testing.B) {
	for _, nodes := range []int{100, 1000, 2000} {
		b.Run(fmt.Sprint(nodes), func(b *testing.B) {
			scenario := sim.Settings{
				Nodes: nodes, Outbound: 8, FullRegistry: true, Active: time.Minute,
				BlockTime: 10 * time.Second, MineIn: 10 * time.Second, TransferIn: time.Second, Burst: 1,
				Latency: 20 * time.Millisecond,
			}
			for b.Loop() {
				scenario.Seed++
				w, err := sim.New(scenario)
				require.NoError(b, err)
				require.NoError(b, w.RunBusy())
				b.ReportMetric(float64(w.Stats().Total["blocks mined"]), "blocks")
			}
			b.ReportMetric(scenario.Active.Seconds()*float64(b.N)/b.Elapsed().Seconds(), "virtual-s/s")
		})
	}
}
