package mining

import (
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSchedule(t *testing.T) {
	start := time.Unix(1_000_000, 0)
	at := func(seconds float64) time.Time { return start.Add(time.Duration(seconds * float64(time.Second))) }
	every := Settings{Mode: Interval, Interval: 10}
	for _, c := range []struct {
		name     string
		settings Settings
		mined    []float64 // a block at each of these times
		now      float64
		pending  bool
		blocks   int
		wake     float64 // 0 for none
	}{
		{"off", Settings{Mode: Off}, nil, 5, true, 0, 0},
		{"on demand", Settings{Mode: Demand}, nil, 5, true, 0, 0},
		{"continuous", Settings{Mode: Continuous}, nil, 5, false, math.MaxInt, 0},
		{"continuous, to the last block but one", Settings{Mode: Continuous, Blocks: 3}, []float64{1}, 5, false, 2, 0},
		{"continuous, all done", Settings{Mode: Continuous, Blocks: 3}, []float64{1, 2, 3}, 5, true, 0, 0},
		{"nothing pending", Settings{Mode: Pending}, nil, 5, false, 0, 0},
		{"pending", Settings{Mode: Pending}, nil, 5, true, 1, 0},
		{"pending, all done", Settings{Mode: Pending, Blocks: 1}, []float64{3}, 5, true, 0, 0},
		{"before the first interval is over", every, nil, 9.9, true, 0, 10},
		{"after the first interval", every, nil, 10, false, 1, 0},
		{"long after the first interval", every, nil, 1000, false, 1, 0},
		{"the next interval begins where the last one ended", every, []float64{12}, 12, false, 0, 20},
		{"a long search is not made up for", every, []float64{45}, 45, false, 1, 0},
		{"and the next interval begins then", every, []float64{45, 46}, 46, false, 0, 55},
		{"intervals, all done", Settings{Mode: Interval, Interval: 10, Blocks: 1}, []float64{12}, 100, false, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s Schedule
			s.Set(start, c.settings)
			for _, seconds := range c.mined {
				s.Mined(at(seconds), 1)
			}
			blocks, wake := s.Next(at(c.now), c.pending)
			require.Equal(t, c.blocks, blocks)
			if c.wake == 0 {
				require.True(t, wake.IsZero(), wake)
			} else {
				require.Equal(t, at(c.wake), wake)
			}
		})
	}
}

// Whoever mines when the schedule says so, and asks again when it says so, mines
// as many blocks as intervals have passed, never two within one, and never more
// than were wanted.
func TestScheduleKeepsItsInterval(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := time.Unix(1_000_000, 0)
		settings := Settings{
			Mode: Interval, Interval: rapid.Float64Range(MinInterval, 100).Draw(t, "interval"),
			Blocks: rapid.IntRange(0, 50).Draw(t, "blocks"), Power: Power{Threads: 1},
		}
		require.NoError(t, settings.Validate())
		var s Schedule
		s.Set(start, settings)
		now, mined := start, 0
		every := settings.every()
		for range rapid.IntRange(1, 100).Draw(t, "steps") {
			blocks, wake := s.Next(now, rapid.Bool().Draw(t, "pending"))
			if blocks == 0 && wake.IsZero() {
				require.Equal(t, settings.Blocks, mined)
				break
			}
			if blocks == 0 {
				require.True(t, wake.After(now))
				now = wake
				continue
			}
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(every)).Draw(t, "search")))
			s.Mined(now, 1)
			mined++
			// A search of at most an interval leaves no block out.
			require.LessOrEqual(t, mined, int(now.Sub(start)/every))
			require.GreaterOrEqual(t, mined, int(now.Sub(start)/every)-1)
		}
	})
}

