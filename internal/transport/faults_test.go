package transport

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/links"
	"networkmngr/internal/times"
	"networkmngr/internal/types"
)

// to are faults towards one node.
func to(n *node, link links.Link) Faults {
	return Faults{Seed: 1, Rows: map[types.NodeID]links.Link{n.self: link}}
}

// got is how many frames have come; for conditions, which hold the lock.
func (n *node) got(from *node) int { return len(n.recorder.frames[from.self]) }

// countOf is got for others.
func (n *node) countOf(from *node) int {
	n.recorder.mu.Lock()
	defer n.recorder.mu.Unlock()
	return n.got(from)
}

func (n *node) status(t testing.TB, peer *node) LinkStatus {
	t.Helper()
	for _, status := range n.Links() {
		if status.Peer.ID == peer.self {
			return status
		}
	}
	require.Fail(t, "no link")
	return LinkStatus{}
}

func TestFaultsDelayWhatANodeSends(t *testing.T) {
	eachListen(t, func(t *testing.T, cfg func() Config) {
		a, b, other := start(t, cfg()), start(t, cfg()), start(t, cfg())
		connect(t, a, b)
		connect(t, a, other)
		const delay = 200 * time.Millisecond
		a.SetFaults(to(b, links.Link{Delay: times.Duration(delay)}))
		began := time.Now()
		for i := range 50 {
			require.NoError(t, a.Send(b.self, frameOf(i)))
			require.NoError(t, a.Send(other.self, frameOf(i)))
		}
		require.Zero(t, a.status(t, b).Frames)
		b.until(t, "frames", func() bool { return b.got(a) == 50 })
		require.GreaterOrEqual(t, time.Since(began), delay)
		other.until(t, "frames", func() bool { return other.got(a) == 50 })
		for i := range 50 {
			require.Equal(t, frameOf(i), b.recorder.frames[a.self][i])
		}
		achieved := a.status(t, b)
		require.Equal(t, 50, achieved.Delays.Frames)
		require.GreaterOrEqual(t, achieved.Delays.P50, delay)
		require.Zero(t, achieved.Queued)
		require.Zero(t, a.status(t, other).Since, "without faults, nothing is measured")

		a.SetFaults(a.Faults())
		require.Equal(t, achieved, a.status(t, b), "the same again changes nothing")
		a.SetFaults(Faults{})
		require.NoError(t, a.Send(b.self, frameOf(50)))
		b.until(t, "frame", func() bool { return b.got(a) == 51 })
		require.Eventually(t, func() bool { return a.status(t, b) == LinkStatus{Peer: a.peer(b.self)} }, patience, time.Millisecond,
			"a link without faults is as if it had had none")
	})
}

func TestHealedLinkIsFastAtOnce(t *testing.T) {
	a, b := start(t, testConfig(t)), start(t, testConfig(t))
	connect(t, a, b)
	a.SetFaults(Faults{Others: links.Link{Delay: ms(3600_000), Bandwidth: 1000}})
	for i := range 10 {
		require.NoError(t, a.Send(b.self, frameOf(i)))
	}
	require.Positive(t, a.status(t, b).Queued)
	a.SetFaults(Faults{})
	require.NoError(t, a.Send(b.self, frameOf(10)))
	b.until(t, "frames", func() bool { return b.got(a) == 11 })
	for i := range 11 {
		require.Equal(t, frameOf(i), b.recorder.frames[a.self][i])
	}
}

func TestSilentCutHoldsFrames(t *testing.T) {
	eachListen(t, func(t *testing.T, cfg func() Config) {
		a, b := start(t, cfg()), start(t, cfg())
		connect(t, a, b)
		a.SetFaults(to(b, links.Link{Cut: links.Silent}))
		require.NoError(t, a.Send(b.self, frameOf(0)))
		require.NoError(t, b.Send(a.self, frameOf(9)))
		a.until(t, "a frame the other way", func() bool { return a.got(b) == 1 })
		require.Zero(t, b.countOf(a))
		require.Equal(t, len(frameOf(0))+FrameOverhead, a.status(t, b).Queued)
		a.SetFaults(Faults{})
		require.NoError(t, a.Send(b.self, frameOf(1)))
		b.until(t, "what was held", func() bool { return b.got(a) == 2 })
		require.Equal(t, [][]byte{frameOf(0), frameOf(1)}, b.recorder.frames[a.self])
		require.Equal(t, 1, a.count(), "it is the same link")
	})
}

