package transport

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/links"
	"networkmngr/internal/times"
)

// noon is when the lines of tests begin.
var noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

const manyBytes = 1 << 30

func afterNoon(d time.Duration) time.Time { return noon.Add(d) }

func ms(n float64) times.Duration { return times.Duration(n * float64(time.Millisecond)) }

func lineOf(link links.Link) *line { return newLine(links.New(link, 1, 0), nil, noon) }

func TestLineHoldsFramesUntilTheyAreDue(t *testing.T) {
	n := newLine(links.New(links.Link{Delay: ms(30), Bandwidth: 8000}, 1, 0), [][]byte{frameOf(0)}, noon) // a byte each ms
	n.push(frameOf(1), noon)
	size := time.Duration(onWire(frameOf(0))) * time.Millisecond
	cost := len(frameOf(0)) + FrameOverhead
	for _, moment := range []struct {
		at               time.Duration
		arrived          [][]byte
		unqueued, flying int
		next             time.Duration
	}{
		{0, nil, 0, 0, size},
		{size, nil, cost, onWire(frameOf(0)), 2 * size},
		{2 * size, nil, cost, 2 * onWire(frameOf(0)), size + 30*time.Millisecond},
		{size + 30*time.Millisecond, [][]byte{frameOf(0)}, 0, onWire(frameOf(0)), 2*size + 30*time.Millisecond},
		{time.Hour, [][]byte{frameOf(1)}, 0, 0, -1},
	} {
		now := afterNoon(moment.at)
		arrived, unqueued := n.step(now, manyBytes)
		assert.Equal(t, moment.arrived, arrived, moment.at)
		assert.Equal(t, moment.unqueued, unqueued, moment.at)
		assert.Equal(t, moment.flying, n.bytes, moment.at)
		if moment.next < 0 {
			assert.Zero(t, n.next(now))
		} else {
			assert.Equal(t, afterNoon(moment.next), n.next(now), moment.at)
		}
	}
	assert.False(t, n.isOver())
	n.ask(links.Link{}, noon)
	assert.True(t, n.isOver())
}

func TestSilentLineMovesNothing(t *testing.T) {
	n := lineOf(links.Link{Delay: ms(30)})
	n.push(frameOf(0), noon)
	n.step(noon, manyBytes)
	n.ask(links.Link{Cut: links.Silent}, noon)
	n.push(frameOf(1), noon)
	arrived, unqueued := n.step(afterNoon(time.Hour), manyBytes)
	assert.Empty(t, arrived)
	assert.Zero(t, unqueued)
	assert.Zero(t, n.next(afterNoon(time.Hour)))
	n.ask(links.Link{}, afterNoon(time.Hour))
	arrived, unqueued = n.step(afterNoon(time.Hour), manyBytes)
	assert.Equal(t, [][]byte{frameOf(0), frameOf(1)}, arrived)
	assert.NotZero(t, unqueued)
}

// TestLineMakesUpForLateness has the line go on at times that are late by chance, as on a
// machine that has much to do: its rate is still what is asked, and so it says itself.
func TestLineMakesUpForLateness(t *testing.T) {
	for _, rate := range []links.Rate{10_000, 1e6, 1e9} {
		n := lineOf(links.Link{Delay: ms(30), Bandwidth: rate})
		size, queued, bytes := int(min(rate/80, 64<<10)), 0, 0 // at most 100 ms on the line
		now := noon
		for now.Before(afterNoon(20 * time.Second)) {
			for ; queued < 200; queued++ {
				n.push(make([]byte, size-prefixSize), now)
			}
			arrived, _ := n.step(now, manyBytes)
			queued -= len(arrived)
			bytes += size * len(arrived)
			now = now.Add(time.Duration(1+now.Nanosecond()%19_999_999) * time.Nanosecond)
			if next := n.next(now); next.After(now) {
				now = next.Add(time.Duration(next.Nanosecond() % 19_999_999))
			}
		}
		assert.InEpsilon(t, float64(rate), float64(bytes)*8/20, 0.03, rate)
		assert.InEpsilon(t, float64(rate), n.rate(), 0.03, rate)
	}
}

// TestFastAndLate has a link on which there is always something to send, in virtual time: it
// reaches what is asked, up to a delay by which what may be in flight is too little, and then
// what it says.
func TestFastAndLate(t *testing.T) {
	for _, test := range []struct {
		bandwidth links.Rate
		delay     time.Duration
		reaches   float64 // bit/s
	}{
		{10e3, 5 * time.Second, 10e3}, {100e6, time.Second, 100e6}, {100e6, 5 * time.Second, 100e6},
		{1e9, 100 * time.Millisecond, 1e9}, {1e9, 500 * time.Millisecond, 1e9}, {1e9, 5 * time.Second, 64 << 20 * 8 / 5},
	} {
		asked := links.Link{Delay: times.Duration(test.delay), Bandwidth: test.bandwidth}
		assert.InDelta(t, test.reaches, float64(asked.Reach()), 1, asked)
		assert.InEpsilon(t, test.reaches, achieved(asked, 4*test.delay), 0.03, asked)
	}
}

