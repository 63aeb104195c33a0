package transport

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Each link counts what went over it by kind and direction, and all links together
// what went over any of them, also over those that have ended.
func TestTrafficIsCountedByLinkAndKind(t *testing.T) {
	cfg := testConfig(t)
	cfg.Kinds, cfg.KindOf = []string{"even", "odd"}, func(frame []byte) int { return len(frame) % 2 }
	a, b, c := start(t, cfg), start(t, testConfig(t)), start(t, testConfig(t))
	connect(t, a, b)
	connect(t, a, c)
	for size := 1; size <= 4; size++ {
		require.NoError(t, a.Send(b.self, make([]byte, size)))
	}
	require.NoError(t, a.Send(c.self, make([]byte, 10)))
	require.NoError(t, c.Send(a.self, make([]byte, 7)))
	b.until(t, "frames", func() bool { return b.got(a) == 4 })
	c.until(t, "a frame", func() bool { return c.got(a) == 1 })
	a.until(t, "a frame", func() bool { return a.got(c) == 1 })

	of, none := a.LinkTraffic(), Flow{}
	require.Len(t, of, 2)
	require.Equal(t, map[string]Flow{"even": {2, 2 + 4 + 2*prefixSize}, "odd": {2, 1 + 3 + 2*prefixSize}}, of[b.self].Sent)
	require.Equal(t, Flow{4, 10 + 4*prefixSize}, Total(of[b.self].Sent))
	require.Equal(t, none, Total(of[b.self].Received))
	require.Equal(t, map[string]Flow{"even": {1, 10 + prefixSize}, "odd": none}, of[c.self].Sent)
	require.Equal(t, map[string]Flow{"even": none, "odd": {1, 7 + prefixSize}}, of[c.self].Received)

	a.Disconnect(b.self, ErrClosed)
	a.until(t, "the end of a link", func() bool { return len(a.recorder.peers) == 1 })
	require.Equal(t, Flow{5, 20 + 5*prefixSize}, Total(a.Traffic().Sent))
	require.Equal(t, Flow{1, 7 + prefixSize}, Total(a.Traffic().Received))
}
