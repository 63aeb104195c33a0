package daemon

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"networkmngr/internal/events"
)

const (
	// startUp is how soon a node that is linked with another one has its other peers.
	startUp = 5 * time.Second
	// alone is for how long a node that has just started is taken to wait for others: those of
	// a large network are all there before any of them learns of the rest.
	alone = time.Minute
	// startGrowth is the percentage, as GOGC has it, by which the heap of a node that starts may
	// grow. By the time that it has its peers it has asked for a little more memory than the
	// runtime collects at, and nearly all of it is still in use.
	startGrowth = 400
)

// growAtStart spares a node that starts its first collection of garbage. After the next one,
// which freeStarted sees to, all is as usual. Whoever has set GOGC is obeyed.
func growAtStart() {
	if os.Getenv("GOGC") != "" {
		return
	}
	usual := debug.SetGCPercent(startGrowth)
	runtime.AddCleanup(new(sentinel), func(percent int) { debug.SetGCPercent(percent) }, usual)
}

// sentinel is garbage from the beginning: it goes with the first collection.
type sentinel struct{ _ *sentinel }

// freeStarted gives back to the system, once the node has its peers, what only its start has
// needed: it is a sixth of the heap, and too little for the runtime to see to it while the node
// is idle, as each of the many nodes on one machine may be.
func freeStarted(ctx context.Context, log *events.Log) {
	waiting, cancel := context.WithTimeout(ctx, alone)
	defer cancel()
	awaitLink(waiting, log)
	select {
	case <-time.After(startUp):
		free()
	case <-ctx.Done():
	}
}

// awaitLink returns once the node has been linked with another one, or ctx ends.
func awaitLink(ctx context.Context, log *events.Log) {
	links := log.Reader(1, events.Filter{Types: []events.Type{events.PeerLinked{}.Type()}})
	defer links.Close()
	for len(links.Next()) == 0 {
		select {
		case <-links.More():
		case <-ctx.Done():
			return
		}
	}
}

// free collects twice, as what pools hold is garbage after the first collection only.
func free() {
	runtime.GC()
	debug.FreeOSMemory()
}
