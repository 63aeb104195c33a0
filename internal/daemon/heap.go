package daemon

import (
	"os"
	"runtime"
	"runtime/debug"
	"time"
)

const (
	// startUp is when a node has its peers. What only its start has needed goes back to the
	// system then: it is a sixth of the heap, and too little for the runtime to see to it while
	// the node is idle, as each of the many nodes on one machine may be.
	startUp = 5 * time.Second
	// startGrowth is the percentage, as GOGC has it, by which the heap of a node that starts may
	// grow. By the time that it has its peers it has asked for a little more memory than the
	// runtime collects at, and nearly all of it is still in use.
	startGrowth = 400
)

// growAtStart spares a node that starts its first collection of garbage. After the next one,
// which freeStart sees to, all is as usual. Whoever has set GOGC is obeyed.
func growAtStart() {
	if os.Getenv("GOGC") != "" {
		return
	}
	usual := debug.SetGCPercent(startGrowth)
	runtime.AddCleanup(new(sentinel), func(percent int) { debug.SetGCPercent(percent) }, usual)
}

// sentinel is garbage from the beginning: it goes with the first collection.
type sentinel struct{ _ *sentinel }

// freeStart collects twice, as what pools hold is garbage after the first collection only.
func freeStart() {
	runtime.GC()
	debug.FreeOSMemory()
}
