package news

import (
	"testing"
	"time"

	"networkmngr/internal/events"
)

// Where the same happens to many nodes at once, a few have lines of their own.
func TestManyNodesAreSummedUp(t *testing.T) {
	r := read(t, 60)
	silent := func(from, to int) {
		for i := from; i < to; i++ {
			r.node(i, events.NodeSilent{Error: "timeout"})
		}
	}
	silent(0, 50)
	r.node(59, events.NodeDown{Why: events.Fault})
	r.requireSaid("! node n0 does not answer: timeout", "! node n1 does not answer: timeout", "! node n2 does not answer: timeout",
		"! node n3 does not answer: timeout", "! node n4 does not answer: timeout", "- n59 was killed")
	r.pass(window)
	r.requireSaid("! 45 nodes more do not answer")
	silent(50, 58)
	r.pass(window)
	r.requireSaid("! 8 nodes more do not answer")
	silent(58, 59)
	r.pass(window)
	r.requireSaid("! node n58 does not answer: timeout")
	r.pass(2 * window)
	silent(59, 60)
	r.requireSaid("! node n59 does not answer: timeout")
}

// What was not said yet is said when the network ends.
func TestManyNodesBeforeTheEnd(t *testing.T) {
	r := read(t, 7)
	for i := range 7 {
		r.node(i, events.NodeDown{Why: events.Fault})
	}
	r.pass(time.Millisecond)
	r.network(events.NetworkDown{Clean: true})
	r.requireSaid("- n0 was killed", "- n1 was killed", "- n2 was killed", "- n3 was killed", "- n4 was killed", "- 2 nodes more were killed")
}
