package transport

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/links"
	"networkmngr/internal/times"
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
			from.SetFaults(Faults{Others: links.Link{Delay: times.Duration(delay)}})
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

// How far from the bandwidth that is asked transfers come, also with a long delay: at the
// receiver, from the first frame of each on, and what the link says of it itself. An iteration
// is what the line sends in three delays and two seconds.
func BenchmarkAchievedRate(b *testing.B) {
	for _, bench := range []struct {
		rate  links.Rate
		delay time.Duration
		size  int // of a frame
	}{
		{10e3, 0, 125}, {10e3, 5 * time.Second, 125}, {1e6, 0, 1250}, {1e6, time.Second, 1250},
		{100e6, 0, 64 << 10}, {100e6, time.Second, 64 << 10}, {100e6, 5 * time.Second, 64 << 10},
		{1e9, 0, 64 << 10}, {1e9, 100 * time.Millisecond, 64 << 10}, {1e9, 500 * time.Millisecond, 64 << 10},
	} {
		b.Run(fmt.Sprint(bench.rate, " and ", bench.delay), func(b *testing.B) {
			lasts := 3*bench.delay + 2*time.Second
			frames := int(lasts.Seconds() * float64(bench.rate) / 8 / float64(bench.size))
			arrived := make(chan time.Time, frames)
			from, to := benchPair(b, Default().Listen[0], func(types.NodeID, []byte) {}, func(types.NodeID, []byte) { arrived <- time.Now() })
			from.SetFaults(Faults{Others: links.Link{Bandwidth: bench.rate, Delay: times.Duration(bench.delay)}})
			frame := make([]byte, bench.size)
			var took time.Duration
			bytes := 0
			for b.Loop() {
				for range frames {
					awaitQueue(from.live(to.self), 8<<20)
					require.NoError(b, from.Send(to.self, frame))
				}
				began := <-arrived
				last := began
				for range frames - 1 {
					last = <-arrived
				}
				took, bytes = took+last.Sub(began), bytes+(frames-1)*onWire(frame)
			}
			off := func(rate float64) float64 { return 100 * (rate/float64(bench.rate) - 1) }
			b.ReportMetric(off(float64(bytes)*8/took.Seconds()), "%-off")
			b.ReportMetric(off(from.Links()[0].Rate), "%-off-as-said")
		})
	}
}

// awaitQueue waits until so many bytes are queued at most. Those that may be when a peer asks for
// much are gone from a fast line before whoever fills it has its turn again.
func awaitQueue(l *link, most int) {
	for {
		freed := l.freed.Wait()
		if l.waiting() <= most {
			return
		}
		<-freed
	}
}