// achieved is the rate in bit/s at which frames of a link arrive in so much time, from the first
// one's arrival on.
func achieved(asked links.Link, lasts time.Duration) float64 {
	cfg := Default()
	l := newLink(Peer{}, nil, nil, cfg, newTraffic(cfg))
	l.line = newLine(links.New(asked, 1, 0), nil, noon)
	frame, bytes := make([]byte, min(int(asked.Bandwidth)/80, 64<<10)-prefixSize), 0
	begins, now := afterNoon(time.Duration(asked.Delay)), noon
	for now.Before(begins.Add(lasts)) {
		for len(l.line.waiting) < 2 {
			l.line.push(frame, now)
		}
		arrived := len(l.step(now))
		bytes += arrived * onWire(frame)
		if next := l.line.next(now); next.After(now) {
			now = next
		}
	}
	return float64(bytes) * 8 / lasts.Seconds()
}

// Frames wait while all lines together have as much in flight as they may.
func TestLineWaitsForRoom(t *testing.T) {
	n := lineOf(links.Link{Delay: ms(30)})
	for i := range 3 {
		n.push(frameOf(i), noon)
	}
	n.step(noon, 0)
	assert.Equal(t, onWire(frameOf(0)), n.bytes, "one is always let through")
	assert.Equal(t, afterNoon(30*time.Millisecond), n.next(noon))
	n.step(noon, 2*(len(frameOf(0))+FrameOverhead)-1)
	assert.Equal(t, onWire(frameOf(0)), n.bytes, "what a frame costs beside its own counts")
	n.step(noon, 2*(len(frameOf(0))+FrameOverhead))
	assert.Equal(t, 2*onWire(frameOf(0)), n.bytes)
	arrived, _ := n.step(afterNoon(30*time.Millisecond), 0)
	assert.Len(t, arrived, 2)
	assert.Len(t, n.waiting, 1)
	arrived, _ = n.step(afterNoon(30*time.Millisecond), 0)
	assert.Len(t, arrived, 1, "it left when the first ones did")
}

// TestLineLosesNothing has frames sent over a line whose faults change all the time: all
// that are not dropped arrive, in order, and what is queued and in flight adds up.
func TestLineLosesNothing(t *testing.T) {
	some := []links.Link{
		{}, {Delay: ms(30), Jitter: ms(30)}, {Delay: ms(5000)}, {Bandwidth: 80_000}, {Delay: ms(1), Loss: 0.3}, {Cut: links.Silent},
		{Delay: ms(1), Flap: links.Flap{Every: ms(1000), For: ms(500)}}, {Bandwidth: 1e6, Drop: 0.3},
	}
	rapid.Check(t, func(t *rapid.T) {
		now, n := noon, lineOf(links.Link{Delay: ms(30)})
		var got [][]byte
		queued := 0
		step := func() {
			arrived, unqueued := n.step(now, rapid.SampledFrom([]int{0, 1000, manyBytes}).Draw(t, "room"))
			got, queued = append(got, arrived...), queued-unqueued
			want, flying, held := 0, 0, 0
			for _, w := range n.waiting {
				want += len(w.frame) + FrameOverhead
			}
			for _, f := range n.inFlight {
				flying += onWire(f.frame)
				held += len(f.frame) + FrameOverhead
			}
			require.Equal(t, []int{want, flying, held}, []int{queued, n.bytes, n.held})
		}
		sent := 0
		for range rapid.IntRange(1, 60).Draw(t, "happenings") {
			now = now.Add(time.Duration(rapid.IntRange(0, 200).Draw(t, "pause")) * time.Millisecond)
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0:
				n.ask(rapid.SampledFrom(some).Draw(t, "link"), now)
			case 1:
				step()
			default:
				n.push(frameOf(sent), now)
				queued += len(frameOf(sent)) + FrameOverhead
				sent++
			}
		}
		n.ask(links.Link{}, now)
		for range sent + 1 {
			step()
		}
		require.True(t, n.isOver())
		require.Equal(t, sent, len(got)+int(n.dropped))
		last := -1
		for _, frame := range got {
			number := last + 1
			for string(frameOf(number)) != string(frame) {
				number++
				require.Less(t, number, sent, "out of order")
			}
			last = number
		}
	})
}

func TestMeasuresAreOfTheLastFrames(t *testing.T) {
	m := measures{since: noon}
	for i := range 3 * measured {
		m.arrives(time.Duration(i) * time.Millisecond)
	}
	d := delaysOf(m.delays)
	assert.Equal(t, measured, d.Frames)
	assert.Equal(t, time.Duration(3*measured-1)*time.Millisecond, d.Max)
	assert.InDelta(t, float64(5*measured/2), float64(d.P50.Milliseconds()), 1)
	assert.InDelta(t, 2.95*measured, float64(d.P95.Milliseconds()), 2)
	assert.InDelta(t, float64(2.5*measured), float64(d.Mean)/1e6, 1)
	assert.Zero(t, delaysOf(nil))

	assert.Zero(t, m.rate())
	now := noon
	for range 100 { // 1,000 bytes in a second, ready all the time
		now = now.Add(time.Second)
		m.leaves(1000, noon, now)
	}
	assert.InEpsilon(t, 8000, m.rate(), 1e-9)
	for range 30 { // now twice as fast, with rests between that do not count
		m.leaves(1000, now.Add(time.Hour), now.Add(time.Hour+500*time.Millisecond))
		now = now.Add(2 * time.Hour)
	}
	assert.InEpsilon(t, 16_000, m.rate(), 0.02)
}
