package record_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/core"
	"networkmngr/internal/record"
)

// raced is a race of six nodes with reorgs, that was recorded.
func raced(t *testing.T) *race {
	r := newRace(t, 6)
	r.run(time.Second)
	for round := range 6 {
		for _, h := range r.hosts {
			h.mine(2)
			if h.number < 4 { // each has a sender of its own
				h.post()
			}
		}
		if r.cut = round%2 == 0; r.cut {
			r.part()
		} else {
			r.join()
		}
		r.run(3 * time.Second)
	}
	r.run(time.Minute)
	r.hosts[0].mine(1) // of equals each keeps its own
	r.run(time.Minute)
	require.Positive(t, r.reorgs)
	tip := r.hosts[0].chain.Tip()
	require.Greater(t, tip.Height, uint64(10))
	for _, h := range r.hosts {
		require.NoError(t, h.writer.Flush())
		require.Equal(t, tip.ID, h.chain.Tip().ID)
	}
	t.Logf("%d reorgs, %d blocks, %d transfers", r.reorgs, tip.Height, r.posted)
	return r
}

// part cuts the network in two, and join makes it one again.
func (r *race) part() {
	for _, a := range r.hosts {
		for _, b := range r.hosts[:a.number] {
			if (a.number+b.number)%2 == 1 {
				r.unlink(a, b)
			}
		}
	}
}

func (r *race) join() {
	for _, a := range r.hosts {
		for _, b := range r.hosts[:a.number] {
			if a.peers[b] == nil {
				r.link(a, b)
			}
		}
	}
}

func TestARecordedRaceIsPlayedAgain(t *testing.T) {
	for _, h := range raced(t).hosts {
		result, err := record.Replay(bytes.NewReader(h.recording.Bytes()))
		require.NoError(t, err)
		require.Nil(t, result.Difference)
		require.False(t, result.Cut)
		require.Positive(t, result.Effects)
		t.Logf("node %d: the same %d effects of %d steps, %d bytes", h.number, result.Effects, result.Steps, h.recording.Len())
	}
}

// Where a machine does something else, that is said.
func TestTheFirstDifferenceIsShown(t *testing.T) {
	recording := raced(t).hosts[0].recording.Bytes()
	whole, err := record.Replay(bytes.NewReader(recording))
	require.NoError(t, err)
	for _, wrong := range []int{1, whole.Steps / 2, whole.Steps} {
		r, err := record.NewReader(bytes.NewReader(recording))
		require.NoError(t, err)
		machine, err := r.Header.Machine()
		require.NoError(t, err)
		step := 0
		result, err := r.Play(func(now time.Time, in core.Input) []core.Effect {
			effects := machine.Handle(now, in)
			if step++; step == wrong {
				effects = append(effects, core.Fail{Err: errors.New("what nobody expects")})
			}
			return effects
		})
		require.NoError(t, err)
		d := result.Difference
		require.Equal(t, wrong, d.Step)
		require.Equal(t, wrong, result.Steps)
		require.Empty(t, d.Expected)
		require.Contains(t, d.Found, "Fail Err=\"what nobody expects\" #")
		require.NotEmpty(t, d.Input)
	}
}

// What a crash has cut off is no loss of what is before it.
func TestACutRecordingIsPlayedToItsEnd(t *testing.T) {
	recording := raced(t).hosts[0].recording.Bytes()
	whole, err := record.Replay(bytes.NewReader(recording))
	require.NoError(t, err)
	for _, lost := range []int{1, 2, 100, len(recording) / 2} {
		result, err := record.Replay(bytes.NewReader(recording[:len(recording)-lost]))
		require.NoError(t, err)
		require.Nil(t, result.Difference)
		require.Less(t, result.Steps, whole.Steps)
	}
	_, err = record.Replay(bytes.NewReader(recording[:10]))
	require.ErrorIs(t, err, record.ErrDamaged)
	_, err = record.Replay(errorReader{})
	require.Error(t, err)
}

type errorReader struct{}

func (errorReader) Read([]byte) (int, error) { return 0, errors.New("disk failed") }

var _ io.Reader = errorReader{}