func TestSettings(t *testing.T) {
	valid := Default(2)
	require.NoError(t, valid.Validate())
	require.Equal(t, Settings{Mode: Demand, Power: Power{Threads: 2}}, valid)
	for _, c := range []struct {
		name   string
		change func(*Settings)
		want   string // in the error; empty for none
	}{
		{"every mode", func(s *Settings) { s.Mode = Continuous }, ""},
		{"another mode", func(s *Settings) { s.Mode = "always" }, `mode is "always", want one of off, demand, interval, pending, continuous`},
		{"no mode", func(s *Settings) { s.Mode = "" }, `mode is ""`},
		{"an interval", func(s *Settings) { s.Mode, s.Interval = Interval, 0.1 }, ""},
		{"no interval", func(s *Settings) { s.Mode = Interval }, "interval is 0, want 0.1 to 86400 seconds"},
		{"a long interval", func(s *Settings) { s.Mode, s.Interval = Interval, 86_401 }, "interval is 86401"},
		{"interval that is no number", func(s *Settings) { s.Mode, s.Interval = Interval, math.NaN() }, "interval is NaN"},
		{"interval for nothing", func(s *Settings) { s.Mode, s.Interval = Continuous, 1 }, "interval is 1, want 0 unless mode is interval"},
		{"blocks", func(s *Settings) { s.Mode, s.Blocks = Pending, MaxBlocks }, ""},
		{"too many blocks", func(s *Settings) { s.Mode, s.Blocks = Pending, MaxBlocks+1 }, "blocks is 1000001, want 0 (no end) to 1000000"},
		{"fewer than none", func(s *Settings) { s.Mode, s.Blocks = Pending, -1 }, "blocks is -1"},
		{"blocks on demand", func(s *Settings) { s.Blocks = 1 }, "blocks is 1, want 0 if mode is demand"},
		{"no threads", func(s *Settings) { s.Threads = 0 }, "threads is 0, want 1 to 1024"},
		{"many threads", func(s *Settings) { s.Threads = 1025 }, "threads is 1025"},
		{"a hash rate", func(s *Settings) { s.Hashrate = 1 }, ""},
		{"little", func(s *Settings) { s.Hashrate = 0.5 }, "hashrate is 0.5, want 0 (no limit), or 1 to 1e+18 hashes a second"},
		{"negative", func(s *Settings) { s.Hashrate = -1 }, "hashrate is -1"},
		{"much", func(s *Settings) { s.Hashrate = math.Inf(1) }, "hashrate is +Inf"},
		{"paced", func(s *Settings) { s.Paced, s.Hashrate = true, 1000 }, ""},
		{"paced by nothing", func(s *Settings) { s.Paced = true }, "hashrate is 0, want the hashes a second that paced mining stands for"},
	} {
		settings := valid
		c.change(&settings)
		err := settings.Validate()
		if c.want == "" {
			require.NoError(t, err, c.name)
			continue
		}
		require.ErrorIs(t, err, ErrSettings, c.name)
		require.ErrorContains(t, err, c.want, c.name)
	}
}

func TestPowerHasItsSolver(t *testing.T) {
	clock, runs := newHandClock().clock(), 0
	solver := func(p Power) Solver { return p.Solver(clock, func(work func()) { runs++; work() }) }
	solver(Power{Threads: 2}).(CPU).Background(func() { runs++ })
	require.Equal(t, 2, runs)
	require.Equal(t, runtime.NumCPU(), solver(Power{Threads: MaxThreads}).(CPU).Threads)
	limited := solver(Power{Threads: 2, Hashrate: 500}).(CPU)
	require.Equal(t, 500.0, limited.Limit.hashrate)
	require.Nil(t, limited.Background, "it waits more than it hashes")
	require.Equal(t, 500.0, solver(Power{Threads: 2, Hashrate: 500, Paced: true}).(*Paced).Hashrate)
	require.Equal(t, "cpu", Power{Hashrate: 500}.Name())
	require.Equal(t, "paced", Power{Hashrate: 500, Paced: true}.Name())
}

// The rate is that of the last searches, and of the power of now.
func TestMeter(t *testing.T) {
	var m meter
	require.Zero(t, m.read().Hashrate)
	job := Job{Blocks: 1, Power: Power{Threads: 1}}
	m.begin(job)
	for range 100 {
		m.searched(1000, time.Second)
	}
	require.Equal(t, Achieved{Searching: true, Hashrate: 1000, Hashes: 100_000, Solver: "cpu"}, m.read())
	for range 10 {
		m.searched(5000, time.Second)
	}
	require.EqualValues(t, 5000, m.read().Hashrate)
	job.Power.Paced = true
	m.begin(job)
	require.Zero(t, m.read().Hashrate)
	m.searched(10, time.Second)
	m.mined(2)
	m.begin(Job{Power: job.Power})
	require.Equal(t, Achieved{Hashrate: 10, Hashes: 150_010, Blocks: 2, Solver: "paced"}, m.read())
}
