// Package cores has a process do with one core of the machine until it has much to do.
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

// Governor says how many cores the process may use. It begins with all, as a process has
// much to do at its start. Where the machine has a single core, or it is unknown what the
// process uses, it does nothing. Its methods may be called from any goroutine.
type Governor struct {
	most int                             // cores that the process may use at most
	use  func(cores int)                 // has it use so many from now on
	used func() (time.Duration, bool)    // processor time so far; false if that is unknown
	now  func() time.Time                // monotonic
	set  func(time.Duration, func()) end // calls back, once

	mu     sync.Mutex // guards what follows
	all    bool       // cores are in use
	at     time.Time  // of the last look
	before time.Duration
	stop   end // of the next look that comes by itself
	ended  bool
}

// end stops something.
type end func() bool

// New makes the governor of this process, which has one at most. The caller must End it.
func New() *Governor {
	g := &Governor{
		most: runtime.GOMAXPROCS(0), use: func(cores int) { runtime.GOMAXPROCS(cores) }, used: processTime, now: time.Now,
		set: func(d time.Duration, f func()) end { return time.AfterFunc(d, f).Stop },
	}
	g.begin()
	return g
}

func (g *Governor) begin() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all = true
	if _, known := g.used(); known && g.most > 1 {
		g.share(g.now())
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
	g.all = true
	g.use(g.most)
	g.stop = g.set(easeEvery, g.ease)
}

// ease has the process use one core if it has little to do, and else looks again later.
func (g *Governor) ease() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ended {
		return
	}
	if g.share(g.now()) >= idlePercent {
		g.stop = g.set(easeEvery, g.ease)
		return
	}
	g.all = false
	g.use(1)
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
		g.use(g.most)
	}
}
