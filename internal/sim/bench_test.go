package sim_test

import (
	"fmt"
	"strings"
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

// BenchmarkRelay tells what relay costs: fifty nodes with eight links each on average,
// ten seconds a block, some fifty transfers a second. One, three or all of a node's peers
// send it new blocks at once; all is how it was before they were chosen.
func BenchmarkRelay(b *testing.B) {
	for _, fast := range []int{1, 3, 50} {
		b.Run(fmt.Sprint(fast), func(b *testing.B) {
			scenario := sim.Settings{
				Nodes: 50, Outbound: 4, FullRegistry: true, Active: 2 * time.Minute, Fast: fast,
				BlockTime: 10 * time.Second, MineIn: 10 * time.Second, TransferIn: 200 * time.Millisecond, Burst: 19,
				Latency: 20 * time.Millisecond,
			}
			var stats sim.Stats
			for b.Loop() {
				scenario.Seed++
				w, err := sim.New(scenario)
				require.NoError(b, err)
				require.NoError(b, w.RunBusy())
				stats.Add(w.Stats())
			}
			reportRelay(b, stats)
		})
	}
}

// reportRelay reports what was sent: of blocks, for each that was mined, and of transfers,
// for each that was posted.
func reportRelay(b *testing.B, stats sim.Stats) {
	total := 0
	sent := func(kinds ...string) (bytes float64) {
		for _, kind := range kinds {
			bytes += float64(stats.Total["bytes sent protocol."+kind])
		}
		return bytes
	}
	for what, count := range stats.Total {
		if strings.HasPrefix(what, "bytes sent ") {
			total += count
		}
	}
	blocks, transfers := float64(stats.Total["blocks mined"]), float64(stats.Total["transfers posted"])
	b.ReportMetric(sent("Compact", "Headers", "SendCompact", "GetCompact", "GetBlocks", "Blocks", "GetBlockTransactions", "BlockTransactions")/blocks, "B/block")
	b.ReportMetric(sent("Compact")/blocks, "B-compact/block")
	b.ReportMetric(sent("Have")/transfers, "B-inventory/transfer")
	b.ReportMetric(sent("GetTransactions", "Transactions")/transfers, "B-rest/transfer")
	b.ReportMetric(100*sent("Have")/float64(total), "%inventory")
	b.ReportMetric(transfers/blocks, "transfers/block")
	b.ReportMetric(float64(stats.Most["milliseconds that an honest block took"]), "ms-slowest")
}
