package transport

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/links"
	"networkmngr/internal/types"
)

// What faults cost where there are none: a round trip, with none set, with some on
// another peer, and with a row that has next to nothing to do. Those of the first two are
// to be those of BenchmarkRoundTrip.
func BenchmarkRoundTripWithFaults(b *testing.B) {
	for _, bench := range []struct {
		name   string
		faults func(peer types.NodeID) Faults
	}{
		{"none", func(types.NodeID) Faults { return Faults{} }},
		{"another peer's", func(types.NodeID) Faults {
			return Faults{Rows: map[types.NodeID]links.Link{{1}: {Delay: ms(30)}}}
		}},
		{"100 Gbit per second", func(types.NodeID) Faults { return Faults{Others: links.Link{Bandwidth: 100e9}} }},
	} {
		b.Run(bench.name, func(b *testing.B) {
			back := make(chan struct{}, 1)
			var echo *node
			from, to := benchPair(b, Default().Listen[0],
				func(types.NodeID, []byte) { back <- struct{}{} },
				func(id types.NodeID, frame []byte) { _ = echo.Send(id, frame) })
			echo = to
			from.SetFaults(bench.faults(to.self))
			to.SetFaults(bench.faults(from.self))
			frame := make([]byte, 100)
			b.ReportAllocs()
			for b.Loop() {
				require.NoError(b, from.Send(to.self, frame))
				<-back
			}
		})
	}
}

// How far from the delay that is asked frames come, from the call of Send to that of
// Received: the mean, and the worst of all.
func BenchmarkAchievedDelay(b *testing.B) {
	for _, delay := range []time.Duration{time.Millisecond, 10 * time.Millisecond, 100 * time.Millisecond, time.Second, 5 * time.Second} {
		b.Run(delay.String(), func(b *testing.B) {
			arrived := make(chan time.Time, 1)
			from, to := benchPair(b, Default().Listen[0], func(types.NodeID, []byte) {}, func(types.NodeID, []byte) { arrived <- time.Now() })
			from.SetFaults(Faults{Others: links.Link{Delay: links.Duration(delay)}})
			var sum, worst time.Duration
			count := 0
			for b.Loop() {
				sent := time.Now()
				require.NoError(b, from.Send(to.self, frameOf(count)))
				late := (<-arrived).Sub(sent) - delay
				sum, worst, count = sum+late, max(worst, late), count+1
			}
			b.ReportMetric(float64(sum.Microseconds())/float64(count)/1000, "ms-late")
			b.ReportMetric(float64(worst.Microseconds())/1000, "ms-late-at-most")
			b.ReportMetric(100*float64(sum)/float64(count)/float64(delay), "%-late")
		})
	}
}

// How far from the bandwidth that is asked a long transfer comes, and what the link says
// of it itself. An iteration is a frame.
func BenchmarkAchievedRate(b *testing.B) {
	for _, bench := range []struct {
		rate   links.Rate
		size   int // of a frame
		queued int // frames at a time
	}{{10e3, 125, 2}, {1e6, 1250, 8}, {100e6, 64 << 10, 128}, {1e9, 64 << 10, 128}} {
		b.Run(fmt.Sprint(bench.rate), func(b *testing.B) {
			underWay := make(chan struct{}, bench.queued)
			from, to := benchPair(b, Default().Listen[0], func(types.NodeID, []byte) {}, func(types.NodeID, []byte) { <-underWay })
			from.SetFaults(Faults{Others: links.Link{Bandwidth: bench.rate}})
			frame := make([]byte, bench.size)
			began, bytes := time.Now(), 0
			for b.Loop() {
				underWay <- struct{}{}
				require.NoError(b, from.Send(to.self, frame))
				bytes += onWire(frame)
			}
			said := from.Links()[0].Rate
			for range cap(underWay) {
				underWay <- struct{}{}
			}
			off := func(rate float64) float64 { return 100 * (rate/float64(bench.rate) - 1) }
			b.ReportMetric(off(float64(bytes)*8/time.Since(began).Seconds()), "%-off")
			b.ReportMetric(off(said), "%-off-as-said")
		})
	}
}
