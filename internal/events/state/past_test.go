package state

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
	"networkmngr/internal/types"
)

// many is memory enough for the events of a test.
const many = 1 << 30

// history is a log, and what the network was like after each of its events.
type history struct {
	*testing.T
	log    *events.Log
	past   *Past
	fold   *Fold
	states []State // by offset
}

func newHistory(t *testing.T, bytes int) *history {
	log := events.NewLog(events.Config{Stream: "abc", Bytes: bytes, Now: func() time.Time { return noon }})
	return &history{t, log, NewPast(log), NewFold("abc"), []State{{}}}
}

// happen appends events, and follows them as the manager does if live is set.
func (h *history) happen(live bool, list ...events.Event) {
	for _, e := range list {
		h.log.Append(e)
		e.Offset, e.Type = h.log.Told(), e.Data.Type()
		h.fold.Apply(&e)
		h.states = append(h.states, h.fold.State())
		if live {
			h.past.Keep(h.fold)
		}
	}
}

// random is some event of a small network.
func random(r *rand.Rand) events.Event {
	name, peer, hash := fmt.Sprintf("n%d", r.IntN(4)), types.NodeID{byte(r.IntN(5))}, types.DoubleSHA256([]byte{byte(r.IntN(256)), byte(r.IntN(8))})
	ref := events.BlockRef{Hash: hash, Index: r.Uint64N(90)}
	e := events.Event{Time: noon.Add(time.Duration(r.IntN(1e6)) * time.Millisecond), Node: name}
	switch r.IntN(12) {
	case 0:
		e.Data = events.NodeUp{PID: r.IntN(9)}
	case 1:
		e.Data = events.NodeDown{Left: r.IntN(2) == 0}
	case 2:
		e.Node, e.Data = "", events.MiningStarted{Mode: "race", Rounds: r.IntN(9)}
	case 3:
		e.Data = events.MiningResult{Block: &ref}
	case 4, 5:
		e.Data = events.PeerLinked{Peer: peer, Outbound: r.IntN(2) == 0}
	case 6:
		e.Data = events.PeerLost{Peer: peer}
	case 7:
		e.Data = events.TipMoved{BlockRef: ref, Work: "7"}
	case 8:
		e.Data = events.Gap{First: 1, Last: 2, Reason: events.Lost} // of the node's own stream
	default:
		e.Data = events.BlockConnected{BlockRef: ref}
	}
	return e
}

func (h *history) requireAt(offset uint64) {
	h.Helper()
	got, err := h.past.At(h.Context(), offset)
	require.NoError(h, err)
	require.Equal(h, h.states[offset], got, "offset %d", offset)
}

// Whatever was asked before, and whatever comes afterwards, a moment of the past is as
// it was.
func TestThePastIsAsItWas(t *testing.T) {
	for _, live := range []bool{true, false} {
		seed := rand.Uint64()
		t.Log("seed", seed)
		r := rand.New(rand.NewPCG(seed, 0))
		h := newHistory(t, many)
		h.past.apart = 7
		for range 40 {
			for range 50 {
				h.happen(live, random(r))
			}
			for range 5 {
				h.requireAt(1 + r.Uint64N(h.log.Told()))
			}
			require.LessOrEqual(t, len(h.past.kept), mostKept)
		}
		h.requireAt(1)
		h.requireAt(h.log.Told())
	}
}

func TestKeptStatesAreApart(t *testing.T) {
	h := newHistory(t, many)
	h.past.apart = 2
	for i := range 1000 {
		h.happen(true, events.Event{Node: "n0", Data: events.TipMoved{BlockRef: block(byte(i))}})
	}
	require.NotEmpty(t, h.past.kept)
	require.Greater(t, len(h.past.kept), mostKept/4)
	var last uint64
	for _, f := range h.past.kept {
		require.GreaterOrEqual(t, f.offset-last, h.past.apart)
		last = f.offset
	}
}

// cold holds the events from an offset on, as a folder does whose oldest segments are
// gone.
type cold struct {
	list []*events.Record
	from uint64
}

func (c *cold) Since(offset uint64) iter.Seq[*events.Record] {
	return func(yield func(*events.Record) bool) {
		for _, r := range c.list {
			if r.Offset >= max(offset, c.from) && !yield(r) {
				return
			}
		}
	}
}

func TestThePastThatIsNoLongerKeptIsRefused(t *testing.T) {
	disk := &cold{}
	log := events.NewLog(events.Config{Stream: "abc", Bytes: 1, Cold: disk, Now: func() time.Time { return noon }})
	past := NewPast(log)
	for i := range 100 {
		log.Append(events.Event{Node: "n0", Data: events.TipMoved{BlockRef: block(byte(i))}})
		records, _ := log.Unshown()
		disk.list = append(disk.list, records...)
		log.Show(records[len(records)-1].Offset)
	}
	state, err := past.At(t.Context(), 42)
	require.NoError(t, err)
	require.EqualValues(t, 41, state.Nodes[0].Tip.Index)
	disk.from = 30
	_, err = past.At(t.Context(), 42)
	require.ErrorIs(t, err, ErrExpired)
	require.ErrorContains(t, err, "from 1 to 29")
}

// A state that is kept makes up for events that are not.
func TestAKeptStateOutlivesItsEvents(t *testing.T) {
	h := newHistory(t, 40_000) // of some 80 events
	h.past.apart = 10
	for i := range 1000 {
		h.happen(true, events.Event{Node: "n0", Data: events.TipMoved{BlockRef: block(byte(i))}})
	}
	h.requireAt(990)
	_, err := h.past.At(t.Context(), 3)
	require.ErrorIs(t, err, ErrExpired)
}

func TestThePastIsReadWithinBounds(t *testing.T) {
	log := events.NewLog(events.Config{Stream: "abc", First: 2 * mostRead, Bytes: many, Now: func() time.Time { return noon }})
	log.Append(events.Event{Node: "n0", Data: events.NodePaused{}})
	_, err := NewPast(log).At(t.Context(), 2*mostRead)
	require.ErrorIs(t, err, ErrTooFar)
}

// However long a log is, what it keeps can be told.
func TestThePastOfALongLogIsTold(t *testing.T) {
	const length = 2 * mostKept * mostRead
	log := events.NewLog(events.Config{Stream: "abc", Bytes: 1, Now: func() time.Time { return noon }})
	past, fold := NewPast(log), NewFold("abc")
	for offset := uint64(0); offset <= length; offset += apart / 8 {
		fold.offset = offset
		past.Keep(fold)
	}
	var last uint64
	for _, kept := range past.kept {
		_, most := past.before(kept.offset - 1)
		require.LessOrEqual(t, kept.offset-1-last, most)
		last = kept.offset
	}
	_, most := past.before(length)
	require.LessOrEqual(t, length-last, most)
}

func TestWhoLeavesIsNotReadFor(t *testing.T) {
	h := newHistory(t, many)
	h.happen(false, events.Event{Node: "n0", Data: events.NodePaused{}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h.past.turn <- struct{}{} // somebody else reads
	_, err := h.past.At(ctx, 1)
	require.ErrorIs(t, err, context.Canceled)
}

func BenchmarkPast(b *testing.B) {
	log := events.NewLog(events.Config{Stream: "abc", Bytes: many, Now: func() time.Time { return noon }})
	r := rand.New(rand.NewPCG(1, 2))
	for range apart {
		log.Append(random(r))
	}
	past := NewPast(log)
	for b.Loop() {
		_, err := past.At(b.Context(), apart-1)
		require.NoError(b, err)
	}
}
