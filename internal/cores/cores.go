// Package cores has a process do with one core of the machine until it has much to do, and
// what needs one for long be in nobody's way.
//
// Go's scheduler spreads what a process does over all cores that it may use: each
// goroutine that another one wakes may have a thread wake up, look for work on every core,
// and sleep again. For a node that has a block to pass on, that costs more than the work
// itself, and where many nodes share a machine they take each other's time by it.
package cores

import (
	"runtime"
	"sync"
	"time"
)

const (
	// lookEvery is for how long a process must have much to do before it gets all cores.
	lookEvery = 10 * time.Millisecond
	// easeEvery is how often it is looked at whether it still has.
	easeEvery = 250 * time.Millisecond
	// A process has much to do that uses a core for busyPercent of the time, and it does
	// until it uses one for less than idlePercent.
	busyPercent, idlePercent = 60, 25
)

// Governor says how many cores the process may use. Where the machine has a single core, or
// it is unknown what the process uses, it does nothing. Its methods may be called from any
// goroutine.
type Governor struct {
	most int                             // cores that the process may use at most
	one  func()                          // has it use one core from now on
	each func()                          // has it use all that it may
	used func() (time.Duration, bool)    // processor time so far; false if that is unknown
	now  func() time.Time                // monotonic
	set  func(time.Duration, func()) end // calls back, once

	mu         sync.Mutex // guards what follows
	all        bool       // cores are in use
	at         time.Time  // of the last look
	before     time.Duration
	stop       end // of the next look that comes by itself
	background int // how much is done in the background
	ended      bool
}

// end stops something.
type end func() bool

// New makes the governor of this process, which has one at most, and uses the cores that it
// may use. The caller must End it.
func New() *Governor {
	most := runtime.GOMAXPROCS(0)
	g := newGovernor(most, func() { runtime.GOMAXPROCS(most) })
	g.begin(true)
	return g
}

// NewOnOne is as New, for a process that was begun with GOMAXPROCS=1 although it may use all
// cores of the machine: the caches of a core that it has never had hold nothing of its heap.
func NewOnOne() *Governor {
	g := newGovernor(runtime.NumCPU(), runtime.SetDefaultGOMAXPROCS)
	g.begin(false)
	return g
}

func newGovernor(most int, each func()) *Governor {
	return &Governor{
		most: most, one: func() { runtime.GOMAXPROCS(1) }, each: each, used: processTime, now: time.Now,
		set: func(d time.Duration, f func()) end { return time.AfterFunc(d, f).Stop },
	}
}

// begin has the process use all cores, or one, until there is a reason for a change.
func (g *Governor) begin(all bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, known := g.used()
	governs := known && g.most > 1
	g.all = all || !governs
	if g.all && !all {
		g.each()
	}
	if !governs {
		return
	}
	g.share(g.now())
	if g.all {
		g.stop = g.set(easeEvery, g.ease)
	}
}

// Look has the process use all cores if it has had much to do since the last look. Whoever
// gives the process something to do calls it, often: it costs next to nothing.
func (g *Governor) Look() {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if g.all || g.ended || now.Sub(g.at) < lookEvery || g.share(now) < busyPercent {
		return
	}
	g.useAll()
}

// useAll has the process use all cores. Callers hold mu.
func (g *Governor) useAll() {
	g.all = true
	g.each()
	g.stop = g.set(easeEvery, g.ease)
}

// ease has the process use one core if it has little to do, and else looks again later.
func (g *Governor) ease() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ended {
		return
	}
	if g.share(g.now()) >= idlePercent || g.background > 0 {
		g.stop = g.set(easeEvery, g.ease)
		return
	}
	g.all = false
	g.one()
}

// share is how much of the time since it was last asked for the process has used a core, in
// percent. Callers hold mu.
func (g *Governor) share(now time.Time) int {
	used, _ := g.used()
	spent, passed := used-g.before, now.Sub(g.at)
	g.before, g.at = used, now
	return int(100 * spent / max(passed, 1))
}

// End has the process use all cores again.
func (g *Governor) End() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ended = true
	if g.stop != nil {
		g.stop()
	}
	if !g.all {
		g.each()
	}
}