func TestResetEndsLinksAndRefusesOthers(t *testing.T) {
	eachListen(t, func(t *testing.T, cfg func() Config) {
		a, b := start(t, cfg()), start(t, cfg())
		connect(t, a, b)
		a.SetFaults(to(b, links.Link{Cut: links.Reset}))
		require.ErrorIs(t, a.lastReason(t), ErrCut)
		b.awaitNoLinks(t)
		err := a.Dial(t.Context(), b.Addrs()[0])
		require.ErrorIs(t, err, ErrCut)
		require.Equal(t, "refused", Failure(err))
		require.Error(t, b.Dial(t.Context(), a.Addrs()[0])) // over QUIC, the end of a connection may overtake what says why
		a.SetFaults(Faults{})
		connect(t, b, a)
	})
}

// A dial into silence lasts as long as one to a machine that is off, unless the silence
// ends: then it goes on.
func TestDialIntoSilence(t *testing.T) {
	cfg := testConfig(t)
	cfg.DialTimeout = 50 * time.Millisecond
	a, b := start(t, cfg), start(t, testConfig(t))
	a.SetFaults(Faults{Others: links.Link{Cut: links.Silent}})
	began := time.Now()
	err := a.Dial(t.Context(), b.Addrs()[0])
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, "timeout", Failure(err))
	require.GreaterOrEqual(t, time.Since(began), cfg.DialTimeout)

	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(ErrClosed)
	require.ErrorIs(t, a.Dial(ctx, b.Addrs()[0]), ErrClosed)

	cut := start(t, testConfig(t))
	cut.SetFaults(Faults{Others: links.Link{Cut: links.Silent}})
	dialled := make(chan error, 1)
	go func() { dialled <- cut.Dial(context.Background(), b.Addrs()[0]) }()
	select {
	case err := <-dialled:
		require.Fail(t, "dialled through silence", err)
	case <-time.After(20 * time.Millisecond): // it would take less if it did not wait
	}
	cut.SetFaults(Faults{})
	require.NoError(t, <-dialled)
	cut.awaitLink(t, b.self)
}

// A node that is silent towards a peer does not answer its dials, and these take nobody's
// place.
func TestInboundIntoSilence(t *testing.T) {
	t.Parallel() // as it waits
	eachListen(t, func(t *testing.T, cfg func() Config) {
		impatient := cfg()
		impatient.HandshakeTimeout = time.Second
		a, b := start(t, impatient), start(t, cfg())
		b.SetFaults(to(a, links.Link{Cut: links.Silent}))
		dialled := make(chan error, 1)
		go func() { dialled <- a.Dial(context.Background(), b.Addrs()[0]) }()
		require.Eventually(t, func() bool { return b.silenced.Load() == 1 }, patience, time.Millisecond)
		require.True(t, b.stack.admission.isEmpty(), "it takes no place")
		require.ErrorIs(t, <-dialled, ErrHandshake)
		require.Empty(t, b.Links())

		go func() { dialled <- a.Dial(context.Background(), b.Addrs()[0]) }()
		require.Eventually(t, func() bool { return b.silenced.Load() == 2 }, patience, time.Millisecond)
		b.SetFaults(Faults{})
		require.ErrorIs(t, <-dialled, ErrHandshake, "a new dial is needed, as there may be no place")
		connect(t, a, b)
		require.Eventually(t, func() bool { return b.silenced.Load() == 0 }, patience, time.Millisecond)
	})
}

// No more dials are left without an answer at a time than there may be handshakes.
func TestSilenceIsBounded(t *testing.T) {
	a, b := start(t, testConfig(t)), start(t, testConfig(t))
	b.SetFaults(Faults{Others: links.Link{Cut: links.Silent}})
	b.silenced.Store(MaxHandshakes)
	require.ErrorIs(t, a.Dial(t.Context(), b.Addrs()[0]), ErrHandshake)
	b.silenced.Store(0)
}

