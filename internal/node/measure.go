package node

import (
	"time"

	"networkmngr/internal/chain"
)

// Counter counts what no event tells of. Its methods may be called from any goroutine,
// and are quick.
type Counter interface {
	// CountBlocks counts new blocks that are through a phase, which took so long for all
	// of them together.
	CountBlocks(phase string, blocks int, took time.Duration)
	// CountCheck counts a transfer that was checked for the mempool.
	CountCheck(took time.Duration)
	// CountCommit counts a transaction of the store, from the end of what it is about
	// until it was in the file.
	CountCommit(took time.Duration)
	// CountFailedDial counts a dial by one of transport.Failures.
	CountFailedDial(failure string)
}

// CountWith has a counter count what happens from now on.
func (n *Node) CountWith(c Counter) { n.counter.Store(&c) }

// count calls f if there is a counter.
func (n *Node) count(f func(Counter)) {
	if c := n.counter.Load(); c != nil {
		f(*c)
	}
}

// measure takes the time of a phase of new blocks.
func (n *Node) measure(phase chain.Phase) (end func(blocks int)) {
	began := time.Now()
	return func(blocks int) {
		took := time.Since(began)
		n.count(func(c Counter) { c.CountBlocks(string(phase), blocks, took) })
	}
}

func (n *Node) committed(took time.Duration) {
	n.count(func(c Counter) { c.CountCommit(took) })
}
