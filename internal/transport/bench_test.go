package transport

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// counter is a Handler that keeps no frame.
type counter struct {
	*recorder
	count func(types.NodeID, []byte)
}

func (c counter) Received(id types.NodeID, frame []byte) { c.count(id, frame) }

// benchPair links two nodes that hand what they receive to the two functions.
func benchPair(b *testing.B, listen string, atA, atB func(types.NodeID, []byte)) (x, y *node) {
	nodes := make([]*node, 2)
	for i, received := range []func(types.NodeID, []byte){atA, atB} {
		cfg := testConfig(b)
		cfg.Listen = []string{listen}
		r := newRecorder()
		nodes[i] = startHandler(b, cfg, r, counter{r, received})
	}
	connect(b, nodes[0], nodes[1])
	return nodes[0], nodes[1]
}

func benchEach(b *testing.B, bench func(b *testing.B, listen string)) {
	b.Run("tcp", func(b *testing.B) { bench(b, Default().Listen[0]) })
	b.Run("quic", func(b *testing.B) { bench(b, loopbackQUIC) })
}

// A frame of 100 bytes goes there and comes back.
func BenchmarkRoundTrip(b *testing.B) {
	benchEach(b, func(b *testing.B, listen string) {
		back := make(chan struct{}, 1)
		var echo *node
		from, to := benchPair(b, listen,
			func(types.NodeID, []byte) { back <- struct{}{} },
			func(id types.NodeID, frame []byte) { _ = echo.Send(id, frame) })
		echo = to
		frame := make([]byte, 100)
		b.ReportAllocs()
		for b.Loop() {
			require.NoError(b, from.Send(to.self, frame))
			<-back
		}
	})
}

// Frames of 64 KiB go one way, at most 32 under way at a time.
func BenchmarkThroughput(b *testing.B) {
	benchEach(b, func(b *testing.B, listen string) {
		underWay := make(chan struct{}, 32)
		ignore := func(types.NodeID, []byte) {}
		from, to := benchPair(b, listen, ignore, func(types.NodeID, []byte) { <-underWay })
		frame := make([]byte, 64<<10)
		b.SetBytes(int64(len(frame)))
		b.ReportAllocs()
		for b.Loop() {
			underWay <- struct{}{}
			require.NoError(b, from.Send(to.self, frame))
		}
		for range cap(underWay) {
			underWay <- struct{}{}
		}
	})
}