// Each side's part of a handshake takes as long as what it sends.
func TestHandshakesPayTheDelay(t *testing.T) {
	const delay = 20 * time.Millisecond
	for name, trips := range map[string]time.Duration{Default().Listen[0]: tripsTCP, loopbackQUIC: tripsQUIC} {
		cfg := func() Config {
			cfg := testConfig(t)
			cfg.Listen = []string{name}
			return cfg
		}
		a, b := start(t, cfg()), start(t, cfg())
		a.SetFaults(to(b, links.Link{Delay: times.Duration(delay)}))
		began := time.Now()
		connect(t, a, b)
		require.GreaterOrEqual(t, time.Since(began), trips*delay, "the dialler's")
		c := start(t, cfg())
		b.SetFaults(to(c, links.Link{Delay: times.Duration(2 * delay)}))
		began = time.Now()
		connect(t, c, b)
		require.GreaterOrEqual(t, time.Since(began), trips*2*delay, "the listener's")
	}
}

// A handshake that takes longer than its time because of faults on both sides is made.
func TestSlowHandshakesAreMade(t *testing.T) {
	t.Parallel() // as it waits
	cfg := func() Config {
		cfg := testConfig(t)
		cfg.HandshakeTimeout = 2 * time.Second
		return cfg
	}
	a, b := start(t, cfg()), start(t, cfg())
	slow := Faults{Others: links.Link{Delay: ms(450)}}
	a.SetFaults(slow)
	b.SetFaults(slow)
	connect(t, a, b)
}

// A silence that is not over in time ends a dial, and one that is does not.
func TestDialsOutlastShortSilence(t *testing.T) {
	flap := links.Flap{Every: ms(10_000), For: ms(9_000)}
	at := noon
	silent := func(pair uint64) bool { return links.Link{Flap: flap}.Ready(at, pair).After(at) }
	pair := uint64(0)
	for !silent(pair) {
		pair += uint64(time.Second)
	}
	row := links.Link{Flap: flap}
	over := row.Ready(at, pair)
	when, givesUp := arrival(row, pair, at, 10*time.Second)
	require.Equal(t, []any{over, false}, []any{when, givesUp})
	when, givesUp = arrival(row, pair, at, over.Sub(at)-1)
	require.Equal(t, []any{over.Add(-1), true}, []any{when, givesUp})
}

// What waits for the line counts as queued, so that who sends much waits and who sends
// too much is dropped; what is in flight does not.
func TestSlowLineIsASlowPeer(t *testing.T) {
	cfg := testConfig(t)
	cfg.MaxFrame, cfg.MaxQueue = 100_000, 1_000_000
	a, b := start(t, cfg), start(t, testConfig(t))
	connect(t, a, b)
	frame := make([]byte, cfg.MaxFrame)
	a.SetFaults(to(b, links.Link{Delay: ms(3600_000)}))
	for range 30 {
		require.NoError(t, a.AwaitRoom(t.Context(), b.self))
		require.NoError(t, a.Send(b.self, frame))
	}
	require.Eventually(t, func() bool { return a.status(t, b).Queued == 0 }, patience, time.Millisecond)
	require.Equal(t, 30*onWire(frame), a.status(t, b).InFlight)
	require.Equal(t, int64(30*(len(frame)+FrameOverhead)), a.traffic.inFlight.Load())

	a.SetFaults(to(b, links.Link{Bandwidth: 1000}))
	for range 9 {
		require.NoError(t, a.Send(b.self, frame))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, a.AwaitRoom(ctx, b.self), context.DeadlineExceeded)
	require.ErrorIs(t, a.Send(b.self, frame), ErrSlow)
	a.awaitNoLinks(t)
	require.Eventually(t, func() bool { return a.Traffic().Queued == 0 && a.traffic.inFlight.Load() == 0 }, patience, time.Millisecond)
}

