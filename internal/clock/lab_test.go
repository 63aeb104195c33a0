package clock

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/times"
)

var monday = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

// A network that rests goes on in its own time, and its clocks drift no further meanwhile.
func TestALabGoesOnAsIfItHadNotRested(t *testing.T) {
	lab := Lab{}.GoOn(monday)
	require.True(t, lab.Plain())
	lab, err := lab.With(monday, Wanted{
		All: &Change{Drift: new(Drift(100_000))}, Nodes: map[string]*Change{"n2": {Offset: new(time.Hour)}},
	})
	require.NoError(t, err)
	lab = lab.Rest(monday.Add(10_000 * time.Second))
	require.Equal(t, Setting{times.Duration(time.Second), 100_000}, lab.Of("n0"))
	friday := monday.Add(10_000*time.Second + 4*day + 300*time.Millisecond)
	for _, l := range []Lab{lab.GoOn(friday), lab.Now(friday)} {
		require.Equal(t, times.Duration(4*day), l.Behind, "in whole seconds")
		require.False(t, l.Stands)
		require.Equal(t, Setting{times.Duration(time.Second - 4*day), 100_000}, l.Of("n0"))
		require.Equal(t, Setting{times.Duration(time.Hour + time.Second - 4*day), 100_000}, l.Of("n2"))
	}
	again := lab.GoOn(friday).Rest(friday.Add(day)).GoOn(friday.Add(2 * day))
	require.Equal(t, times.Duration(5*day), again.Behind)
}

// A machine's clock that was set back costs no time.
func TestALabOnAMachineThatWasSetBack(t *testing.T) {
	lab := Lab{}.GoOn(monday).Rest(monday.Add(day)).GoOn(monday)
	require.Zero(t, lab.Behind)
	require.True(t, lab.Alive(monday.Add(-day)).Plain())
}

func TestClocksOfALab(t *testing.T) {
	lab := Lab{}.GoOn(monday)
	with := func(w Wanted) Lab {
		t.Helper()
		next, err := lab.With(monday, w)
		require.NoError(t, err)
		return next
	}
	own := map[string]*Change{"n1": {Offset: new(time.Minute)}, "n2": {Drift: new(Drift(7))}}
	lab = with(Wanted{All: &Change{Offset: new(time.Second)}, Nodes: own})
	require.Equal(t, map[string]Setting{"n1": {times.Duration(time.Minute), 0}, "n2": {times.Duration(time.Second), 7}}, lab.Nodes)
	lab = with(Wanted{All: &Change{Drift: new(Drift(9))}})
	require.Equal(t, map[string]Setting{"n1": {times.Duration(time.Minute), 9}}, lab.Nodes, "n2 has the clock of all again")
	before := lab
	require.Empty(t, with(Wanted{Nodes: map[string]*Change{"n1": nil}}).Nodes)
	require.Equal(t, before, lab, "a value")
	lab = with(Wanted{Behind: new(time.Hour)})
	require.Equal(t, times.Duration(time.Minute-time.Hour), lab.Of("n1").Offset)
	for _, w := range []Wanted{
		{Behind: new(MaxOffset + 1)}, {All: &Change{Offset: new(MaxOffset + 2*time.Hour)}},
		{Nodes: map[string]*Change{"n9": {Offset: new(-MaxOffset)}}}, // and an hour behind
	} {
		_, err := lab.With(monday, w)
		require.ErrorIs(t, err, ErrOffset)
	}
	_, err := lab.With(monday, Wanted{Nodes: map[string]*Change{"n9": {Drift: new(MaxDrift + 1)}}})
	require.ErrorIs(t, err, ErrDrift)
	require.ErrorContains(t, err, "nodes: n9: ")
}

// A lab that stands still takes other clocks without beginning to live.
func TestClocksOfALabThatStands(t *testing.T) {
	lab := Lab{}.GoOn(monday).Rest(monday)
	lab, err := lab.With(monday.Add(day), Wanted{All: &Change{Drift: new(MaxDrift)}})
	require.NoError(t, err)
	require.True(t, lab.Stands)
	require.Equal(t, Setting{times.Duration(-day), MaxDrift}, lab.GoOn(monday.Add(day)).Of("n0"))
}

func TestALabIsReadAsItIsWritten(t *testing.T) {
	lab, err := Lab{}.GoOn(monday).With(monday, Wanted{
		Behind: new(day), All: &Change{Drift: new(Drift(5))}, Nodes: map[string]*Change{"n1": {Offset: new(time.Minute)}},
	})
	require.NoError(t, err)
	text, err := json.Marshal(lab)
	require.NoError(t, err)
	require.Contains(t, string(text), `"behind":"24h0m0s"`)
	var again Lab
	require.NoError(t, json.Unmarshal(text, &again))
	require.Equal(t, lab, again)
	require.ErrorContains(t, json.Unmarshal([]byte(`{"behind":"1"}`), &again), `"1", want a time such as`)
}

// The lab's time is the machine's but for its rests, and stands still during one.
func TestTheTimeOfALab(t *testing.T) {
	lab := Lab{}.GoOn(monday)
	require.Equal(t, monday.Add(time.Hour), lab.Time(monday.Add(time.Hour)))
	lab = lab.Rest(monday.Add(time.Hour))
	require.Equal(t, monday.Add(time.Hour), lab.Time(monday.Add(day)))
	lab = lab.GoOn(monday.Add(day))
	require.Equal(t, monday.Add(2*time.Hour), lab.Time(monday.Add(day+time.Hour)))
}
