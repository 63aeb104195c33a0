package daemon

import (
	"context"
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
)

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