// No link has more in flight than it leaves to the others.
func TestWhatIsInFlightIsBounded(t *testing.T) {
	cfg := testConfig(t)
	cfg.MaxFrame, cfg.MaxQueue, cfg.MaxQueued, cfg.MaxInFlight = 100_000, 1_500_000, 3_000_000, 1_000_000
	a, b, c := start(t, cfg), start(t, testConfig(t)), start(t, testConfig(t))
	connect(t, a, b)
	connect(t, a, c)
	a.SetFaults(Faults{Others: links.Link{Delay: ms(3600_000)}})
	frame := make([]byte, cfg.MaxFrame)
	fill := func(to *node, frames, most int) {
		for range frames {
			require.NoError(t, a.Send(to.self, frame))
			require.Eventually(t, func() bool {
				s := a.status(t, to)
				return s.InFlight <= most && (s.Queued == 0 || s.InFlight > most-onWire(frame))
			}, patience, time.Millisecond)
		}
		require.Positive(t, a.status(t, to).Queued)
	}
	fill(b, 15, 1_000_000)
	fill(c, 8, (2_000_000-a.status(t, b).InFlight)/2)
	a.SetFaults(Faults{})
	b.until(t, "frames", func() bool { return b.got(a) == 15 })
	c.until(t, "frames", func() bool { return c.got(a) == 8 })
}

func TestDroppedFramesLeaveTheLink(t *testing.T) {
	a, b := start(t, testConfig(t)), start(t, testConfig(t))
	connect(t, a, b)
	a.SetFaults(to(b, links.Link{Drop: 1}))
	for range 5 {
		require.NoError(t, a.Send(b.self, frameOf(0)))
	}
	require.Eventually(t, func() bool { return a.status(t, b).Dropped == 5 }, patience, time.Millisecond)
	sent := a.Traffic().Sent["frame"].Frames
	a.SetFaults(Faults{})
	require.NoError(t, a.Send(b.self, frameOf(1)))
	b.until(t, "the next frame", func() bool { return b.got(a) == 1 })
	require.Equal(t, [][]byte{frameOf(1)}, b.recorder.frames[a.self])
	require.Equal(t, sent+1, a.Traffic().Sent["frame"].Frames, "what was dropped was not sent")
}

// A peer's row goes before what is asked of all others, also when it asks for nothing;
// and a link that comes later has its faults from its first frame on.
func TestFaultsOfLinksToCome(t *testing.T) {
	a, b, c := start(t, testConfig(t)), start(t, testConfig(t)), start(t, testConfig(t))
	f := Faults{Rows: map[types.NodeID]links.Link{b.self: {}}, Others: links.Link{Drop: 1}}
	a.SetFaults(f)
	require.Equal(t, f, a.Faults())
	connect(t, a, b)
	connect(t, c, a)
	require.NoError(t, a.Send(b.self, frameOf(0)))
	require.NoError(t, a.Send(c.self, frameOf(0)))
	b.until(t, "a frame", func() bool { return b.got(a) == 1 })
	require.Equal(t, links.Link{Drop: 1}, a.status(t, c).Asked)
	require.Eventually(t, func() bool { return a.status(t, c).Dropped == 1 }, patience, time.Millisecond)
}

// A handshake that began before its link was cut makes none.
func TestNoLinkOnceItIsCut(t *testing.T) {
	a := start(t, testConfig(t))
	a.SetFaults(Faults{Others: links.Link{Cut: links.Reset}})
	old, err := a.tryRegister(t.Context(), &link{peer: Peer{ID: types.NodeID{1}}})
	require.ErrorIs(t, err, ErrCut)
	require.Nil(t, old)
	require.Empty(t, a.Links())
}

// A dialler that knows of no faults is answered within its time, however slow the listener
// is asked to be.
func TestASlowListenerAnswersInTime(t *testing.T) {
	cfg := func() Config {
		cfg := testConfig(t)
		cfg.HandshakeTimeout = 5 * time.Second
		return cfg
	}
	a, b := start(t, cfg()), start(t, cfg())
	b.SetFaults(Faults{Others: links.Link{Delay: ms(1200)}}) // whose five trips take longer
	connect(t, a, b)
}

// Each time that a link without faults gets some, it has chances of its own, as a link that
// comes anew.
func TestALinkThatGetsFaultsHasChancesOfItsOwn(t *testing.T) {
	a, b := start(t, testConfig(t)), start(t, testConfig(t))
	connect(t, a, b)
	seen := make(map[uint64]bool)
	for i := range 3 {
		a.SetFaults(Faults{Seed: 1, Others: links.Link{Drop: 0.5}})
		a.Transport.mu.Lock()
		seen[a.chances(b.self).nth] = true
		a.Transport.mu.Unlock()
		a.SetFaults(Faults{Seed: 1})
		require.Len(t, seen, i+1)
	}
}
