package node

import (
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// tally counts how often each was counted.
type tally struct {
	mu     sync.Mutex // guards counts
	counts map[string]int
}

func (c *tally) add(what string, more int, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if took < 0 {
		what += " too soon"
	}
	c.counts[what] += more
}

func (c *tally) CountBlocks(phase string, blocks int, took time.Duration) { c.add(phase, blocks, took) }
func (c *tally) CountCheck(took time.Duration)                            { c.add("check", 1, took) }
func (c *tally) CountCommit(took time.Duration)                           { c.add("commit", 1, took) }
func (c *tally) CountFailedDial(failure string)                           { c.add(failure, 1, 0) }

func (c *tally) now() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.counts)
}

// What takes a node time is counted, where it mines and where it follows.
func TestWorkIsCounted(t *testing.T) {
	w := newWorld(t)
	nodes := w.mesh(2)
	var tallies []*tally
	for _, n := range nodes {
		c := &tally{counts: make(map[string]int)}
		n.CountWith(c)
		tallies = append(tallies, c)
	}
	transfers := pay(0, 2)
	nodes[0].submit(transfers...)
	w.awaitPending(transfers, nodes...)
	for range 3 {
		nodes[0].mine(1)
		w.awaitOneTip(nodes...)
	}
	for i, c := range tallies {
		w.until(fmt.Sprintf("node %d to have counted", i), func() bool {
			return maps.Equal(map[string]int{"header": 3, "body": 3, "store": 3, "commit": 3, "check": 2}, c.now())
		})
	}
	require.Positive(t, nodes[0].StoreSize())
}

// A dial that fails is counted by what it failed with, address by address.
func TestFailedDialsAreCounted(t *testing.T) {
	w := newWorld(t)
	nodes := w.nodes(2)
	n, gone := nodes[0], nodes[1]
	gone.stop()
	c := &tally{counts: make(map[string]int)}
	n.CountWith(c)
	n.meet(gone)
	w.until("a failed dial", func() bool { return c.now()["refused"] > 0 })
}
