package cores

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// process is one of four cores in a time that goes on by hand.
type process struct {
	*Governor
	clock time.Time
	spent time.Duration
	cores int
	due   func() // nil while no look is to come by itself
}

func newProcess() *process { return begun(4) }

// begun is a process with so many cores at first.
func begun(cores int) *process {
	p := &process{clock: time.Now(), cores: cores}
	p.Governor = &Governor{
		most: 4, one: func() { p.cores = 1 }, each: func() { p.cores = 4 },
		used: func() (time.Duration, bool) { return p.spent, true }, now: func() time.Time { return p.clock },
		set: func(_ time.Duration, f func()) end {
			p.due = f
			return func() bool { p.due = nil; return true }
		},
	}
	p.begin(cores == 4)
	return p
}

// pass lets time pass, of which the process works for so many percent on one core.
func (p *process) pass(d time.Duration, percent int) {
	p.clock, p.spent = p.clock.Add(d), p.spent+d*time.Duration(percent)/100
}

// look has the look come that is due.
func (p *process) look() {
	due := p.due
	p.due = nil
	due()
}

func TestLittleToDo(t *testing.T) {
	p := newProcess()
	require.Equal(t, 4, p.cores, "at the start")
	p.pass(easeEvery, idlePercent-1)
	p.look()
	require.Equal(t, 1, p.cores)
	require.Nil(t, p.due, "an idle process does nothing")
	p.pass(time.Hour, 1)
	p.Look()
	p.pass(lookEvery, busyPercent-1)
	p.Look()
	require.Equal(t, 1, p.cores)
}

// Who has begun with one core gets all of them once there is much to do.
func TestBegunWithOneCore(t *testing.T) {
	p := begun(1)
	require.Nil(t, p.due, "nothing is to be taken away")
	p.pass(lookEvery, busyPercent-1)
	p.Look()
	require.Equal(t, 1, p.cores)
	p.pass(lookEvery, busyPercent)
	p.Look()
	require.Equal(t, 4, p.cores)
	p.pass(easeEvery, idlePercent-1)
	p.look()
	require.Equal(t, 1, p.cores)
	p.End()
	require.Equal(t, 4, p.cores)
}

// What it has done counts from its beginning.
func TestMuchToDoAtOnce(t *testing.T) {
	p := begun(1)
	p.pass(lookEvery, busyPercent)
	p.Look()
	require.Equal(t, 4, p.cores)
}

func TestMuchToDo(t *testing.T) {
	p := newProcess()
	p.pass(easeEvery, 0)
	p.look()
	p.pass(lookEvery-1, 100)
	p.Look()
	require.Equal(t, 1, p.cores, "for too short a time to tell")
	p.pass(1, 100)
	p.Look()
	require.Equal(t, 4, p.cores)
	for range 3 {
		p.pass(easeEvery, idlePercent)
		p.look()
		require.Equal(t, 4, p.cores, "while it has something to do")
	}
	p.pass(easeEvery, idlePercent-1)
	p.look()
	require.Equal(t, 1, p.cores)
}

func TestEnd(t *testing.T) {
	p := newProcess()
	p.pass(easeEvery, 0)
	p.look()
	p.End()
	require.Equal(t, 4, p.cores)
	p.pass(time.Second, 100)
	p.Look()
	require.Nil(t, p.due)
	p = newProcess()
	p.End()
	require.Nil(t, p.due, "the look that was to come by itself is not")
}

func TestOfAProcessOfWhichNothingIsKnown(t *testing.T) {
	for _, all := range []bool{true, false} {
		cores := map[bool]int{true: 4, false: 1}[all]
		g := &Governor{most: 4, each: func() { cores = 4 }, used: func() (time.Duration, bool) { return 0, false }}
		g.begin(all)
		require.Equal(t, 4, cores)
		require.True(t, g.all)
		require.Nil(t, g.stop)
	}
}

func TestOfThisProcess(t *testing.T) {
	runtime.SetDefaultGOMAXPROCS()
	before := runtime.GOMAXPROCS(0)
	New().End()
	require.Equal(t, before, runtime.GOMAXPROCS(0))
	runtime.GOMAXPROCS(1)
	NewOnOne().End()
	require.Equal(t, before, runtime.GOMAXPROCS(0))
	used, known := processTime()
	require.Equal(t, known, used > 0)
}

// While something is done in the background, all else that the process is given to do finds a core.
func TestBackground(t *testing.T) {
	p := begun(1)
	p.Background(func() {
		require.Equal(t, 4, p.cores)
		p.pass(easeEvery, 0)
		p.look()
		require.Equal(t, 4, p.cores, "the thread may wait for a core itself")
	})
	p.pass(easeEvery, 0)
	p.look()
	require.Equal(t, 1, p.cores)
	p.End()
	p.Background(func() { require.Equal(t, 4, p.cores) })
	require.Nil(t, p.due, "nothing is governed any more")
}
